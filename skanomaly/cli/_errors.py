"""Mistakes of the user, told from mistakes of ours."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class InputError(Exception):
    """Bad usage or bad input: printed as it is, exit code 2."""


@contextmanager
def bad_input() -> Iterator[None]:
    """Tell the user about errors of a step that does nothing but read and check."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise InputError(what) from error
    except (ImportError, ValueError) as error:
        raise InputError(str(error)) from error


def closest(name: str, known: Iterable[str]) -> str:
    """Return a question that names the closest known name, or nothing."""
    lower = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), list(lower), n=1, cutoff=0.5)
    return f" Did you mean {lower[near[0]]!r}?" if near else ""
