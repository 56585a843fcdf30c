"""Errors of the user, as distinct from errors of the program."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

_HOME = Path(__file__).parent.parent


class InputError(Exception):
    """Bad usage or bad input; the message is printed and the exit code is 2."""


@contextmanager
def bad_input() -> Iterator[None]:
    """Raise InputError for the errors of a step that only bad input makes fail."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise InputError(what) from error
    except (ImportError, ValueError) as error:
        raise InputError(str(error)) from error


@contextmanager
def refused() -> Iterator[None]:
    """Raise InputError if a detector rejects the data to train on or to score."""
    # Numbers that are too large overflow before the check that reports them.
    with bad_input(), np.errstate(all="ignore"):
        yield


@contextmanager
def only_our_warnings() -> Iterator[None]:
    """Print the warnings of this package in one line, and none of other libraries."""
    with warnings.catch_warnings():
        warnings.showwarning = _show  # type: ignore[assignment]
        yield


def _show(message: Warning | str, category: type[Warning], *where: Any) -> None:
    if issubclass(category, UserWarning) and Path(str(where[0])).is_relative_to(_HOME):
        warn(" ".join(str(message).split()))


def warn(text: str) -> None:
    """Print one line to standard error."""
    print(f"skanomaly: {text}", file=sys.stderr)
