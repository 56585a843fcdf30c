"""Identity of a network: the function that builds it, arguments and optimizer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skanomaly._fingerprint import class_hash, content_hash
from skanomaly.engine._process import (
    check_process,
    names_from_the_start,
    precision_of,
    reproducible,
)

if TYPE_CHECKING:
    import keras

# Number of the way in which networks are trained. It is part of the key of `memory`,
# and increases when a seed leads to other scores.
VERSION = 2
# Names of the main one of several outputs.
MAIN_OUTPUTS = ("reconstruction", "features")


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
    precision : tuple of str
        Keras' type of floats and its policy of types for layers, when the blueprint was
        made.
    """

    builder: Callable[..., "keras.Model"]
    args: tuple[int, ...]
    optimizer: "str | type[keras.optimizers.Optimizer]"
    optimizer_config: dict[str, Any]
    precision: tuple[str, str]

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
            Learning rate of an optimizer that is given without one, None for its
            default.
        """
        import keras

        with names_from_the_start():
            made = keras.optimizers.get(optimizer)
        config = made.get_config()
        precision = keras.config.floatx(), keras.config.dtype_policy().name
        if made is optimizer:
            return cls(builder, args, type(made), config, precision)
        given = optimizer["config"] if isinstance(optimizer, dict) else {}
        if learning_rate is not None and "learning_rate" not in given:
            config["learning_rate"] = learning_rate
        name = keras.saving.get_registered_name(type(made))
        return cls(builder, args, name, config, precision)

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
        try:
            return content_hash(
                self.builder,
                self.args,
                self.optimizer,
                self.optimizer_config | {"name": None},  # which Keras numbers
                self.precision,
            )
        except Exception:  # objects of the user's may raise anything
            return None

    def network(self, seed: int) -> "keras.Model":
        """Build the network, with initial weights that depend on the seed.

        Raises
        ------
        TypeError
            If the function returns something else than a `keras.Model`.
        """
        check_process()
        try:
            with names_from_the_start():
                return self._built(seed)
        except ValueError as error:
            # A layer from outside of the function may have the name of one within.
            if "unique" not in str(error):
                raise
        return self._built(seed)

    def _built(self, seed: int) -> "keras.Model":
        import keras

        with reproducible(seed), precision_of(*self.precision):
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
    """Return a hash of the layers of a network, their settings and weights' shapes.

    The same function may build another network later, for instance if it reads a file.
    """
    parts = list(_parts(network))
    # Keras numbers the names that it makes, in the order of a session.
    numbers = {
        part.name: str(number)
        for number, part in enumerate(parts)
        if _is_numbered(part.name, type(part).__name__)
    }
    settings = [
        [type(part).__module__, type(part).__qualname__, _told(_config(part), numbers)]
        for part in parts
    ]
    shapes = [tuple(variable.shape) for variable in network.variables]
    return content_hash(repr(settings), shapes)


def code_of_layers(network: "keras.Model") -> str | None:
    """Return a hash of the code of all layers that are not Keras', None without one."""
    kinds = {type(part) for part in _parts(network)}
    own = [kind for kind in kinds if kind.__module__.partition(".")[0] != "keras"]
    try:
        return class_hash(*sorted(own, key=lambda kind: kind.__qualname__))
    except Exception:  # attributes of the user's classes may raise anything
        return None


def defines(network: "keras.Model", *methods: str) -> bool:
    """Return whether a network defines one of some methods of `keras.Model` itself."""
    import keras

    return any(
        getattr(type(network), name) is not getattr(keras.Model, name)
        for name in methods
    )


def main_output(outputs: Any) -> Any:
    """Return the output that is trained, of a single one or several named ones."""
    if not isinstance(outputs, dict):
        return outputs
    return next(outputs[name] for name in MAIN_OUTPUTS if name in outputs)


def _parts(layer: Any) -> Iterator[Any]:
    """Yield a layer and all layers and operations within it."""
    yield layer
    within: Any = getattr(layer, "operations", None) or getattr(layer, "layers", ())
    for one in within:
        yield from _parts(one)


def _is_numbered(name: str, class_name: str) -> bool:
    """Return whether Keras makes this name for objects of a class."""
    base = re.sub(r"_\d+$", "", name)
    return base.replace("_", "") == class_name.replace("_", "").lower()


def _config(part: Any) -> Any:
    try:
        return part.get_config()
    except Exception:  # a layer of the user's may not have one
        return None


def _told(value: Any, numbers: dict[str, str]) -> Any:
    """Return a value whose `repr` depends on its content alone."""
    if isinstance(value, dict):
        # Registering a class, as SciKeras does with those of Keras, is no other layer.
        return [
            (name, _told(one, numbers))
            for name, one in value.items()
            if name != "registered_name"
        ]
    if isinstance(value, list | tuple):
        return [_told(one, numbers) for one in value]
    if isinstance(value, str):
        return numbers.get(value, value)
    if hasattr(value, "tolist"):
        return value.tolist()
    # The address of an object in memory is a part of its `repr`.
    return value if isinstance(value, int | float | None) else type(value).__qualname__
