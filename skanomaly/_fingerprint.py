"""Fingerprints of estimators: hashes of class, parameters and software."""

import inspect
from collections.abc import Collection
from functools import partial
from pickle import PicklingError
from types import CodeType
from typing import Any

import joblib

from skanomaly._versions import software_versions


def fingerprint(estimator: Any, *content: Any, leave_out: Collection[str] = ()) -> str:
    """Return a hash of an estimator, the software and further content.

    The hash is the same in all processes.

    Parameters
    ----------
    estimator : estimator
        Hashed by its class and all parameters, including nested ones. A function is
        hashed by its own code, not by that of functions it calls.
    *content : object
        Further objects to hash, such as data.
    leave_out : collection of str, default=()
        Names of parameters to leave out.

    Returns
    -------
    hash : str
        Hash of the estimator, software versions and content.

    Raises
    ------
    ValueError
        If a parameter cannot be pickled and thus not be hashed.
    """
    params = {
        name: _hash(estimator, name, value)
        for name, value in estimator.get_params(deep=False).items()
        if name not in leave_out
    }
    told = (
        _told_apart(type(estimator)),
        params,
        software_versions(),
        *map(_values, content),
    )
    return str(joblib.hash(told))


def _hash(estimator: Any, name: str, value: Any) -> str:
    try:
        return str(joblib.hash(_told_apart(value)))
    except (PicklingError, AttributeError, TypeError, RecursionError) as error:
        raise ValueError(
            f"The parameter {name} of {type(estimator).__name__} cannot be hashed "
            f"({error}). Pass a value that can be pickled."
        ) from error


def _values(content: Any) -> Any:
    # joblib hashes equal arrays of different memory layouts differently.
    return (content.shape, content.ravel()) if hasattr(content, "ravel") else content


def _told_apart(value: Any) -> Any:
    """Return a representation of a parameter that depends on its content alone."""
    if isinstance(value, list | tuple):
        return [_told_apart(item) for item in value]
    if isinstance(value, dict):
        return [_told_apart(item) for item in value.items()]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))  # iteration order differs between processes
    if isinstance(value, partial):
        return _told_apart([value.func, value.args, sorted(value.keywords.items())])
    if isinstance(value, type):
        return value.__module__, value.__qualname__
    if inspect.isfunction(value):
        return _of_function(value)
    if inspect.ismethod(value):
        return _told_apart([value.__func__, value.__self__])
    if hasattr(value, "get_params"):
        return _told_apart([type(value), value.get_params(deep=False)])
    if hasattr(value, "get_config"):
        # Keras numbers the names of the objects that it creates.
        return _told_apart([type(value), value.get_config() | {"name": None}])
    if hasattr(value, "set_model"):  # a callback, which `fit` modifies
        traces = ("_model", "params")
        known = {n: v for n, v in vars(value).items() if n not in traces}
        return _told_apart([type(value), known])
    return value


def _of_function(function: Any) -> Any:
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    given = _told_apart([cells, function.__defaults__, function.__kwdefaults__])
    name = function.__module__, function.__qualname__
    return name, _instructions(function.__code__), given


def _instructions(code: CodeType) -> tuple[Any, ...]:
    """Return the instructions of a function, independent of its file and line."""
    within = [
        _instructions(c) if inspect.iscode(c) else _told_apart(c)
        for c in code.co_consts
    ]
    return code.co_code, code.co_names, within
