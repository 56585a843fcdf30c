"""Trust of the caller of `load_model` in classes and functions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn, Self

from skanomaly.persistence._catalogue import full_name


@dataclass(frozen=True)
class NamedFunction:
    """Stand for a function of which a file holds the name alone.

    Parameters
    ----------
    name : str
        Name of the function with its module.
    """

    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise, since the function was not loaded."""
        raise ValueError(
            f"The function {self.name} is needed here, but the model was loaded "
            "without it: a file holds the names of functions, not their code. Pass "
            "it to load_model(..., trusted=[function])."
        )


@dataclass(frozen=True)
class Trust:
    """Classes and functions that may be used although they are not in the catalogue.

    Parameters
    ----------
    things : dict of str to object
        Classes and functions by their names with the module.
    """

    things: dict[str, Any]

    @classmethod
    def of(cls, trusted: Iterable[Any]) -> Self:
        """Return what the caller trusts, imported if it is given by name.

        Raises
        ------
        ValueError
            If there is nothing of a name.
        TypeError
            If something is neither a class, a function, nor a name.
        """
        if isinstance(trusted, str):
            trusted = (trusted,)
        found = [_found(one) if isinstance(one, str) else one for one in trusted]
        for one in found:
            if not callable(one) or not hasattr(one, "__qualname__"):
                raise TypeError(
                    f"trusted contains {one!r}. Pass classes, functions, or their "
                    "names with the module, such as 'package.module.MyLayer'."
                )
        return cls({full_name(one): one for one in found})

    def thing(self, name: str) -> Any:
        """Return the class or function with a full name, None if it is not trusted."""
        return self.things.get(name)

    def of_keras(self, entry: dict[str, Any]) -> Any:
        """Return the class or function of an entry of a Keras configuration, or None.

        Keras leaves the module out for functions and for classes of a script.
        """
        kind, module = entry.get("class_name"), entry.get("module")
        is_function = kind == "function"
        name = entry.get("config") if is_function else kind
        for one in self.things.values():
            same_place = is_function or module in (None, one.__module__)
            if same_place and str(name).rpartition(">")[2] == one.__name__:
                return one
        return None


def _found(name: str) -> Callable[..., Any]:
    module, _, last = name.rpartition(".")
    try:
        found: Callable[..., Any] = getattr(import_module(module), last)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"trusted names {name!r}, which cannot be imported ({error}). Pass the "
            "class or function itself."
        ) from error
    return found
