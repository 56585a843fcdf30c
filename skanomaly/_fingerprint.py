"""Fingerprints: hashes of estimators and of functions by all that they depend on."""

import inspect
from collections.abc import Collection, Iterator
from functools import partial
from pickle import PicklingError
from types import CodeType, FunctionType, ModuleType
from typing import Any

import joblib

from skanomaly._versions import software_versions

# What joblib raises for a value that cannot be pickled and thus not be hashed.
_NO_HASH = (PicklingError, AttributeError, TypeError, RecursionError)


def fingerprint(estimator: Any, *content: Any, leave_out: Collection[str] = ()) -> str:
    """Return a hash of an estimator, the software and further content.

    The hash is the same in all processes.

    Parameters
    ----------
    estimator : estimator
        Hashed by its class and all parameters, including nested ones. A function is
        hashed as by `content_hash`.
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
        _kind(estimator),
        params,
        software_versions(),
        *map(_values, content),
    )
    return str(joblib.hash(told))


def content_hash(*values: Any) -> str:
    """Return a hash of values that depends on their content alone.

    A function counts by its code, its defaults and what it closes over, and so do the
    global names that it uses: functions and classes of the same package or notebook by
    their code, other values by their content, modules by their name. So a function that
    is defined again in a notebook has another hash if it does something else.

    Parameters
    ----------
    *values : object
        Values to hash.

    Returns
    -------
    hash : str
        Hash of all values, the same in all processes.

    Raises
    ------
    ValueError
        If a value cannot be pickled and thus not be hashed.
    """
    try:
        return str(joblib.hash(_Content().of(values)))
    except _NO_HASH as error:
        raise ValueError(
            f"A value cannot be hashed ({error}). Pass values that can be pickled."
        ) from error


def class_hash(*kinds: type) -> str:
    """Return a hash of classes by their code.

    Parameters
    ----------
    *kinds : type
        Classes.

    Returns
    -------
    hash : str
        Hash of all classes, with the bases that are of the same package.

    Raises
    ------
    ValueError
        If an attribute of a class cannot be pickled and thus not be hashed.
    """
    content = _Content()
    try:
        return str(joblib.hash([content.of_class(kind) for kind in kinds]))
    except _NO_HASH as error:
        raise ValueError(
            f"A class cannot be hashed ({error}). Give it attributes that can be "
            "pickled."
        ) from error


def _hash(estimator: Any, name: str, value: Any) -> str:
    try:
        return content_hash(value)
    except ValueError as error:
        raise ValueError(
            f"The parameter {name} of {type(estimator).__name__} cannot be hashed "
            f"({error.__cause__}). Pass a value that can be pickled."
        ) from error


def _values(content: Any) -> Any:
    # joblib hashes equal arrays of different memory layouts differently.
    return (content.shape, content.ravel()) if hasattr(content, "ravel") else content


class _Content:
    """Representations of values that depend on their content alone.

    One instance serves one hash: it follows each function and class once, since those
    of a module may refer to each other.
    """

    def __init__(self) -> None:
        self._followed: set[int] = set()

    def of(self, value: Any) -> Any:
        """Return the representation of a value."""
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return [self.of(item) for item in value.items()]
        if isinstance(value, set | frozenset):
            return sorted(map(repr, value))  # iteration order differs between processes
        if isinstance(value, partial):
            return self.of([value.func, value.args, sorted(value.keywords.items())])
        if isinstance(value, type):
            return _name(value)
        if inspect.isfunction(value):
            return self._of_function(value)
        if inspect.ismethod(value):
            return self.of([value.__func__, value.__self__])
        if hasattr(value, "get_params"):
            return [_kind(value), self.of(value.get_params(deep=False))]
        if hasattr(value, "get_config"):
            # Keras numbers the names of the objects that it creates.
            return self.of([type(value), value.get_config() | {"name": None}])
        if hasattr(value, "set_model"):  # a callback, which `fit` modifies
            traces = ("_model", "params")
            known = {n: v for n, v in vars(value).items() if n not in traces}
            return self.of([type(value), known])
        return value

    def _of_function(self, function: FunctionType) -> Any:
        if id(function) in self._followed:
            return _name(function)
        self._followed.add(id(function))
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        given = self.of([cells, function.__defaults__, function.__kwdefaults__])
        used = [
            [name, self._of_global(function.__globals__[name], function)]
            for name in sorted(set(_names(function.__code__)))
            if name in function.__globals__
        ]
        code = self._instructions(function.__code__)
        return _name(function), code, given, used

    def _of_global(self, value: Any, user: FunctionType) -> Any:
        if isinstance(value, ModuleType):
            return value.__name__
        if inspect.isfunction(value) or isinstance(value, type):
            if _package(value) != _package(user):
                return _name(value)
            return self.of(value) if inspect.isfunction(value) else self.of_class(value)
        return self.of(value)

    def of_class(self, kind: type) -> Any:
        """Return the representation of a class by its code and that of its bases.

        Bases of other packages count by their name.
        """
        if id(kind) in self._followed:
            return _name(kind)
        self._followed.add(id(kind))
        members = [
            [name, self.of(_functions_of(member))]
            for name, member in sorted(vars(kind).items())
            if inspect.isfunction(member) or not name.startswith("_")
        ]
        bases = [
            self.of_class(base) if _package(base) == _package(kind) else _name(base)
            for base in kind.__bases__
        ]
        return _name(kind), bases, members

    def _instructions(self, code: CodeType) -> tuple[Any, ...]:
        """Return the instructions of a function, independent of its file and line."""
        within = [
            self._instructions(c) if inspect.iscode(c) else self.of(c)
            for c in code.co_consts
        ]
        return code.co_code, code.co_names, within


def _functions_of(member: Any) -> Any:
    """Return the functions behind a method or property of a class, or the member."""
    if isinstance(member, staticmethod | classmethod):
        return member.__func__
    if isinstance(member, property):
        return [member.fget, member.fset]
    return member


def _name(value: Any) -> tuple[str, str]:
    return value.__module__, value.__qualname__


def _kind(estimator: Any) -> tuple[Any, ...]:
    """Return the class of an estimator, and its version if it has one.

    Other results of the same parameters make another version.
    """
    return *_name(type(estimator)), getattr(estimator, "_version", None)


def _package(value: Any) -> str:
    return str(value.__module__).partition(".")[0]


def _names(code: CodeType) -> Iterator[str]:
    """Yield the global names and attributes that a function uses, nested ones too."""
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _names(constant)
