"""What was learned and scored before, kept in a joblib.Memory."""

import os
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

from sklearn.utils.validation import check_memory

from skanomaly._compat import HasMethods
from skanomaly._fingerprint import fingerprint

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
    """Hash what a detector learns or scores, and with what.

    Raises
    ------
    ValueError
        If what is learned could not be kept, as a parameter can't be pickled.
    """
    try:
        pickle.dumps(detector.get_params(deep=False))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"memory needs parameters that can be pickled: {error}. Define functions "
            "and classes in a module, or leave memory=None."
        ) from error
    return fingerprint(detector, *content, leave_out=_NO_MATTER)
