"""Training by Keras' own loop; the only module that uses SciKeras."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scikeras.utils import random_state as scikeras_random
from scikeras.wrappers import BaseWrapper

from skanomaly.engine._draws import Draws
from skanomaly.engine._process import RANDOM_STATES
from skanomaly.engine._state import State, weights_of
from skanomaly.engine._stopping import Stopping, validation_loss

Float32s = NDArray[np.float32]

# TensorFlow reads from the environment, on the first query, whether operations are
# deterministic. SciKeras sets the variable before its first query, would take
# determinism for the user's choice, and leave it on.
if not scikeras_random.tf_enable_op_determinism():
    scikeras_random.tf_disable_op_determinism()


def fit_with_keras(
    network: keras.Model,
    training: Draws,
    validation: Draws | None,
    *,
    epochs: int,
    first_epoch: int,
    stopping: Stopping | None,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: int,
    seed: int,
) -> dict[str, list[float]]:
    """Train a compiled network, and return its metrics per epoch.

    SciKeras seeds and restores the random states, and keeps the history. The states are
    those of the process, so that networks that are trained in threads take turns.
    """
    wrapper = _Wrapper(
        model=lambda: network,
        callbacks=list(callbacks),
        verbose=verbose,
        random_state=seed,
        shuffle=False,  # `Draws` does so
    )
    batches = _Batches(training)
    held_out = None if validation is None else _Batches(validation)
    own: list[Any] = [_NextEpoch([one for one in (batches, held_out) if one])]
    if stopping is not None and held_out is not None:
        own.append(_KeepBest(stopping))
    with RANDOM_STATES, _as_before(callbacks):
        wrapper.initialize(None)
        wrapper._fit_callbacks = [*own, *wrapper._fit_callbacks]
        wrapper._fit_keras_model(
            batches,
            None,
            sample_weight=None,
            warm_start=False,
            epochs=epochs,
            initial_epoch=first_epoch,
            validation_data=held_out,
        )
    # SciKeras has other names for the metrics, but reads what any `fit` returns.
    history = getattr(network, "history", None)
    return dict(wrapper.history_ if history is None else history.history)


@contextmanager
def _as_before(callbacks: Sequence[keras.callbacks.Callback]) -> Iterator[None]:
    """Leave in callbacks what they have recorded, but no network and no open file.

    The parameters of a detector are cloned and pickled with it.
    """
    before = [dict(vars(one)) for one in callbacks]
    try:
        yield
    finally:
        for callback, known in zip(callbacks, before, strict=True):
            keras.callbacks.Callback.set_model(callback, None)
            for name, value in vars(callback).items():
                if value is not known.get(name) and not _can_be_copied(value):
                    setattr(callback, name, known.get(name))


def _can_be_copied(value: Any) -> bool:
    try:
        copy.deepcopy(value)
    except Exception:  # objects of the user's may raise anything
        return False
    return True


class _Wrapper(BaseWrapper):
    """SciKeras wrapper of one network that trains on batches instead of arrays."""

    def _validate_data(
        self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False
    ) -> tuple[Any, Any]:
        return X, y  # the detector has validated the rows


class _Batches(keras.utils.PyDataset):
    """Batches of the examples of an epoch, copied on demand."""

    def __init__(self, draws: Draws) -> None:
        super().__init__()
        self._draws = draws
        # Keras looks at some batches before the first epoch begins.
        self._order = np.arange(draws.examples.n_drawn)

    def draw(self) -> None:
        """Begin the next epoch."""
        self._order = self._draws.next_epoch()

    def __len__(self) -> int:
        return -(-len(self._order) // self._draws.batch_size)

    def __getitem__(self, index: int) -> tuple[Float32s, Float32s]:
        size = self._draws.batch_size
        return self._draws.examples.take(self._order[index * size :][:size])


class _NextEpoch(keras.callbacks.Callback):
    """Draw the examples of each epoch."""

    def __init__(self, batches: list[_Batches]) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Draw the examples of an epoch."""
        for one in self._batches:
            one.draw()


class _KeepBest(keras.callbacks.Callback):
    """Stop early, and restore the weights of the best epoch."""

    def __init__(self, stopping: Stopping) -> None:
        super().__init__()
        self._stopping = stopping
        self._best: list[NDArray[Any]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the weights of an epoch that improves on all before it."""
        if self._stopping.improves(validation_loss(logs)):
            self._best = weights_of(self.model)
        elif self._stopping.is_over:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Restore the weights of the best epoch."""
        State(self._best, []).load_into(self.model)
