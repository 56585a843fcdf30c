"""Mistakes of the user, told from mistakes of ours."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


class InputError(Exception):
    """Bad usage or bad input: printed as it is, exit code 2."""


@contextmanager
def bad_input() -> Iterator[None]:
    """Tell the user about errors of a step that fails on bad input and little else."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise InputError(what) from error
    except (ImportError, ValueError) as error:
        raise InputError(str(error)) from error


@contextmanager
def refused() -> Iterator[None]:
    """Tell the user what a detector refuses to train on or to score."""
    # Numbers that are too large overflow on the way; a word on that follows.
    with bad_input(), np.errstate(all="ignore"):
        yield


def warn(text: str) -> None:
    """Say one line on standard error."""
    print(f"skanomaly: {text}", file=sys.stderr)
