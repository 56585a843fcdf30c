"""Kinds of the cells of a table, and the marks of decimals and thousands in them."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from skanomaly._stamps import formats_of

_SPACES = " \u00a0\u2009\u202f"  # plain, non-breaking, thin, narrow
_DIGITS = "|".join(
    (
        r"\d+",
        rf"\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+",
        r"\d{1,3}(?:\.\d{3})+",
        r"\d{1,3}(?:,\d{3})+",
    )
)
_EXPONENT = r"(?:[eE][-+]?\d+)?"
_PLAIN_NUMBER = rf"(?:(?:{_DIGITS})(?:[.,]\d*)?|[.,]\d+){_EXPONENT}"
_SIGN = r"[-+\u2212\u2013]"
CURRENCIES = "$€£¥₹"
_NUMBER = re.compile(
    rf"{_SIGN}?(?:[{CURRENCIES}]\s?)?{_SIGN}?{_PLAIN_NUMBER}(?:\s?[%{CURRENCIES}])?"
    # Less than nothing, as accountants and their programs write it.
    rf"|\((?:[{CURRENCIES}]\s?)?{_PLAIN_NUMBER}(?:\s?[%{CURRENCIES}])?\)"
    rf"|(?:[{CURRENCIES}]\s?)?{_PLAIN_NUMBER}-"
    r"|[-+]?(?:inf|infinity)",
    re.IGNORECASE,
)
# What pandas takes for missing, and the same in other cases.
MISSING = frozenset(
    (
        *("", "na", "n/a", "nan", "-nan", "null", "none", "<na>", "#n/a", "#na"),
        *("n.a.", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"),
        *("#n/a n/a", "#nan", "1.#ind", "1.#qnan", "-1.#ind", "-1.#qnan"),
    )
)


@lru_cache(maxsize=10_000)
def kind_of(cell: str) -> str:
    """Return the kind of a cell: missing, number, time, mark or text.

    A mark has no letter or digit. It often stands for a missing value.
    """
    cell = cell.strip().strip('"').strip()
    if cell.lower() in MISSING:
        return "missing"
    if _NUMBER.fullmatch(cell):
        return "number"
    if not any(map(str.isalnum, cell)):
        return "mark"
    return "time" if formats_of(cell) else "text"


def _patterns(mark: str, other: str) -> dict[str, str]:
    """Return patterns of what the cells of numbers say about a mark."""
    m, o = re.escape(mark), re.escape(other)
    return {
        "thousands": rf"^[-+]?[0-9]{{1,3}}(?:{m}[0-9]{{3}}){{2,}}(?:{o}|$|[eE%])"
        rf"|^[-+]?[0-9]{{1,3}}(?:{m}[0-9]{{3}})+{o}",
        "decimal": rf"^[-+]?[0-9]*{m}(?:[0-9]{{0,2}}|[0-9]{{4,}})(?:$|[eE%])"
        rf"|^[-+]?(?:0[0-9]*|[0-9]{{4,}}|){m}[0-9]*(?:$|[eE%])"
        rf"|{o}[0-9]{{3}}{m}[0-9]*(?:$|[eE%])|^[-+]?[0-9]+{m}[0-9]*[eE]",
        "open": rf"^[-+]?[1-9][0-9]{{0,2}}{m}[0-9]{{3}}(?:$|%)",
    }


_MARKS = {",": _patterns(",", "."), ".": _patterns(".", ",")}
# Nothing is nothing, whatever the mark is.
_PLAIN = r"^[-+]?0*[1-9][0-9]*%?$"


class Marks(NamedTuple):
    """Marks of decimals and of thousands, and whether a cell proves them."""

    decimal: str
    thousands: str | None
    proven: bool


def decide_marks(
    columns: Sequence[Callable[[str], bool]], *, by_comma: bool
) -> Marks | str:
    """Decide which of comma and dot is the decimal mark of the numbers of a table.

    Parameters
    ----------
    columns : sequence of callable
        One per column: whether a pattern occurs in any of its cells.
    by_comma : bool
        Whether fields are separated by commas.

    Returns
    -------
    marks : Marks or str
        Decimal mark and mark of thousands, if there is any; or, as a text, why they
        cannot be told: ``"mixed"`` or ``"open"``.
    """
    said = {
        mark: {
            what: [matches(pattern) for matches in columns]
            for what, pattern in patterns.items()
        }
        for mark, patterns in _MARKS.items()
    }
    decimals = [mark for mark in said if any(said[mark]["decimal"])]
    groups = [mark for mark in said if any(said[mark]["thousands"])]
    if len(decimals) > 1 or len(groups) > 1 or set(decimals) & set(groups):
        return "mixed"
    seen = [mark for mark in said if any(map(any, said[mark].values()))]
    if decimals or groups:
        other = {",": ".", ".": ","}
        decimal = decimals[0] if decimals else other[groups[0]]
        grouped = other[decimal] if other[decimal] in seen else None
        return Marks(decimal, grouped, proven=True)
    if not seen:
        return Marks(".", None, proven=False)
    if len(seen) > 1:
        return "open"
    (mark,) = seen
    # With three decimals in every cell, the reading as thousands is the same series in
    # another unit. Next to whole numbers, it is another series.
    whole = any(
        is_open and matches(_PLAIN)
        for is_open, matches in zip(said[mark]["open"], columns, strict=True)
    )
    if whole or (mark == "," and by_comma):
        return "open"
    return Marks(mark, None, proven=False)


def is_open_column(cells: Any) -> bool:
    """Return whether all texts are whole numbers or may have a dot of thousands."""
    # Above 999, whole numbers would have dots too.
    short = cells.str.fullmatch(r"\s*[-+]?(?:0|[1-9][0-9]{0,2})\s*")
    grouped = cells.str.fullmatch(r"\s*[-+]?[1-9][0-9]{0,2}\.[0-9]{3}\s*")
    nothing = cells.str.fullmatch(r"\s*0\s*")
    return bool((short | grouped).all() and (short & ~nothing).any() and grouped.any())
