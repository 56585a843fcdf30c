"""What learns by training a Keras network, whatever the network sees."""

from abc import abstractmethod
from collections.abc import Callable
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import HasMethods, Interval, StrOptions, fit_context
from skanomaly.detectors._base import BaseDetector
from skanomaly.windows import Examples, Sequences

if TYPE_CHECKING:
    import keras

    from skanomaly.detectors._training import Batches, Trainer


class BaseNetworkDetector(BaseDetector):
    """Base of the detectors whose model is a network.

    A family implements `_network_shape` and `_check_network`, a detector
    `_default_network`.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseDetector._parameter_constraints,
        "network": [callable, None],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "optimizer": [str, HasMethods(["get_config"])],
        "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
        "patience": [Interval(Integral, 0, None, closed="left"), None],
        "callbacks": [list, tuple, None],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
    }

    _model: "Trainer"

    def __init__(
        self,
        *,
        network: Any,
        epochs: int,
        batch_size: Any,
        optimizer: Any,
        learning_rate: float | None,
        patience: int | None,
        callbacks: Any,
        verbose: int,
        random_state: Any,
        warm_start: bool,
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self.network = network
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.patience = patience
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state
        self.warm_start = warm_start

    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Train one more epoch on `X`, and learn the offset anew from its rows.

        The weights and the optimizer's state go on from where they are. All rows
        are trained on: there is no validation part and no early stopping. Only where
        a network goes on with `contamination_trim` does it leave out the worst part.

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
        return self._fit(X, go_on=True, partial=True)

    @property
    def network_(self) -> "keras.Model":
        """The trained network."""
        check_is_fitted(self)
        return self._model.model_

    @property
    def history_(self) -> dict[str, list[float]]:
        """Loss of each epoch, all fits since the last start from scratch."""
        check_is_fitted(self)
        return {name: list(losses) for name, losses in self._model.history_.items()}

    # What a family or a detector says.

    @abstractmethod
    def _network_shape(self) -> tuple[int, ...]:
        """Return the arguments of the function that builds the network."""

    @abstractmethod
    def _default_network(self) -> Callable[..., "keras.Model"]:
        """Return the function that builds the detector's own network."""

    @abstractmethod
    def _check_network(self) -> None:
        """Raise if the network, which may be the user's own, has a wrong shape."""

    # How it learns.

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        *,
        go_on: bool,
        partial: bool,
    ) -> None:
        seed = self._fit_seed
        if not go_on:
            self._model = self._new_trainer(seed)
            self._check_network()
        examples = self._training_examples(training)
        validation = None if held_out is None else self._training_examples(held_out)
        epochs = 1 if partial else self.epochs
        if not go_on:
            self._train(examples, validation, seed=seed, epochs=epochs)
            if partial or not self.contamination_trim:
                return
        # What a network can't do that has learned is taken for what is abnormal.
        examples = self._trimmed(examples)
        validation = validation and self._trimmed(validation)
        self._train(examples, validation, seed=seed, epochs=epochs)

    def _learned_from(
        self, rows: Sequences
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        learned = super()._learned_from(rows)
        if self.network is not None:
            self._model.check_packed()
        return learned

    def _train(
        self,
        training: Examples,
        validation: Examples | None,
        *,
        seed: int,
        epochs: int,
    ) -> None:
        self._model.set_params(**self._training_params(seed))
        self._model.train(
            self._batches(training, seed),
            None if validation is None else self._batches(validation, seed),
            epochs=epochs,
            patience=self.patience,
        )

    def _optimizer(self) -> Any:
        return self.optimizer

    def _builder(self) -> Callable[..., "keras.Model"]:
        return self.network or self._default_network()

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
            self._builder(),
            self._network_shape(),
            optimizer=self._optimizer(),
            learning_rate=self.learning_rate,
            random_state=seed,
        )

    def _batches(self, examples: Examples, seed: int) -> "Batches":
        from skanomaly.detectors._training import Batches

        size = self.batch_size
        if size == "auto":
            size = int(np.clip(2 ** (examples.count // 64).bit_length(), 16, 512))
        # Each fit that goes on draws other examples than the ones before.
        stream = (seed, self._model.current_epoch)
        return Batches(examples, batch_size=size, seed=stream)
