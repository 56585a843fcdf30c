"""From objects to JSON and arrays."""

import warnings
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from skanomaly.detectors import BUILDERS
from skanomaly.engine import ConfiguredNetwork, TrainedNetwork, optimizer_config
from skanomaly.persistence._catalogue import NAMES, full_name, functions
from skanomaly.persistence._keras_names import checked_config
from skanomaly.persistence._special import SPECIAL, fields_of
from skanomaly.persistence._trust import NamedFunction, Trust

# Parameters that hold code, or the folder of a cache, which holds pickles.
NEVER_STORED = ("callbacks", "memory")
# Kinds of arrays that hold numbers or texts of a fixed length.
KINDS = "biufcUSmM"


class Encoder:
    """Turn an estimator into values of JSON, which refer to arrays by their number.

    Attributes
    ----------
    arrays : list of ndarray
        Arrays.
    has_network : bool
        Whether a network was among the objects.
    """

    def __init__(self) -> None:
        self.arrays: list[NDArray[Any]] = []
        self.has_network = False
        # By their place in memory, which is theirs as long as they are kept here.
        self._numbers: dict[int, int] = {}
        self._array_numbers: dict[int, int] = {}
        self._open: set[int] = set()
        self._kept: list[Any] = []

    def encode(self, value: Any, where: str) -> Any:
        """Return a value of JSON for a value.

        Parameters
        ----------
        value : object
            What to store.
        where : str
            Name of its place, for the error message.

        Raises
        ------
        TypeError
            If there is no way to store the value.
        """
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if np.isfinite(value) else {"float": repr(value)}
        if isinstance(value, np.ndarray):
            return self._array(value, where)
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value), where)["array"]}
        if isinstance(value, list):
            return [self.encode(one, f"{where}[{i}]") for i, one in enumerate(value)]
        if type(value) is tuple:
            items = [self.encode(one, f"{where}[{i}]") for i, one in enumerate(value)]
            return {"tuple": items}
        if isinstance(value, dict):
            pairs = [
                [self.encode(k, where), self.encode(v, f"{where}[{k!r}]")]
                for k, v in value.items()
            ]
            return {"dict": pairs}
        return self._of_function(value, where) or self._object(value, where)

    def _array(self, array: NDArray[Any], where: str) -> dict[str, Any]:
        if array.dtype == object:
            texts = array.tolist()
            if array.ndim == 1 and all(isinstance(one, str) for one in texts):
                return {"texts": texts}
        if array.dtype.kind not in KINDS or type(array) is not np.ndarray:
            raise TypeError(
                f"{where} is an array of {array.dtype}, which is not stored"
            )
        number = self._array_numbers.setdefault(id(array), len(self.arrays))
        if number == len(self.arrays):
            self._kept.append(array)
            # Products depend on the order of values in memory, in their last bits.
            is_plain = array.flags.forc
            self.arrays.append(array if is_plain else array.copy(order="K"))
        return {"array": number}

    def _of_function(self, value: Any, where: str) -> dict[str, Any] | None:
        """Return the name of a function, a builder or a configuration, or None."""
        if isinstance(value, NamedFunction):
            return {"function": value.name}
        if isinstance(value, ConfiguredNetwork):
            return {"network": value.config}
        if isinstance(value, partial) and is_ours(value):
            params = {
                k: self.encode(v, f"{where}.{k}") for k, v in value.keywords.items()
            }
            return {"builder": value.func.__name__, "params": params}
        if isinstance(value, FunctionType | BuiltinFunctionType | np.ufunc):
            names = {one: name for name, one in functions().items()}
            if value in names or not isinstance(value, np.ufunc):
                return {"function": names.get(value) or full_name(value)}
        if isinstance(value, type) and _is_optimizer(value):
            return {"optimizer class": _name_of_optimizer(value)}
        if _is_optimizer(type(value)):
            config = optimizer_config(value)
            _check_config(config)
            return {"optimizer": config}
        return None

    def _object(self, value: Any, where: str) -> dict[str, Any]:
        key, kind = id(value), type(value)
        if key in self._open:
            raise TypeError(f"{where} holds itself, which is not stored")
        if key in self._numbers:
            return {"same": self._numbers[key]}
        if kind not in NAMES and not isinstance(value, BaseEstimator):
            raise TypeError(f"{where} is a {full_name(kind)}, which cannot be stored")
        self._numbers[key] = len(self._numbers)
        self._open.add(key)
        self._kept.append(value)
        if isinstance(value, TrainedNetwork):
            self.has_network = True
            if not is_ours(value.blueprint.builder):
                value = value.without_function(_check_config)
                self._kept.append(value)
        fields = SPECIAL[kind].fields(value) if kind in SPECIAL else fields_of(value)
        self._kept.append(fields)
        if isinstance(value, BaseEstimator):
            fields = _without_code(value, fields)
        state = {k: self.encode(v, f"{where}.{k}") for k, v in fields.items()}
        self._open.remove(key)
        return {"object": NAMES.get(kind) or full_name(kind), "state": state}


class _Anything(Trust):
    """Trust in all classes and functions: a network that is there may be stored."""

    def of_keras(self, entry: dict[str, Any]) -> Any:
        """Return something that stands for any class or function."""
        return object


def _check_config(config: dict[str, Any]) -> None:
    """Raise if a configuration holds code, which no trust allows."""
    checked_config(config, _Anything({}))


def is_ours(builder: Any) -> bool:
    """Return whether a function builds networks by code of this package alone."""
    if not isinstance(builder, partial) or builder.args:
        return False
    functions = [one for one in builder.keywords.values() if callable(one)]
    known = BUILDERS.get(getattr(builder.func, "__name__", "")) is builder.func
    return known and all(map(is_ours, functions))


def _is_optimizer(kind: type) -> bool:
    """Return whether a class is an optimizer of Keras, without importing Keras."""
    names = {full_name(base) for base in kind.__mro__}
    return "keras.src.optimizers.optimizer.Optimizer" in names


def _name_of_optimizer(kind: type) -> str:
    return kind.__name__ if kind.__module__.startswith("keras.") else full_name(kind)


def _without_code(estimator: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the state of an estimator without parameters that hold code or caches."""
    dropped = [name for name in NEVER_STORED if fields.get(name) is not None]
    for name in dropped:
        warnings.warn(
            f"The parameter {name} of {type(estimator).__name__} is not stored: it "
            "holds code or pickles. Set it again after loading.",
            stacklevel=2,
        )
    kept = fields | dict.fromkeys(dropped)
    if "_identity" in kept:  # of a fit in a cache
        kept["_identity"] = None
    return kept
