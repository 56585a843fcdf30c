"""Identity of a network: the function that builds it, arguments and optimizer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skanomaly._fingerprint import content_hash
from skanomaly.engine._process import (
    check_process,
    names_from_the_start,
    reproducible,
)

if TYPE_CHECKING:
    import keras

# Number of the way in which networks are trained. It is part of the key of `memory`,
# and increases when a seed leads to other scores.
VERSION = 1


@dataclass(frozen=True)
class Blueprint:
    """Function that builds a network, its arguments, and the optimizer.

    Parameters
    ----------
    builder : callable
        Function that returns a `keras.Model`.
    args : tuple of int
        Arguments of `builder`: the numbers of steps and channels of an input, and
        further ones.
    optimizer : str or type
        Name of an optimizer of Keras, or the class of an object that was given.
    optimizer_config : dict
        Arguments of the optimizer.
    """

    builder: Callable[..., "keras.Model"]
    args: tuple[int, ...]
    optimizer: "str | type[keras.optimizers.Optimizer]"
    optimizer_config: dict[str, Any]

    @classmethod
    def of(
        cls,
        builder: Callable[..., "keras.Model"],
        args: tuple[int, ...],
        *,
        optimizer: Any,
        learning_rate: float | None,
    ) -> Self:
        """Make a blueprint, with an optimizer given as object, configuration or name.

        Parameters
        ----------
        builder, args
            See the class.
        optimizer : str, dict or keras.optimizers.Optimizer
            Name, or name with arguments as ``{"class_name": ..., "config": ...}``, or
            object.
        learning_rate : float or None
            Learning rate of an optimizer that is given by name, None for its default.
        """
        import keras

        made = keras.optimizers.get(optimizer)
        config = made.get_config()
        if made is optimizer:
            return cls(builder, args, type(made), config)
        if learning_rate is not None:
            config["learning_rate"] = learning_rate
        return cls(builder, args, type(made).__name__, config)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Number of steps and of channels of an input."""
        return self.args[:2]

    @property
    def key(self) -> str | None:
        """Hash of all that decides how a network is built and trained.

        None if there is no such hash, for instance because a function closes over an
        object that cannot be pickled.
        """
        import keras

        config = keras.config
        try:
            return content_hash(
                self.builder,
                self.args,
                self.optimizer,
                self.optimizer_config | {"name": None},  # which Keras numbers
                config.floatx(),
                config.dtype_policy().name,
            )
        except ValueError:
            return None

    def network(self, seed: int) -> "keras.Model":
        """Build the network, with initial weights that depend on the seed.

        Raises
        ------
        TypeError
            If the function returns something else than a `keras.Model`.
        """
        import keras

        check_process()
        with reproducible(seed):
            network = self.builder(*self.args)
            if not isinstance(network, keras.Model):
                raise TypeError(
                    "network must return a keras.Model, but returned "
                    f"{type(network).__name__}."
                )
            if not network.built:
                network(np.zeros((1, *self.input_shape), np.float32))
        return network

    def compiled(self, network: "keras.Model") -> "keras.Model":
        """Compile a network, unless its function has done so, and build its optimizer.

        Its loss is the mean squared error.
        """
        with names_from_the_start():
            if not network.compiled:
                # XLA takes seconds to compile a network that trains for seconds.
                network.compile(self.new_optimizer(), loss="mse", jit_compile=False)
            if not network.optimizer.built:
                network.optimizer.build(network.trainable_variables)
        return network

    def new_optimizer(self) -> "keras.optimizers.Optimizer":
        """Make the optimizer, which Keras ties to one network."""
        import keras

        config = dict(self.optimizer_config)
        if isinstance(self.optimizer, str):
            stored = {"class_name": self.optimizer, "config": config}
            return keras.optimizers.deserialize(stored)
        return self.optimizer.from_config(config)


def signature(network: "keras.Model") -> str:
    """Return a hash of the layers of a network and of the shapes of its weights.

    The same function may build another network later, for instance after a library has
    changed or if it reads a file.
    """
    numbers: dict[str, int] = {}
    layers = [
        [
            type(layer).__module__,
            type(layer).__qualname__,
            _numbered(_config(layer), numbers),
        ]
        for layer in _layers(network)
    ]
    shapes = [tuple(variable.shape) for variable in network.variables]
    return content_hash(repr(layers), shapes)


def _layers(layer: "keras.Layer") -> "Iterator[keras.Layer]":
    """Yield a layer and all within it, a network before its layers."""
    yield layer
    for one in getattr(layer, "layers", ()):
        yield from _layers(one)


def _config(layer: "keras.Layer") -> Any:
    try:
        return layer.get_config()
    except Exception:  # a layer of the user's may not have one
        return None


def _numbered(value: Any, numbers: dict[str, int]) -> Any:
    """Replace the names that Keras numbers by their order."""
    if isinstance(value, dict):
        if isinstance(value.get("name"), str):
            numbers.setdefault(value["name"], len(numbers))
        return [(name, _numbered(one, numbers)) for name, one in value.items()]
    if isinstance(value, list | tuple):
        return [_numbered(one, numbers) for one in value]
    if isinstance(value, str):
        return numbers.get(value, value)
    # The address of an object in memory is a part of its `repr`.
    return value if isinstance(value, int | float | None) else type(value).__qualname__
