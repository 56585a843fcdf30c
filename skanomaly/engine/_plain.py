"""Networks of few kinds of layers in NumPy, which take no time to start."""

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

if TYPE_CHECKING:
    import keras

Array = NDArray[Any]
Function = Callable[..., Array]

ACTIVATIONS: dict[Any, Function] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": expit,
    "tanh": np.tanh,
}
# Differences that the order of additions in single precision may cause.
TOLERANCE = 1e-6


class PlainNetwork:
    """Outputs of a network by NumPy.

    A call of TensorFlow takes longer than the arithmetic of a few rows.

    Parameters
    ----------
    steps : list of (str, callable, list of str)
        Name of each layer, its function, and the layers that are its inputs.
    names : tuple of str
        Names of the input and of the output.
    """

    def __init__(
        self, steps: list[tuple[str, Function, list[str]]], names: tuple[str, str]
    ) -> None:
        self._steps, self._names = steps, names

    @classmethod
    def of(cls, network: "keras.Model") -> Self | None:
        """Return an equal network, or None if it has layers of other kinds."""
        if type(network).__name__ != "Functional":  # another may define its call
            return None
        config = network.get_config()
        operations = {one.name: one for one in network.operations}
        steps = []
        for layer in config["layers"]:
            if layer["class_name"] == "InputLayer":
                continue
            made = _function(operations[layer["name"]])
            # A layer with several nodes is used more than once.
            if made is None or len(layer["inbound_nodes"]) != 1:
                return None
            steps.append((layer["name"], made, list(_sources(layer["inbound_nodes"]))))
        ends = config["input_layers"], config["output_layers"]
        if not all(end and isinstance(end[0], str) for end in ends):
            return None  # several inputs or outputs
        return cls(steps, (ends[0][0], ends[1][0]))

    @classmethod
    def like(cls, network: "keras.Model", shape: tuple[int, ...]) -> Self | None:
        """Return a network whose outputs for inputs of a shape are equal, or None."""
        plain = cls.of(network)
        if plain is None:
            return None
        inputs = np.random.default_rng(0).standard_normal((8, *shape), np.float32)
        expected = np.asarray(network(inputs, training=False))
        found = plain(inputs)
        most = TOLERANCE * max(1.0, float(np.abs(expected).max()))
        is_equal = (
            found.shape == expected.shape and np.abs(found - expected).max() < most
        )
        return plain if is_equal else None

    def __call__(self, inputs: Array) -> Array:
        """Return the outputs for inputs of shape (n, n_steps, n_channels)."""
        first, last = self._names
        values = {first: inputs}
        for name, function, sources in self._steps:
            values[name] = function(*[values[source] for source in sources])
        return values[last]


def _sources(nodes: Any) -> Iterator[str]:
    """Yield the names of the layers that are the inputs of a node."""
    if isinstance(nodes, dict) and nodes.get("class_name") == "__keras_tensor__":
        yield nodes["config"]["keras_history"][0]
    elif isinstance(nodes, dict | list | tuple):
        for one in nodes.values() if isinstance(nodes, dict) else nodes:
            yield from _sources(one)


def _function(layer: Any) -> Function | None:
    """Return what a layer computes if nothing is trained; None if it is not known."""
    kind = type(layer).__name__
    if kind == "Functional":
        return PlainNetwork.of(layer)
    if kind in ("Dense", "Conv1D"):
        return _weighted(layer, kind)
    if kind == "Cropping1D":
        before, after = layer.cropping
        return lambda x: x[:, before : x.shape[1] - after]
    if kind == "Reshape":
        shape = tuple(layer.target_shape)
        return lambda x: x.reshape(len(x), *shape)
    if kind == "Flatten" and layer.data_format == "channels_last":
        return lambda x: x.reshape(len(x), -1)
    known: dict[str, Function] = {"Add": _add, "Dropout": ACTIVATIONS["linear"]}
    return known.get(kind)


def _add(*inputs: Array) -> Array:
    return functools.reduce(np.add, inputs)


def _weighted(layer: Any, kind: str) -> Function | None:
    """Return the function of a layer with a kernel, a bias and an activation."""
    config = layer.get_config()
    activation = config["activation"]
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        return None
    activate = ACTIVATIONS[activation]
    kernel = np.asarray(layer.kernel)
    bias = np.asarray(layer.bias) if layer.use_bias else np.zeros(1, np.float32)
    if kind == "Dense":
        return lambda x: activate(x @ kernel + bias)
    usual = {"padding": "valid", "groups": 1, "data_format": "channels_last"}
    if tuple(layer.strides) != (1,) or any(config[k] != v for k, v in usual.items()):
        return None
    (dilation,), size = layer.dilation_rate, len(kernel)
    flat = kernel.reshape(-1, kernel.shape[2])

    def convolve(x: Array) -> Array:
        n_steps = x.shape[1] - (size - 1) * dilation
        shifted = [x[:, k * dilation :][:, :n_steps] for k in range(size)]
        return activate(np.concatenate(shifted, axis=2) @ flat + bias)

    return convolve
