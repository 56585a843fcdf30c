"""Parts of messages: closest name, counts with nouns, names in plots."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def closest(name: Any, known: Iterable[Any]) -> str:
    """Return " Did you mean 'x'?" for the closest known name, or an empty string.

    Parameters
    ----------
    name : str
        Unknown name; case is ignored.
    known : iterable of str
        Names to choose from.

    Returns
    -------
    question : str
        Sentence with a leading space, or an empty string if no name is close.

    Examples
    --------
    >>> from skanomaly._text import closest
    >>> closest("ltsm", ["gru", "lstm"])
    " Did you mean 'lstm'?"
    >>> closest("forest", ["gru", "lstm"])
    ''
    """
    lower = {str(candidate).lower(): str(candidate) for candidate in known}
    near = get_close_matches(str(name).lower(), list(lower), n=1)
    return f" Did you mean {lower[near[0]]!r}?" if near else ""


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``no event``, ``1 event``, ``2 events``."""
    if count == 0:
        return f"no {noun}"
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def plain(name: Any) -> str:
    """Return a name with dollars escaped, which matplotlib would read as math."""
    return str(name).replace("$", r"\$")
