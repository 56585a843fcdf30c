"""The one door to SciKeras: a network, its training and its outputs."""

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

# Stored networks name these classes, which must be imported to be found.
from skanomaly.networks import (  # noqa: F401
    AdversarialModel,
    FeedbackDecoder,
    GaussianCode,
)
from skanomaly.windows import Examples

Arrays = NDArray[np.float32]

# TensorFlow reads whether operations are to be deterministic from the environment when
# it is first asked, and SciKeras sets it before it asks: it would take determinism for
# the user's wish, and leave it on.
if not scikeras_random.tf_enable_op_determinism():
    scikeras_random.tf_disable_op_determinism()

_UNPACKING = Lock()

# Part of the validation loss by which it must fall to count as better. Recurrent
# networks gain a few thousandths an epoch forever, which no score ever shows.
LEAST_IMPROVEMENT = 0.01


@contextmanager
def _no_advice_on_tracing() -> Iterator[None]:
    # TensorFlow counts traces by name, and so takes the first trace of each network
    # of a grid search for the repeated tracing of one.
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _call(network: Callable[..., keras.Model], args: tuple[Any, ...]) -> keras.Model:
    # SciKeras hands extra arguments to builders whose signature takes them;
    # behind this plain signature a user's network gets ours and no others.
    model = network(*args)
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"network must return a keras.Model, but returned {type(model).__name__}."
        )
    return model


class Trainer(BaseWrapper):
    """SciKeras' wrapper around one network, fed with batches instead of arrays.

    It routes the optimizer's parameters, compiles what is not compiled, seeds and
    restores the random states, keeps the history, and pickles weights together
    with the optimizer's state. Rows have been validated before they come here.
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
        """Hold ``network(*args)``, built and compiled but not yet trained."""
        routed = {}
        if isinstance(optimizer, keras.optimizers.Optimizer):
            # An optimizer serves one network only, so each gets its own.
            optimizer = optimizer.from_config(optimizer.get_config())
        elif learning_rate is not None:
            routed["optimizer__learning_rate"] = learning_rate
        trainer = cls(
            model=partial(_call, network, args),
            loss="mse",
            optimizer=optimizer,
            random_state=random_state,
            # XLA takes seconds to compile a network that trains for seconds, and
            # was no faster on any of ours.
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
        """Go on training from the present weights and optimizer state."""
        # Built in the first step, its variables would have the step traced twice.
        if not self.model_.optimizer.built:
            self.model_.optimizer.build(self.model_.trainable_variables)
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
        # Callbacks hold the model, and a user's may hold what can't be pickled.
        self.set_params(callbacks=None)
        self._fit_callbacks = self._predict_callbacks = []

    def _reseed(self) -> None:
        """Let what is drawn from here on depend on the seed and the epoch alone.

        Keras stores no states of its generators, so a loaded network has others.
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
        # Unpacked when it is first asked for: to load a network takes longer than all
        # else that is done with a detector whose scores are known.
        if name == "model_":
            with _UNPACKING:  # another thread may ask as well
                if "_packed" in vars(self):
                    self.model_ = _unpacked(self._packed)
                    del self._packed
                if "model_" in vars(self):
                    return vars(self)["model_"]
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def check_packed(self) -> None:
        """Raise if the network that is packed can't be unpacked again."""
        try:
            _unpacked(pickle.dumps(self.model_))
        except Exception as error:  # whatever the network's own layers raise
            raise ValueError(
                "memory keeps networks that Keras can load again, which it can't do "
                f"with this one: {error} Mend the network, or leave memory=None."
            ) from error

    def check_layers(self, *names: str) -> None:
        """Raise if the network lacks a layer of one of these names."""
        for name in names:
            self.model_.get_layer(name)

    def output_shape(self, input_shape: tuple[int, ...]) -> Any:
        """Return the shape of the main output for an input; this builds the network."""
        return tuple(_main(self.model_(np.zeros(input_shape, np.float32))).shape)

    @property
    def code_shape(self) -> tuple[int | None, ...] | None:
        """Output shape of the layer named ``"code"``, None if there is none."""
        try:
            return tuple(self.model_.get_layer("code").output.shape)
        except (AttributeError, ValueError):  # a layer may have no symbolic output
            return None

    @property
    def takes_any_length(self) -> bool:
        """Whether the network says that inputs may have any number of steps."""
        shape = getattr(self.model_, "input_shape", None)
        return shape is not None and shape[1] is None

    @property
    def n_codes(self) -> int:
        """Values in a code, as the layer named ``"code"`` puts them out."""
        return math.prod(self.model_.get_layer("code").output.shape[1:])

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, a batch at a time.

        The outputs are the network's main one, or those of its outputs or layers that
        are named.
        """
        model = self.model_
        if not _has_outputs(model, names):
            named = {name: model.get_layer(name).output for name in names}
            model = keras.Model(model.inputs, named)
        for inputs, targets, padded in examples.batches():
            with _no_advice_on_tracing():
                outputs = model.predict_on_batch(padded)
            outputs = _first(outputs, len(inputs))
            chosen = [outputs[name] for name in names] or [_main(outputs)]
            yield inputs, targets, *chosen

    def decode(self, codes: NDArray[Any]) -> Arrays:
        """Return what the layer named ``"decoder"`` makes of codes."""
        decoder = self.model_.get_layer("decoder")
        codes = np.asarray(codes, np.float32)
        # What is made of a code, which may be small, is as large as an input.
        size = math.prod(n for n in self.model_.inputs[0].shape if n)
        examples = Examples(lambda i: (codes[i],) * 2, len(codes), size, 1.0)
        decoded = [
            np.asarray(decoder(padded))[: len(batch)]
            for batch, _, padded in examples.batches()
        ]
        return np.concatenate(decoded)


def _unpacked(packed: bytes) -> keras.Model:
    # What Keras loads seeds itself from Python's random state, which is not ours.
    with scikeras_random.tensorflow_random_state(0):
        return pickle.loads(packed)


def _has_outputs(model: keras.Model, names: tuple[str, ...]) -> bool:
    known = getattr(model, "output", None) if names else None
    return set(names) <= set(known if isinstance(known, dict) else ())


def _main(outputs: Any) -> Any:
    """Return the output that is trained, of a network that may have others by name."""
    return outputs["reconstruction"] if isinstance(outputs, dict) else outputs


def _first(outputs: Any, n: int) -> Any:
    """Return the first `n` of each output, as arrays."""
    return keras.tree.map_structure(lambda output: np.asarray(output)[:n], outputs)


class Stopping(keras.callbacks.EarlyStopping):
    """Keras' early stopping, for losses of any scale: an improvement is a relative one.

    Its `min_delta` is a difference, so the losses are compared by their logarithms.
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
    """Examples in a new random order each epoch, copied one batch at a time."""

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
