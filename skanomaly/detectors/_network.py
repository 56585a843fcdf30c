"""Base class of the detectors that train a Keras network."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from inspect import Parameter, signature
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import HasMethods, Interval, StrOptions, fit_context
from skanomaly._text import closest
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.engine import VERSION, Blueprint, Draws, Schedule, TrainedNetwork
from skanomaly.windows import Examples, Sequences

if TYPE_CHECKING:
    import keras

# Smallest number of examples per batch of the validation part, whose loss does not
# depend on it.
EVALUATED = 256


class WithNetwork(ABC):
    """Model that has a trained network and more."""

    @property
    @abstractmethod
    def trained(self) -> TrainedNetwork:
        """Trained network with its history."""

    @property
    def network(self) -> "keras.Model":
        """Trained network."""
        return self.trained.network

    @property
    def history(self) -> dict[str, list[float]]:
        """Metrics of each epoch."""
        return self.trained.history

    @property
    def loop(self) -> str | None:
        """Loop that has trained last."""
        return self.trained.loop


@parameters
class BaseNetworkDetector(BaseDetector):
    """Base of the detectors whose model is a network, built by `_build`."""

    network: Any = parameter(None, callable, None)
    epochs: int = parameter(30, COUNT)
    batch_size: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    optimizer: Any = parameter("adam", str, dict, HasMethods(["get_config"]))
    learning_rate: float | None = parameter(
        1e-3, Interval(Real, 0, None, closed="neither"), None
    )
    patience: int | None = parameter(
        3, Interval(Integral, 0, None, closed="left"), None
    )
    callbacks: Any = parameter(None, list, tuple, None)
    verbose: int = parameter(0, "verbose")
    warm_start: bool = parameter(False, "boolean")

    # Function that builds the detector's own network. Its positional arguments are the
    # shape of the view, its keyword-only arguments parameters of the detector.
    _build: ClassVar[Callable[..., Any]]

    _version: ClassVar[int] = VERSION
    _models: Sequence[Any] = fitted()

    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Train for one more epoch on `X`, and learn the offset from its scores.

        Training continues from the current weights and optimizer state. It uses all
        rows, without a validation part and without early stopping. If the detector is
        already fitted, the fraction `contamination_trim` of the rows with the largest
        errors is left out.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows to continue the training with.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted detector.
        """
        return self._fit(X, go_on=True, partial=True)

    @property
    def network_(self) -> "keras.Model":
        """Trained network: a copy, whose changes do not affect the detector."""
        check_is_fitted(self)
        return self._model.network

    @property
    def history_(self) -> dict[str, list[float]]:
        """Loss per epoch of all fits since the last start from scratch."""
        check_is_fitted(self)
        return {name: list(losses) for name, losses in self._model.history.items()}

    @property
    def training_loop_(self) -> str | None:
        """Loop that has trained last: ``"graph"``, our own, or ``"keras"``."""
        check_is_fitted(self)
        loop: str | None = self._model.loop
        return loop

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: Any,
        *,
        partial: bool,
    ) -> Any:
        seed = self._fit_seed
        is_new = model is None
        if model is None:
            model = self._new_model(seed)
            self._view = self._view.adapted_to(model)
            self._begin(model, training, partial=partial)
        examples = self._view.training(training)
        validation = None if held_out is None else self._view.training(held_out)
        epochs = 1 if partial else self.epochs
        if is_new:
            first = examples if partial else self._moderate(examples)
            self._train(model, first, validation, seed=seed, epochs=epochs)
            if partial or not self._left_out:
                return model
        # Examples that a trained network cannot reproduce count as abnormal.
        examples = self._trimmed(model, examples)
        validation = validation and self._trimmed(model, validation)
        self._train(model, examples, validation, seed=seed, epochs=epochs)
        return model

    def _begin(
        self, model: TrainedNetwork, training: Sequences, *, partial: bool
    ) -> None:
        """Set weights of a new network that do not begin at random."""

    def _train(
        self,
        model: TrainedNetwork,
        training: Examples,
        validation: Examples | None,
        *,
        seed: int,
        epochs: int,
    ) -> None:
        schedule = Schedule(
            epochs, self.patience, tuple(self.callbacks or ()), int(self.verbose)
        )
        # A fit that continues another one draws other examples.
        stream = (seed, model.current_epoch)
        model.train(
            self._draws(training, stream),
            None
            if validation is None
            else self._draws(validation, stream, at_least=EVALUATED),
            schedule,
            seed=seed,
        )

    def _new_model(self, seed: int) -> TrainedNetwork:
        self._check_network_parameter()
        self._check_objects()
        self._check_keras_names()
        blueprint = Blueprint.of(
            self._builder(),
            self._view.shape,
            optimizer=self._optimizer(),
            learning_rate=self.learning_rate,
        )
        return TrainedNetwork(blueprint, seed=seed)

    def _check_network_parameter(self) -> None:
        import keras

        if isinstance(self.network, keras.Model):
            raise TypeError(
                "network is a keras.Model, but each fit needs a new one. Pass a "
                f"function that returns it for {self._view.shape}, the shape of its "
                "inputs."
            )

    def _check_objects(self) -> None:
        """Raise if an object of Keras is given as something else."""
        import keras

        for callback in self.callbacks or ():
            if not isinstance(callback, keras.callbacks.Callback):
                raise TypeError(
                    "callbacks must be a list of keras.callbacks.Callback objects, "
                    f"but contains {callback!r}."
                )
        if isinstance(self.optimizer, type):
            raise TypeError(
                f"optimizer is the class {self.optimizer.__name__}. Pass an object, "
                f"keras.optimizers.{self.optimizer.__name__}(), or a name."
            )

    def _builder(self) -> Callable[..., "keras.Model"]:
        """Return the function that builds the network for a shape."""
        return self.network or partial(self._build, **self._network_params())

    def _optimizer(self) -> Any:
        return self.optimizer

    def _network_params(self) -> dict[str, Any]:
        """Return the parameters of the detector that `_build` takes."""
        own = self.get_params(deep=False)
        taken = signature(self._build).parameters.values()
        return {
            one.name: _plain(own[one.name])
            for one in taken
            if one.kind is Parameter.KEYWORD_ONLY and one.name in own
        }

    def _check_keras_names(self) -> None:
        """Raise if Keras has no activation or optimizer of the name that is passed."""
        import keras

        names = {"optimizer": self.optimizer}
        if self.network is None:
            names |= self._network_params()
        for name, value in names.items():
            kind = name.rpartition("_")[2]
            if kind not in ("activation", "optimizer") or not isinstance(value, str):
                continue
            room = getattr(keras, f"{kind}s")
            try:
                room.get(value)
            except ValueError:
                raise ValueError(
                    f"{name}={value!r} is not an {kind} of Keras."
                    f"{closest(value, _names_in(room))} Pass the name of one of "
                    f"keras.{kind}s."
                ) from None

    def _draws(
        self, examples: Examples, stream: tuple[int, int], *, at_least: int = 1
    ) -> Draws:
        size = self.batch_size
        if isinstance(size, str):
            size = int(np.clip(2 ** (examples.count // 64).bit_length(), 16, 512))
        return Draws(examples, batch_size=max(size, at_least), seed=stream)


def _plain(value: Any) -> Any:
    """Return layer sizes as a tuple of integers, which Keras can store."""
    is_sequence = hasattr(value, "__iter__") and not isinstance(value, str)
    return tuple(map(int, value)) if is_sequence else value


def _names_in(room: Any) -> list[str]:
    """Return the public names of a Keras module in lower case."""
    helpers = {"deserialize", "get", "serialize", "Optimizer"}
    return [
        name.lower()
        for name, value in vars(room).items()
        if callable(value) and not name.startswith("_") and name not in helpers
    ]
