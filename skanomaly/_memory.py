"""Cache of fitted detectors and of scores in a joblib.Memory."""

import os
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

from sklearn.utils.validation import check_memory

from skanomaly._compat import HasMethods
from skanomaly._fingerprint import fingerprint

T = TypeVar("T")

# Constraints of the parameter `memory`.
MEMORY = [str, os.PathLike, HasMethods(["cache"]), None]
# Parameters that change neither fitting nor scores. The seed that is drawn from
# `random_state` is a part of the key by itself.
_NO_MATTER = {"memory", "threshold", "verbose", "random_state"}


def remember(memory: Any, key: str, compute: Callable[[], T]) -> T:
    """Return ``compute()``, or its cached result for this key.

    Parameters
    ----------
    memory : joblib.Memory, str or path
        Cache, or folder of the cache.
    key : str
        Hash of all that the result depends on.
    compute : callable
        Function without arguments, called if the key is not cached.

    Returns
    -------
    result : object
        New or cached result of `compute`.
    """
    if isinstance(memory, os.PathLike):
        memory = os.fspath(memory)
    result: T = check_memory(memory).cache(_computed, ignore=["compute"])(key, compute)
    return result


def _computed(key: str, compute: Callable[[], T]) -> T:
    return compute()


def identity(detector: Any, *content: Any) -> str:
    """Return a hash of the parameters of a detector and of the data it is used on.

    Raises
    ------
    ValueError
        If a parameter cannot be pickled, so that the fitted detector cannot be cached.
    """
    try:
        pickle.dumps(detector.get_params(deep=False))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"memory needs parameters that can be pickled: {error}. Define functions "
            "and classes in a module, or pass memory=None."
        ) from error
    return fingerprint(detector, *content, leave_out=_NO_MATTER)
