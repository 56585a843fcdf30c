"""Words of messages: the closest known name, and counts with their nouns."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def closest(name: Any, known: Iterable[Any]) -> str:
    """Return " Did you mean 'x'?" for the closest known name, or an empty text.

    Parameters
    ----------
    name : str
        The unknown name; upper and lower case do not matter.
    known : iterable of str
        Names to choose from.

    Returns
    -------
    question : str
        Begins with a space, to be appended to a sentence.

    Examples
    --------
    >>> from skanomaly._text import closest
    >>> closest("ltsm", ["gru", "lstm"])
    " Did you mean 'lstm'?"
    >>> closest("forest", ["gru", "lstm"])
    ''
    """
    lower = {str(candidate).lower(): str(candidate) for candidate in known}
    near = get_close_matches(str(name).lower(), list(lower), n=1, cutoff=0.5)
    return f" Did you mean {lower[near[0]]!r}?" if near else ""


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``no event``, ``1 event``, ``2 events``."""
    if count == 0:
        return f"no {noun}"
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plain(name: Any) -> str:
    """Return a name so that matplotlib takes no dollar in it for the start of maths."""
    return str(name).replace("$", r"\$")
