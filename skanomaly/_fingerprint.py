"""By what an estimator is known again: class, parameters and software."""

import inspect
from collections.abc import Collection
from functools import partial
from pickle import PicklingError
from types import CodeType
from typing import Any

import joblib

from skanomaly._versions import software_versions


def fingerprint(estimator: Any, *content: Any, leave_out: Collection[str] = ()) -> str:
    """Hash an estimator, the software and further content; the same in each process.

    Parameters
    ----------
    estimator : estimator
        Known by its class and all parameters, nested ones too; a function among them
        by its own code, but not by what that calls.
    *content : object
        Whatever else counts, such as data.
    leave_out : collection of str, default=()
        Parameters that do not count.

    Raises
    ------
    ValueError
        If a parameter can't be told from others of its kind.
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
            f"the parameter {name} of {type(estimator).__name__} cannot be told from "
            f"others of its kind ({error}): give something that pickle takes."
        ) from error


def _values(content: Any) -> Any:
    # joblib tells arrays of equal values apart that lie differently in memory.
    return (content.shape, content.ravel()) if hasattr(content, "ravel") else content


def _told_apart(value: Any) -> Any:
    """Return what tells a parameter from another one, by its content."""
    if isinstance(value, list | tuple):
        return [_told_apart(item) for item in value]
    if isinstance(value, dict):
        return [_told_apart(item) for item in value.items()]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))  # else in an order that each process has anew
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
        # Keras numbers the names of what it makes.
        return _told_apart([type(value), value.get_config() | {"name": None}])
    if hasattr(value, "set_model"):  # a callback, which a former fit left its traces in
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
    """Return what a function does, whatever file and line it stands on."""
    within = [
        _instructions(c) if inspect.iscode(c) else _told_apart(c)
        for c in code.co_consts
    ]
    return code.co_code, code.co_names, within
