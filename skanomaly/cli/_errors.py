"""Errors of the user, as distinct from errors of the program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


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


def warn(text: str) -> None:
    """Print one line to standard error."""
    print(f"skanomaly: {text}", file=sys.stderr)
