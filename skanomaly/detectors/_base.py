"""Fit, score and predict: what every detector shares."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skanomaly._compat import HasMethods, Interval, StrOptions, fit_context
from skanomaly.detectors._sequences import Examples, Sequences
from skanomaly.thresholds import resolve_threshold

if TYPE_CHECKING:
    import keras

    from skanomaly.detectors._training import Trainer


class BaseDetector(OutlierMixin, BaseEstimator, ABC):
    """Base of the detectors: a family says what its network sees and is judged on.

    A family implements `_set_up`, `_builder`, `_training_examples` and
    `_predictions`. The sign flips here, in `score_samples`, and nowhere else.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_channels": [Interval(Integral, 1, None, closed="left")],
        "threshold": [str, Interval(Real, 0, None, closed="left"), BaseEstimator],
        "network": [callable, None],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "optimizer": [str, HasMethods(["get_config"])],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "validation_split": [Interval(Real, 0, 1, closed="left")],
        "patience": [Interval(Integral, 0, None, closed="left"), None],
        "callbacks": [list, tuple, None],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
        "warm_start": ["boolean"],
    }

    n_channels_: int
    offset_: float

    def __init__(
        self,
        *,
        n_channels: int,
        threshold: Any,
        network: Any,
        epochs: int,
        batch_size: Any,
        optimizer: Any,
        learning_rate: float | None,
        validation_split: float,
        patience: int | None,
        callbacks: Any,
        verbose: int,
        random_state: Any,
        warm_start: bool,
    ) -> None:
        self.n_channels = n_channels
        self.threshold = threshold
        self.network = network
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.validation_split = validation_split
        self.patience = patience
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state
        self.warm_start = warm_start

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of a threshold rule as ``threshold__name``.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : object
            The detector.

        Raises
        ------
        ValueError
            If a name is unknown, or names a parameter of a threshold that is given
            as a text or a number and so has none.
        """
        rule = params.get("threshold", self.threshold)
        nested = [name for name in params if name.startswith("threshold__")]
        if nested and not hasattr(rule, "set_params"):
            raise ValueError(
                f"{nested[0]} cannot be set: threshold={rule!r} is no rule with "
                "parameters. Pass a rule, such as threshold=SigmaThreshold()."
            )
        super().set_params(**params)
        return self

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Train the network on rows that are mostly normal, and learn the offset.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Windows of a series in the order of time, or independent records.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If X holds NaN or infinity, has too few rows or steps, or does not
            divide into `n_channels`.
        """
        return self._train(X, self.epochs, go_on=self.warm_start, validate=True)

    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Train one more epoch on `X`, and learn the offset anew from its rows.

        The weights and the optimizer's state go on from where they are. All rows
        are trained on: there is no validation part and no early stopping.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Further rows.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The detector.
        """
        return self._train(X, 1, go_on=True, validate=False)

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score rows: minus their mean error, so the lower, the more abnormal.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows. The score of a row depends on that row alone.

        Returns
        -------
        scores : ndarray of shape (n_rows,), values <= 0
            Residuals count by their square up to 1 and linearly beyond, so X should
            be standardized.
        """
        errors: NDArray[np.float64] = self.score_channels(X).sum(axis=1)
        return 0.0 - errors

    def score_channels(self, X: ArrayLike) -> NDArray[np.float64]:
        """Tell what each channel adds to the error: which one is to blame.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        errors : ndarray of shape (n_rows, n_channels), values >= 0
            Sums to ``-score_samples(X)`` over the channels.
        """
        return self._errors(self._check_rows(X))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score rows relative to the threshold: negative is anomalous.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        decision : ndarray of shape (n_rows,)
            ``score_samples(X) - offset_``.
        """
        scores = self.score_samples(X)
        return np.subtract(scores, self.offset_)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Label rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        labels : ndarray of shape (n_rows,), values in {+1, -1}
            +1 for normal, -1 for anomalous.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)

    @property
    def network_(self) -> "keras.Model":
        """The trained network."""
        check_is_fitted(self)
        return self._trainer.model_

    @property
    def history_(self) -> dict[str, list[float]]:
        """Loss of each epoch, all fits since the last start from scratch."""
        check_is_fitted(self)
        return dict(self._trainer.history_)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "offset_")

    # What a family says.

    @abstractmethod
    def _set_up(self, rows: Sequences) -> None:
        """Learn what the network's shape depends on; raise if rows don't suit."""

    @abstractmethod
    def _builder(self) -> tuple[Callable[..., "keras.Model"], tuple[Any, ...]]:
        """Return the function that builds the network, and its arguments."""

    @abstractmethod
    def _check_network(self) -> None:
        """Raise if the network, which may be the user's own, has a wrong shape."""

    @abstractmethod
    def _training_examples(self, rows: Sequences) -> Examples:
        """Return what the network is trained on."""

    @abstractmethod
    def _predictions(
        self, rows: Sequences
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Yield targets and predictions, each of shape (n, n_steps, n_channels).

        Over all blocks there is one for each position in each sequence, as
        `Sequences.row_means` wants them.
        """

    # The plumbing.

    def _train(self, X: Any, epochs: int, *, go_on: bool, validate: bool) -> Self:
        rule = resolve_threshold(self.threshold)
        # Without an offset an earlier fit did not come to its end: it neither goes on
        # nor passes for fitted.
        go_on = go_on and hasattr(self, "offset_")
        if not go_on and hasattr(self, "offset_"):
            del self.offset_
        rows = self._check_rows(X, reset=not go_on)
        seed = self._seed()
        if not go_on:
            self._set_up(rows)
            self._trainer = self._new_trainer(seed)
            self._check_network()
        self._trainer.set_params(**self._training_params(seed))
        training, held_out = rows, None
        if validate:
            training, held_out = rows.split(self.validation_split)
        self._trainer.train(
            self._batches(training, seed),
            None if held_out is None else self._batches(held_out, seed),
            epochs=epochs,
            patience=self.patience,
        )
        errors = self._errors(held_out or training).sum(axis=1)
        self.offset_ = rule.fit(0.0 - errors).offset_
        return self

    def _check_rows(self, X: Any, *, reset: bool = False) -> Sequences:
        if not reset:
            check_is_fitted(self)
        n_channels = self.n_channels if reset else self.n_channels_
        if isinstance(X, list | tuple):
            X = np.asarray(X)
        if getattr(X, "ndim", 2) == 3:
            # One channel is the default, which a 3-D X overrides.
            if X.shape[2] != n_channels and not (reset and n_channels == 1):
                raise ValueError(
                    f"X has {X.shape[2]} channels (its last axis), but {n_channels} "
                    "were expected. Pass rows of shape (n_rows, window, n_channels)."
                )
            n_channels = X.shape[2]
            X = X.reshape(len(X), X.shape[1] * n_channels)
        X = validate_data(
            self,
            X,
            reset=reset,
            dtype=(np.float64, np.float32),
            ensure_all_finite=False,  # checked on the series instead of its windows
            ensure_min_samples=2 if reset else 1,
        )
        if X.shape[1] % n_channels:
            raise ValueError(
                f"X has {X.shape[1]} values a row, which are no whole number of steps "
                f"of {n_channels} channels. Mend n_channels, or the rows."
            )
        if reset:
            self.n_channels_ = n_channels
        return Sequences.from_rows(X, n_channels)

    def _errors(self, rows: Sequences) -> NDArray[np.float64]:
        """Mean error that each channel adds to each row."""
        errors = [
            _size(targets - predictions).mean(axis=1)
            for targets, predictions in self._predictions(rows)
        ]
        return rows.row_means(np.concatenate(errors)) / self.n_channels_

    def _seed(self) -> int:
        if isinstance(self.random_state, np.random.RandomState):
            return int(self.random_state.randint(2**31 - 1))
        if self.random_state is None:
            return int(np.random.default_rng().integers(2**31 - 1))
        return int(self.random_state)

    def _training_params(self, seed: int) -> dict[str, Any]:
        callbacks = None if self.callbacks is None else list(self.callbacks)
        return {
            "verbose": int(self.verbose),
            "callbacks": callbacks,
            "random_state": seed,
        }

    def _new_trainer(self, seed: int) -> "Trainer":
        # Here and not above: this is what loads Keras.
        from skanomaly.detectors._training import Trainer

        return Trainer.create(
            *self._builder(),
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            random_state=seed,
        )

    def _batches(self, rows: Sequences, seed: int) -> Any:
        from skanomaly.detectors._training import Batches

        examples = self._training_examples(rows)
        size = self.batch_size
        if size == "auto":
            size = int(np.clip(2 ** (examples.count // 64).bit_length(), 16, 512))
        # Each fit that goes on draws other examples than the ones before.
        stream = (seed, self._trainer.current_epoch)
        return Batches(examples, batch_size=size, seed=stream)


def _size(residuals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Error of residuals: their square up to 1, and from there on its tangent.

    One huge step then counts for a few rather than for all steps of its row, and does
    not lift a threshold of some standard deviations above everything else.
    """
    sizes = np.abs(residuals)
    return np.where(sizes < 1, sizes**2, 2 * sizes - 1)
