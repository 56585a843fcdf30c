"""Single place for private names of scikit-learn and for optional packages."""

from importlib import import_module
from typing import Any

from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as take_rows
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    validate_params,
)
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition

__all__ = [
    "BaseComposition",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "fit_context",
    "import_extra",
    "take_rows",
    "tree_class",
    "validate_params",
]


def import_extra(module: str, *, extra: str) -> Any:
    """Import an optional module; if it is missing, raise with the extra to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} is required but could not be imported ({error}). Install it "
            f"with: pip install 'skanomaly[{extra}]'"
        ) from error


def tree_class() -> Any:
    """Return the class of the compiled part of a decision tree."""
    from sklearn.tree._tree import Tree  # slow, and needed where models are stored

    return Tree
