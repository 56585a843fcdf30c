"""What was learned and scored before, kept in a joblib.Memory."""

import inspect
import os
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pickle import PicklingError
from types import CodeType
from typing import Any, TypeVar

import joblib
from sklearn.utils.validation import check_memory

from skanomaly._compat import HasMethods

T = TypeVar("T")

# What the parameter `memory` may be.
MEMORY = [str, os.PathLike, HasMethods(["cache"]), None]

# Parameters that change neither what is learned nor how it is scored. What a random
# state comes to is a part of the key by itself.
_NO_MATTER = {"memory", "threshold", "verbose", "random_state"}


def remember(memory: Any, key: str, compute: Callable[[], T]) -> T:
    """Return ``compute()``, or what it returned for this key before.

    Parameters
    ----------
    memory : joblib.Memory, str or path
        Where it is kept.
    key : str
        All that the result depends on, hashed.
    compute : callable
        Called if the key is new.
    """
    if isinstance(memory, os.PathLike):
        memory = os.fspath(memory)
    result: T = check_memory(memory).cache(_computed, ignore=["compute"])(key, compute)
    return result


def _computed(key: str, compute: Callable[[], T]) -> T:
    return compute()


def identity(detector: Any, *content: Any) -> str:
    """Hash what a detector learns from: its class, its parameters and `content`.

    Raises
    ------
    ValueError
        If a parameter can't be pickled, and so not be told from another.
    """
    params = {
        name: _told_apart(value)
        for name, value in detector.get_params(deep=False).items()
        if name not in _NO_MATTER
    }
    versions = [version(name) for name in ("skanomaly", "keras", "scikit-learn")]
    try:
        key = joblib.hash((type(detector), params, versions, *map(_values, content)))
    except (PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            "memory needs parameters that can be pickled, to tell them from others: "
            f"{error}. Define functions and classes in a module, or leave memory=None."
        ) from error
    return str(key)


def _values(content: Any) -> Any:
    # joblib tells arrays of equal values apart that lie differently in memory.
    return (content.shape, content.ravel()) if hasattr(content, "ravel") else content


def _told_apart(value: Any) -> Any:
    """Return what tells a parameter from another one of the same type."""
    if isinstance(value, list | tuple):
        return [_told_apart(item) for item in value]
    if hasattr(value, "get_config"):
        # Keras numbers the names of what it makes.
        return type(value), value.get_config() | {"name": None}
    if hasattr(value, "set_model"):  # a callback, which a former fit left its traces in
        traces = ("_model", "params")
        return type(value), {n: v for n, v in vars(value).items() if n not in traces}
    function = value
    while isinstance(function, partial):
        function = function.func
    if inspect.isfunction(function):
        # By its name alone, a function that was edited would be taken for the old one.
        return value, _instructions(function.__code__)
    return value


def _instructions(code: CodeType) -> tuple[Any, ...]:
    """Return what a function does, whatever file and line it stands on."""
    within = [_instructions(c) if inspect.iscode(c) else c for c in code.co_consts]
    return code.co_code, code.co_names, within
