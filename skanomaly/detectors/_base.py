"""Base class of the detectors: fit, scores and thresholds."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from numbers import Real
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from skanomaly._compat import Interval, fit_context
from skanomaly._memory import MEMORY, identity, remember
from skanomaly.detectors._assessment import (
    LARGEST_ERROR,
    Assessment,
    Float32s,
    Judged,
    StepMeans,
    error_size,
)
from skanomaly.detectors._decision import OffsetMixin
from skanomaly.detectors._inputs import View
from skanomaly.detectors._parameters import (
    COUNT,
    FRACTION,
    NON_NEGATIVE,
    fitted,
    parameter,
    parameters,
)
from skanomaly.thresholds import resolve_threshold
from skanomaly.windows import Examples, Sequences

# Set from the input before training. `memory` leaves them out, since equal rows may
# have other column names.
_OF_THE_ROWS = ("feature_names_in_", "n_features_in_", "n_channels_")


class Model(Protocol):
    """Interface of a model that learns from examples."""

    @property
    def n_codes(self) -> int:
        """Number of values in a code."""

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, batch by batch.

        The outputs are the main output of the model, or those given by `names`.
        """

    def decode(self, codes: NDArray[Any]) -> Float32s:
        """Return the output of the decoder for codes."""


@parameters
class BaseDetector(OffsetMixin, BaseEstimator, ABC):
    """Base of the detectors.

    A detector combines a family and a learner. The family defines which part of a row
    the model sees (`_set_up`) and how its outputs turn into errors (`_judge`). The
    learner, a network or a simpler model, implements `_learn`. Errors are positive;
    the sign flips in `Assessment.scores` and nowhere else.
    """

    n_channels: int = parameter(1, COUNT)
    threshold: Any = parameter("quantile:0.01", str, NON_NEGATIVE, BaseEstimator)
    validation_split: float = parameter(0.1, FRACTION)
    contamination_trim: float = parameter(0.0, Interval(Real, 0, 0.5, closed="both"))
    memory: Any = parameter(None, *MEMORY)
    random_state: Any = parameter(None, "random_state")

    n_channels_: int = fitted()
    n_held_out_: int = fitted()
    _view: View = fitted()
    _model: Any = fitted()  # a `Model`
    _fit_seed: int = fitted()  # integer drawn from `random_state`
    _identity: str | None = fitted()  # key of the fit in `memory`, if it is cached
    _rounding: float = fitted()  # mean squared error that rounding can cause

    # Part of the key of `memory`. It increases when a seed leads to other scores.
    _version: ClassVar[int] = 0
    # For detectors without this parameter. It has no annotation, because a field would
    # make it a parameter of every detector.
    warm_start = False

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Fit the model to rows that are mostly normal and the offset to their scores.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Windows of a series in time order, or independent records.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If X contains NaN or infinity, has too few rows or steps, or a number of
            features that is not a multiple of `n_channels`, or if training diverges.
        """
        return self._fit(X, go_on=self.warm_start)

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute the score of each row: its negative mean error.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows. The score of a row depends on that row alone.

        Returns
        -------
        scores : ndarray of shape (n_rows,), values <= 0
            The lower, the more abnormal. X should be standardized: residuals count by
            their square up to 1 and linearly beyond, unless the notes of the class
            define another error.
        """
        return self.assess(X).scores

    def score_channels(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the contribution of each channel to the error.

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
        return self.assess(X).errors

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and expected values from a single pass of the model.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.
        step : int or None, default=None
            Step of a row that is its own sample, from 0 to ``window - 1``, for which to
            return the expected value, the residual and the own error. None computes
            only the errors of the rows.

        Returns
        -------
        assessment : Assessment
            Errors of shape (n_rows, n_channels) and, if `step` is given and the model
            has an expected value there, ``expected``, ``residuals`` and ``own_errors``
            of the same shape.

        Raises
        ------
        ValueError
            If X has another shape than the rows seen in `fit` or contains NaN or
            infinity, or if `step` lies outside the row.
        """
        rows = self._check_rows(X)
        if step is not None and not 0 <= step < rows.window:
            raise ValueError(
                f"step={step} lies outside rows of {rows.window} steps. Pass a step "
                f"from 0 to {rows.window - 1}."
            )
        if self.memory is None or self._identity is None:
            return self._assess(rows, step)
        key = identity(self, self._identity, rows.values, rows.window, step)
        return remember(self.memory, key, lambda: self._assess(rows, step))

    # Hooks of the family (`_set_up`, `_judge`) and of the learner (`_learn`).

    @abstractmethod
    def _set_up(self, rows: Sequences) -> View:
        """Return the part of a row that the model sees, or raise if rows are unfit."""

    @abstractmethod
    def _judge(self, rows: Sequences) -> Iterator[Judged]:
        """Yield the outputs of the model for rows and their errors, batch by batch.

        All batches together have one entry per position in each sequence, as
        `Sequences.row_means` expects.
        """

    @abstractmethod
    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        *,
        go_on: bool,
        partial: bool,
    ) -> None:
        """Train `_model` from scratch or, with `go_on`, from its current state.

        With `partial`, train for one epoch on all rows.
        """

    # Fitting and scoring, built on the hooks.

    def _fit(self, X: Any, *, go_on: bool = False, partial: bool = False) -> Self:
        rule = resolve_threshold(self.threshold)
        # A detector without an offset is not fitted: its last fit failed, and training
        # must not continue from there.
        go_on = go_on and hasattr(self, "offset_")
        if not go_on and hasattr(self, "offset_"):
            del self.offset_
        rows = self._check_rows(X, reset=not go_on)
        self._fit_seed = draw_seed(self.random_state)
        if self.memory is None or go_on or partial:
            self._identity = None
            errors = self._train_on(rows, go_on=go_on, partial=partial)
        else:
            seed = None if self.random_state is None else self._fit_seed
            self._identity = identity(
                self, self._version, seed, rows.values, rows.window
            )
            errors, learned = remember(
                self.memory, self._identity, lambda: self._learned_from(rows)
            )
            self.__dict__.update(learned)
        n_normal = len(errors) - int(self.contamination_trim * len(errors))
        self.offset_ = rule.fit(0.0 - errors[:n_normal]).offset_
        return self

    def _train_on(
        self, rows: Sequences, *, go_on: bool, partial: bool
    ) -> NDArray[np.float64]:
        """Train, and return the errors for the threshold in ascending order."""
        if not go_on:
            self._view = self._set_up(rows)
            step = float(np.finfo(np.float32).eps * np.abs(rows.values).max())
            self._rounding = min(1.0, (4 * step) ** 2)
        training, held_out = rows.split(0.0 if partial else self.validation_split)
        self._learn(training, held_out, go_on=go_on, partial=partial)
        self.n_held_out_ = 0 if held_out is None else held_out.n_rows
        judged = held_out or training
        errors = self._position_errors(judged)
        if not np.isfinite(errors).all():
            raise ValueError(
                f"{type(self).__name__} diverged in training: its errors contain NaN "
                "or infinity. Scale X, for instance with StandardScaler, or pass a "
                "lower learning_rate."
            )
        return np.sort(self._row_errors(judged, errors).sum(axis=1))

    def _learned_from(
        self, rows: Sequences
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Train from scratch, and return the errors and all attributes that are set."""
        errors = self._train_on(rows, go_on=False, partial=False)
        not_learned = {*self.get_params(deep=False), *_OF_THE_ROWS}
        return errors, {n: v for n, v in vars(self).items() if n not in not_learned}

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
                f"X has {X.shape[1]} features per row, which is not a multiple of "
                f"n_channels={n_channels}. Pass the right n_channels or wider rows."
            )
        if reset:
            self.n_channels_ = n_channels
        return Sequences.from_rows(X, n_channels)

    def _assess(self, rows: Sequences, step: int | None = None) -> Assessment:
        at_step = None
        if step is not None:
            at_step = StepMeans(rows, step, first_target=self._view.first_target)
        positions = self._position_errors(rows, at_step)
        # A finite row without a finite error exceeds the range of the model.
        positions = np.where(np.isfinite(positions), positions, LARGEST_ERROR)
        errors = self._row_errors(rows, positions)
        if at_step is None or not at_step.n_covering:
            return Assessment(errors)
        expected, own_errors = at_step.means()
        own_errors = self._without_rounding(own_errors / self.n_channels_)
        residuals = rows.at_step(at_step.step) - expected
        return Assessment(errors, expected, residuals, own_errors)

    def _position_errors(
        self, rows: Sequences, at_step: StepMeans | None = None
    ) -> Float32s:
        """Return errors per position and channel, and add each batch to `at_step`."""
        errors = []
        for judged in self._judge(rows):
            errors.append(judged.errors)
            if at_step is not None:
                at_step.add(judged)
        return np.concatenate(errors)

    def _row_errors(self, rows: Sequences, positions: Float32s) -> NDArray[np.float64]:
        """Return the contribution of each channel to the mean error of each row."""
        return self._without_rounding(rows.row_means(positions) / self.n_channels_)

    def _without_rounding(self, errors: NDArray[np.float64]) -> NDArray[np.float64]:
        # Errors within rounding count as zero, so that a perfect model has no alarms.
        errors[errors < self._rounding] = 0
        return errors

    def _trimmed(self, examples: Examples) -> Examples:
        """Leave out the fraction `contamination_trim` with the largest errors."""
        if not self.contamination_trim:
            return examples
        errors = np.concatenate(
            [
                error_size(targets - outputs).reshape(len(targets), -1).mean(axis=1)
                for _, targets, outputs in self._model.outputs(examples)
            ]
        )
        n_kept = len(errors) - int(self.contamination_trim * len(errors))
        return examples.subset(np.sort(np.argsort(errors, kind="stable")[:n_kept]))

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A class default would silently replace a parameter that a pickle lacks.
        needed = {*self._get_param_names()}
        if "offset_" in state:
            needed |= {"_model", "_view"}
        missing = sorted(needed - state.keys())
        if missing:
            raise ValueError(
                f"This {type(self).__name__} was pickled by another version of "
                f"skanomaly: it lacks {', '.join(missing)}. Fit it again with this "
                "version."
            )
        super().__setstate__(state)


def draw_seed(random_state: Any) -> int:
    """Return a seed from a random state; None leaves NumPy's global state unchanged."""
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if random_state is None:
        return int(np.random.default_rng().integers(2**31 - 1))
    return int(random_state)
