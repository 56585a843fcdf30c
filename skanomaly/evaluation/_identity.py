"""By what a run is known again: estimator, data, seed and software."""

import hashlib
import inspect
from importlib.metadata import version
from pickle import PicklingError
from typing import Any

import joblib

from skanomaly import __version__
from skanomaly.evaluation._data import LabelledData

# What scores depend on beside the package itself.
_PACKAGES = ("keras", "numpy", "scikit-learn", "scipy", "tensorflow")


def software() -> dict[str, str]:
    """Return the versions of what scores depend on."""
    return {"skanomaly": __version__} | {name: version(name) for name in _PACKAGES}


def estimator_text(estimator: Any) -> str:
    """Describe an estimator by its class and all parameters, the same in each process.

    A function among the parameters, such as a network, is known by its source.
    """
    lines = [_class_of(estimator)]
    for name, value in sorted(estimator.get_params().items()):
        try:
            lines.append(f"{name}={_value_text(value)}")
        except (PicklingError, AttributeError, TypeError) as error:
            raise ValueError(
                f"the parameter {name} of {type(estimator).__name__} cannot be told "
                f"from others of its kind ({error}): give something that pickle takes."
            ) from error
    return "\n".join(lines)


def data_text(data: LabelledData) -> str:
    """Describe the content of a data set."""
    return str(joblib.hash((data.X, data.y, data.train_size, data.records)))


def run_key(name: str, estimator: str, data_name: str, data: str, seed: int) -> str:
    """Return the key of a run, of which the texts are what it depends on."""
    parts = (name, estimator, data_name, data, seed, sorted(software().items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _value_text(value: Any) -> str:
    if hasattr(value, "get_params") and not isinstance(value, type):
        return _class_of(value)  # its parameters have lines of their own
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value_text, value))}]"
    if inspect.isfunction(value):
        return f"{value.__module__}.{value.__qualname__} {_source(value)}"
    return str(joblib.hash(value))


def _class_of(estimator: Any) -> str:
    return f"{type(estimator).__module__}.{type(estimator).__qualname__}"


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except OSError:  # typed at a prompt: no file has it
        return str(function.__code__.co_code.hex())
