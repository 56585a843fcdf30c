"""Training and outputs of a Keras network; the only module that uses SciKeras."""

import logging
import math
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scikeras.utils import random_state as scikeras_random
from scikeras.wrappers import BaseWrapper

# Keras finds the classes of a stored network only if they have been imported.
from skanomaly.networks import (  # noqa: F401
    AdversarialModel,
    FeedbackDecoder,
    GaussianCode,
)
from skanomaly.windows import Examples

Arrays = NDArray[np.float32]

# TensorFlow reads from the environment, on the first query, whether operations are
# deterministic. SciKeras sets the variable before its first query, would take
# determinism for the user's choice, and leave it on.
if not scikeras_random.tf_enable_op_determinism():
    scikeras_random.tf_disable_op_determinism()

_UNPACKING = Lock()

# Relative decrease of the validation loss that counts as an improvement. Recurrent
# networks improve by some thousandths per epoch without end and without effect on
# scores.
LEAST_IMPROVEMENT = 0.01


@contextmanager
def _no_advice_on_tracing() -> Iterator[None]:
    # TensorFlow counts traces by name, and so warns of repeated tracing when each
    # network of a grid search is traced for the first time.
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _call(network: Callable[..., keras.Model], args: tuple[Any, ...]) -> keras.Model:
    # SciKeras passes extra arguments to builders whose signature accepts them. This
    # signature keeps them from a user's function.
    model = network(*args)
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"network must return a keras.Model, but returned {type(model).__name__}."
        )
    return model


class Trainer(BaseWrapper):
    """SciKeras wrapper of one network that trains on batches instead of arrays.

    SciKeras routes the parameters of the optimizer, compiles a model that is not
    compiled, seeds and restores the random states, keeps the history, and pickles the
    weights with the optimizer state. The detector has validated the rows.
    """

    _fit_callbacks: list[Any]
    _predict_callbacks: list[Any]

    @classmethod
    def create(
        cls,
        network: Callable[..., keras.Model],
        args: tuple[Any, ...],
        *,
        optimizer: Any,
        learning_rate: float | None,
        random_state: int,
    ) -> "Trainer":
        """Make a trainer of ``network(*args)``, compiled and not yet trained."""
        routed = {}
        if isinstance(optimizer, keras.optimizers.Optimizer):
            # Keras ties an optimizer to one network, so each network gets a copy.
            optimizer = optimizer.from_config(optimizer.get_config())
        elif learning_rate is not None:
            routed["optimizer__learning_rate"] = learning_rate
        trainer = cls(
            model=partial(_call, network, args),
            loss="mse",
            optimizer=optimizer,
            random_state=random_state,
            # XLA takes seconds to compile a network that trains for seconds, and was
            # not faster for any of our networks.
            compile__jit_compile=False,
            **routed,
        )
        trainer.initialize(None)
        trainer._ensure_compiled_model()
        return trainer

    def _validate_data(
        self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        return X, y

    def train(
        self,
        training: "Batches",
        validation: "Batches | None",
        *,
        epochs: int,
        patience: int | None,
    ) -> None:
        """Train from the current weights and optimizer state."""
        # An optimizer that is built in the first step has that step traced twice.
        self._build_optimizer()
        if self.current_epoch:
            self._reseed()
        self._initialize_callbacks()
        if validation is not None and patience is not None:
            self._fit_callbacks = [*self._fit_callbacks, Stopping(patience)]
        self._fit_keras_model(
            training,
            None,
            sample_weight=None,
            warm_start=True,
            epochs=epochs,
            initial_epoch=self.current_epoch,
            validation_data=validation,
        )
        # Callbacks keep the model alive, and a user's may not be picklable.
        self.set_params(callbacks=None)
        self._fit_callbacks = self._predict_callbacks = []

    def _reseed(self) -> None:
        """Seed the generators of the network with the seed and the current epoch.

        Keras does not store the states of its generators, so that a loaded network
        would draw other numbers than the network in memory.
        """
        generators = [
            variable
            for variable in self.model_.variables
            if "seed_generator" in variable.path
        ]
        source = np.random.SeedSequence((self.random_state, self.current_epoch))
        for generator, child in zip(
            generators, source.spawn(len(generators)), strict=True
        ):
            generator.assign(child.generate_state(2))

    def __getstate__(self) -> dict[str, Any]:
        state = {**super().__getstate__()}
        model = state.pop("model_", None)
        return state if model is None else state | {"_packed": pickle.dumps(model)}

    def __getattr__(self, name: str) -> Any:
        # Unpacked on first access: loading a network takes longer than anything else
        # done with a detector whose scores are cached.
        if name == "model_":
            with _UNPACKING:  # another thread may unpack it at the same time
                if "_packed" in vars(self):
                    self.model_ = _unpacked(self._packed)
                    del self._packed
                if "model_" in vars(self):
                    return vars(self)["model_"]
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def _build_optimizer(self) -> None:
        if not self.model_.optimizer.built:
            self.model_.optimizer.build(self.model_.trainable_variables)

    def check_packed(self) -> None:
        """Raise if the network cannot be unpacked after packing."""
        self._build_optimizer()
        try:
            _unpacked(pickle.dumps(self.model_))
        except Exception as error:  # custom layers may raise anything
            raise ValueError(
                "memory requires a network that Keras can load again, but loading "
                f"failed: {error} Make the network serializable, or pass memory=None."
            ) from error

    def check_layers(self, *names: str) -> None:
        """Raise if the network lacks a layer with one of these names."""
        for name in names:
            self.layer(name)

    def layer(self, name: str) -> keras.Layer:
        """Return the layer with a name."""
        try:
            return self.model_.get_layer(name)
        except ValueError as error:
            known = ", ".join(layer.name for layer in self.model_.layers)
            raise ValueError(
                f"The network has no layer named {name!r}; its layers are: {known}. "
                "Give the layer this name in the function that builds the network."
            ) from error

    def output_shape(self, input_shape: tuple[int, ...]) -> Any:
        """Return the shape of the main output for an input; builds the network."""
        return tuple(_main(self.model_(np.zeros(input_shape, np.float32))).shape)

    @property
    def code_shape(self) -> tuple[int | None, ...] | None:
        """Output shape of the layer named ``"code"``, None if there is none."""
        try:
            return tuple(self.model_.get_layer("code").output.shape)
        except (AttributeError, ValueError):  # the layer may have no symbolic output
            return None

    @property
    def takes_any_length(self) -> bool:
        """Whether the network declares that inputs may have any number of steps."""
        shape = getattr(self.model_, "input_shape", None)
        return shape is not None and shape[1] is None

    @property
    def n_codes(self) -> int:
        """Number of values in a code, from the output of the layer ``"code"``."""
        return math.prod(self.layer("code").output.shape[1:])

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, batch by batch.

        The outputs are the main output of the network, or the outputs and layers given
        by `names`.
        """
        model = self.model_
        if not _has_outputs(model, names):
            named = {name: self.layer(name).output for name in names}
            model = keras.Model(model.inputs, named)
        for inputs, targets, padded in examples.batches():
            with _no_advice_on_tracing():
                outputs = model.predict_on_batch(padded)
            outputs = _first(outputs, len(inputs))
            chosen = [outputs[name] for name in names] or [_main(outputs)]
            yield inputs, targets, *chosen

    def decode(self, codes: NDArray[Any]) -> Arrays:
        """Return the output of the layer named ``"decoder"`` for codes."""
        decoder = self.layer("decoder")
        codes = np.asarray(codes, np.float32)
        # Batches are sized by the output of the decoder, which is as large as an input.
        size = math.prod(n for n in self.model_.inputs[0].shape if n)
        examples = Examples(lambda i: (codes[i],) * 2, len(codes), size, 1.0)
        decoded = [
            np.asarray(decoder(padded))[: len(batch)]
            for batch, _, padded in examples.batches()
        ]
        return np.concatenate(decoded)


def _unpacked(packed: bytes) -> keras.Model:
    # Loading draws seeds from Python's random state, which must not change.
    with scikeras_random.tensorflow_random_state(0):
        return pickle.loads(packed)


def _has_outputs(model: keras.Model, names: tuple[str, ...]) -> bool:
    known = getattr(model, "output", None) if names else None
    return set(names) <= set(known if isinstance(known, dict) else ())


def _main(outputs: Any) -> Any:
    """Return the output that is trained, of a single one or several named ones."""
    return outputs["reconstruction"] if isinstance(outputs, dict) else outputs


def _first(outputs: Any, n: int) -> Any:
    """Return the first `n` entries of each output as arrays."""
    return keras.tree.map_structure(lambda output: np.asarray(output)[:n], outputs)


class Stopping(keras.callbacks.EarlyStopping):
    """Early stopping that requires a relative improvement, for losses of any scale.

    The `min_delta` of Keras is a difference, so the logarithms of losses are compared.
    """

    def __init__(self, patience: int) -> None:
        super().__init__(
            "val_loss",
            mode="min",
            min_delta=LEAST_IMPROVEMENT,
            patience=patience,
            restore_best_weights=True,
        )

    def get_monitor_value(self, logs: dict[str, float]) -> float:
        return float(np.log(max(super().get_monitor_value(logs), 1e-30)))


class Batches(keras.utils.PyDataset):
    """Batches of examples, in a new random order each epoch and copied on demand."""

    def __init__(
        self, examples: Examples, *, batch_size: int, seed: tuple[int, int]
    ) -> None:
        super().__init__()
        self._take, self._batch_size = examples.take, batch_size
        self._random = np.random.default_rng(seed)
        self._order = self._random.permutation(examples.count)
        self._n_drawn = examples.n_drawn

    def __len__(self) -> int:
        return -(-self._n_drawn // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Arrays, Arrays]:
        start = index * self._batch_size
        stop = min(start + self._batch_size, self._n_drawn)
        return self._take(self._order[start:stop])

    def on_epoch_end(self) -> None:
        self._random.shuffle(self._order)
