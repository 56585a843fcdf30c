"""From JSON and arrays to objects of the catalogue, and of what the caller trusts."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from skanomaly.detectors import BUILDERS
from skanomaly.engine import (
    Blueprint,
    ConfiguredNetwork,
    configured_optimizer,
    optimizer_class,
)
from skanomaly.persistence._catalogue import CLASSES, functions
from skanomaly.persistence._encode import NEVER_STORED, is_ours
from skanomaly.persistence._keras_names import (
    OPTIMIZERS,
    checked_config,
    is_optimizer,
)
from skanomaly.persistence._refused import RefusedError
from skanomaly.persistence._special import SPECIAL, made_of
from skanomaly.persistence._trust import NamedFunction, Trust

_FLOATX = {"bfloat16", "float16", "float32", "float64"}


class Decoder:
    """Make the objects of a file.

    Parameters
    ----------
    arrays : sequence of ndarray
        Arrays of the file.
    trust : Trust
        What may be made although it is not in the catalogue.
    """

    def __init__(self, arrays: Sequence[NDArray[Any]], trust: Trust) -> None:
        self._arrays, self._trust = arrays, trust
        self._objects: list[Any] = []
        self._kinds: dict[str, Callable[[Any], Any]] = {
            "array": self._array,
            "builder": self._no_use,
            "dict": self._dict,
            "float": float,
            "function": self._function,
            "network": self._network,
            "object": self._no_use,
            "optimizer": self._optimizer,
            "optimizer class": self._optimizer_class,
            "same": self._same,
            "scalar": lambda number: self._array(number)[()],
            "texts": lambda texts: np.array([*map(_text, texts)], dtype=object),
            "tuple": lambda items: tuple(map(self.decode, items)),
        }

    def decode(self, node: Any) -> Any:
        """Return the value that a value of JSON stands for.

        Raises
        ------
        RefusedError
            If it stands for something that is neither in the catalogue nor trusted.
        """
        if node is None or isinstance(node, bool | int | float | str):
            return node
        if isinstance(node, list):
            return [self.decode(one) for one in node]
        if set(node) == {"object", "state"}:
            return self._object(_text(node["object"]), node["state"])
        if set(node) == {"builder", "params"}:
            return self._builder(_text(node["builder"]), node["params"])
        ((kind, content),) = node.items()
        if kind not in self._kinds:
            raise RefusedError(f"there is no kind of value named {kind!r}")
        return self._kinds[kind](content)

    def _no_use(self, content: Any) -> Any:
        raise RefusedError("an object has no state")

    def _array(self, number: int) -> NDArray[Any]:
        if not 0 <= number < len(self._arrays):
            raise RefusedError(f"there is no array {number}")
        return self._arrays[number]

    def _same(self, number: int) -> Any:
        if not 0 <= number < len(self._objects) or self._objects[number] is None:
            raise RefusedError(f"there is no object {number}")
        return self._objects[number]

    def _dict(self, pairs: list[Any]) -> dict[Any, Any]:
        made = {self.decode(key): self.decode(one) for key, one in pairs}
        if "class_name" in made:  # Keras makes an object of it, such as an optimizer
            made, _ = checked_config(made, self._trust)
        return made

    def _function(self, name: str) -> Any:
        return (
            functions().get(_text(name))
            or self._trust.thing(name)
            or NamedFunction(name)
        )

    def _builder(self, name: str, params: Mapping[str, Any]) -> Any:
        if name not in BUILDERS:
            raise RefusedError(f"no function of this package is the builder {name!r}")
        made = {key: self.decode(one) for key, one in params.items()}
        for key, value in made.items():
            if not (_is_plain(value) or is_ours(value)):
                raise RefusedError(f"the builder {name} gets {key}={value!r}")
        return partial(BUILDERS[name], **made)

    def _network(self, config: dict[str, Any]) -> ConfiguredNetwork:
        if not isinstance(config, dict) or not {"class_name", "config"} <= set(config):
            raise RefusedError("a network has no configuration of Keras")
        return ConfiguredNetwork.from_config(*checked_config(config, self._trust))

    def _optimizer(self, config: dict[str, Any]) -> Any:
        kind = config["class_name"]
        if kind not in OPTIMIZERS and self._trust.of_keras(config) is None:
            _refuse_optimizer(kind)
        return configured_optimizer(*checked_config(config, self._trust))

    def _optimizer_class(self, name: str) -> Any:
        if name in OPTIMIZERS:
            return optimizer_class(name)
        return self._trust.thing(_text(name)) or _refuse_optimizer(name)

    def _object(self, name: str, state: Mapping[str, Any]) -> Any:
        kind = CLASSES.get(name) or self._trust.thing(name)
        if not isinstance(kind, type):
            raise RefusedError(
                f"the class {name} is not on the list of those that load. If you trust "
                "it, pass it to load_model(..., trusted=[...])"
            )
        number = len(self._objects)
        self._objects.append(None)
        for key in state:
            if not key.isidentifier() or key.startswith("__"):
                raise RefusedError(f"{name} has the attribute {key!r}")
        fields = {key: self.decode(one) for key, one in state.items()}
        if issubclass(kind, BaseEstimator):
            for key in NEVER_STORED:
                if fields.get(key) is not None:
                    raise RefusedError(f"{name} has {key}, which is never read")
        made = SPECIAL[kind].made(fields) if kind in SPECIAL else made_of(kind, fields)
        if isinstance(made, Blueprint):
            self._check_blueprint(made)
        self._objects[number] = made
        return made

    def _check_blueprint(self, made: Blueprint) -> None:
        """Raise if a network would be built from something else than plain values."""
        if not (is_ours(made.builder) or isinstance(made.builder, ConfiguredNetwork)):
            raise RefusedError(f"a network is built by {made.builder!r}")
        if not all(type(one) is int and one > 0 for one in made.args):
            raise RefusedError(f"a network has inputs of the shape {made.args!r}")
        floatx, policy = made.precision
        if floatx not in _FLOATX or not isinstance(policy, str):
            raise RefusedError(f"a network has the precision {made.precision!r}")
        if isinstance(made.optimizer, str) and not is_optimizer(made.optimizer):
            trusted = self._trust.of_keras({"class_name": made.optimizer})
            if trusted is None:
                _refuse_optimizer(made.optimizer)
        if not isinstance(made.optimizer_config, dict):
            raise RefusedError("an optimizer has no configuration")


def _refuse_optimizer(name: Any) -> NoReturn:
    raise RefusedError(
        f"the optimizer {name!r} is not one of Keras. If you trust it, pass its class "
        "to load_model(..., trusted=[...])"
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise RefusedError(f"a name is {value!r}")
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)
