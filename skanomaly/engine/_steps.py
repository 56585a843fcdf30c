"""One step of training, in a graph: loads TensorFlow."""

from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from skanomaly.engine._blueprint import defines, main_output
from skanomaly.engine._state import State, weights_of

# Optimizers that treat each weight by itself, so that all weights can be one vector.
ELEMENTWISE = {"SGD", "RMSprop", "Adam", "Adamax", "Adagrad", "Adadelta", "Lion"}

# Methods by which a network defines what a step is.
OWN_STEPS = ("train_step", "test_step", "compute_loss", "compute_metrics")

Logs = dict[str, Any]


class Step(Protocol):
    """A network and its optimizer, trained on one batch at a time."""

    def load(self, state: State) -> None:
        """Set the weights and the state of the optimizer."""

    def state(self) -> State:
        """Return the weights and the state of the optimizer."""

    def train(self, inputs: Any, targets: Any) -> Any:
        """Update the weights with one batch, and return its loss."""

    def evaluate(self, inputs: Any, targets: Any) -> Any:
        """Return the loss of one batch."""

    def train_logs(self, loss: float) -> dict[str, float]:
        """Return the metrics of an epoch of training whose mean loss is given."""

    def evaluate_logs(self, loss: float) -> dict[str, float]:
        """Return the metrics of an evaluation whose mean loss is given."""


class NotElementwiseError(Exception):
    """A network whose weights cannot be trained as one vector."""


class FlatStep:
    """Step of a network whose weights the optimizer updates as one vector.

    The optimizer then updates one variable instead of one per weight of each layer,
    which takes half the time of small networks. The loss is the mean squared error, and
    what the layers add to it.

    Parameters
    ----------
    network : keras.Model
        Compiled network whose optimizer is built. That has the order of the variables
        in a `State`.
    optimizer : keras.optimizers.Optimizer
        Optimizer like that of the network, not yet built.

    Raises
    ------
    NotElementwiseError
        If the network or the optimizer need a step of Keras.
    """

    def __init__(
        self, network: keras.Model, optimizer: keras.optimizers.Optimizer
    ) -> None:
        trained = network.trainable_variables
        if not (
            trained
            and type(optimizer).__name__ in ELEMENTWISE
            and not defines(network, *OWN_STEPS)
            and [one.name for one in network.metrics] == ["loss"]
            and len(getattr(network, "outputs", None) or ()) < 2
            and all(one.dtype == "float32" for one in trained)
            and all(one.constraint is None for one in trained)
            and keras.config.dtype_policy().name == "float32"
        ):
            raise NotElementwiseError
        self.network, self.optimizer = network, optimizer
        self._trained = trained
        self._shapes = [tuple(one.shape) for one in trained]
        self._sizes = [int(np.prod(shape)) for shape in self._shapes]
        self._flat = keras.Variable(
            np.zeros(sum(self._sizes), np.float32), dtype="float32", name="flat"
        )
        optimizer.build([self._flat])
        self._slots = self._slots_like(network.optimizer)
        self._new = State.of(network).optimizer

    def _slots_like(self, like: keras.optimizers.Optimizer) -> list[list[int]]:
        """Return which variables of `like` each variable of the optimizer joins."""
        names = [one.name for one in like.variables]
        slots = []
        for variable in self.optimizer.variables:
            slot = variable.name.removeprefix(self._flat.name)
            slots.append([i for i, name in enumerate(names) if name.endswith(slot)])
        joined = sorted(i for slot in slots for i in slot)
        if joined != list(range(len(names))) or any(
            len(slot) not in (1, len(self._shapes)) for slot in slots
        ):
            raise NotElementwiseError
        return slots

    def load(self, state: State) -> None:
        """Set the weights and the state of the optimizer."""
        State(state.weights, []).load_into(self.network)
        arrays = state.optimizer or self._new
        for variable, slot in zip(self.optimizer.variables, self._slots, strict=True):
            joined = np.concatenate([np.ravel(arrays[i]) for i in slot])
            variable.assign(joined.reshape(variable.shape))

    def state(self) -> State:
        """Return the weights and the state of the optimizer."""
        arrays: dict[int, NDArray[Any]] = {}
        for variable, slot in zip(self.optimizer.variables, self._slots, strict=True):
            parts = [np.array(variable)]
            if parts[0].shape == tuple(self._flat.shape):
                parts = np.split(parts[0], np.cumsum(self._sizes)[:-1])
                parts = list(map(np.reshape, parts, self._shapes))
            arrays |= zip(slot, parts, strict=True)
        in_order = [arrays[i] for i in range(len(arrays))]
        return State(weights_of(self.network), in_order)

    def train(self, inputs: Any, targets: Any) -> Any:
        """Update the weights with one batch, and return its loss."""
        trained = [variable.value for variable in self._trained]
        with tf.GradientTape() as tape:
            loss = self._loss(inputs, targets, training=True)
        gradients = tape.gradient(
            loss, trained, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        # Layers may have set their weights themselves, so these are read here.
        self._flat.assign(_joined(trained))
        optimizer = self.optimizer
        optimizer.update_step(_joined(gradients), self._flat, optimizer.learning_rate)
        optimizer.iterations.assign_add(1)
        parts = tf.split(self._flat.value.read_value(), self._sizes)
        for variable, part, shape in zip(trained, parts, self._shapes, strict=True):
            variable.assign(tf.reshape(part, shape))
        return loss

    def evaluate(self, inputs: Any, targets: Any) -> Any:
        """Return the loss of one batch."""
        return self._loss(inputs, targets, training=False)

    def train_logs(self, loss: float) -> dict[str, float]:
        """Return the metrics of an epoch of training whose mean loss is given."""
        return {"loss": loss}

    evaluate_logs = train_logs

    def _loss(self, inputs: Any, targets: Any, *, training: bool) -> Any:
        outputs = main_output(self.network(inputs, training=training))
        errors = tf.square(tf.cast(outputs, tf.float32) - targets)
        added = [tf.reduce_sum(tf.cast(one, tf.float32)) for one in self.network.losses]
        return tf.add_n([tf.reduce_mean(errors), *added])


class KerasStep:
    """Step that Keras defines for a network, which may define its own.

    Parameters
    ----------
    network : keras.Model
        Compiled network whose optimizer is built.
    """

    def __init__(self, network: keras.Model) -> None:
        self.network = network
        self._new = State.of(network).optimizer
        self._logs: dict[str, Logs] = {"train": {}, "evaluate": {}}

    def load(self, state: State) -> None:
        """Set the weights and the state of the optimizer."""
        State(state.weights, state.optimizer or self._new).load_into(self.network)
        self.network.reset_metrics()

    def state(self) -> State:
        """Return the weights and the state of the optimizer."""
        return State.of(self.network)

    def train(self, inputs: Any, targets: Any) -> Any:
        """Update the weights with one batch, and keep the metrics."""
        return self._keep("train", self.network.train_step((inputs, targets)))

    def evaluate(self, inputs: Any, targets: Any) -> Any:
        """Evaluate one batch, and keep the metrics."""
        return self._keep("evaluate", self.network.test_step((inputs, targets)))

    def train_logs(self, loss: float) -> dict[str, float]:
        """Return the metrics that were kept in an epoch of training."""
        return self._kept("train")

    def evaluate_logs(self, loss: float) -> dict[str, float]:
        """Return the metrics that were kept in an evaluation."""
        return self._kept("evaluate")

    def _keep(self, kind: str, results: dict[str, Any]) -> Any:
        # Keras' metrics are means over the batches so far: the last are of the epoch.
        logs = self._logs[kind]
        for name, value in results.items():
            if name not in logs:
                with tf.init_scope():  # outside the graph
                    logs[name] = tf.Variable(0.0)
            logs[name].assign(tf.cast(value, tf.float32))
        return tf.constant(0.0)

    def _kept(self, kind: str) -> dict[str, float]:
        self.network.reset_metrics()
        return {name: float(value) for name, value in self._logs[kind].items()}


def _joined(tensors: Any) -> Any:
    """Return one vector of the values of tensors."""
    return tf.concat([tf.reshape(one, [-1]) for one in tensors], axis=0)
