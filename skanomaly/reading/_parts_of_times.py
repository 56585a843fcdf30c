"""Times whose parts are in columns of their own: year, month, day, hour, ..."""

from typing import Any

import numpy as np

# Names of the columns, in order, with the smallest and the largest number of each.
_PARTS = (
    (("year", "yyyy", "jahr"), 1900, 2100),
    (("month", "mon", "mm", "monat"), 1, 12),
    (("day", "dd", "tag"), 1, 31),
    (("hour", "hr", "hh", "stunde"), 0, 24),
    (("minute", "min"), 0, 59),
)
_AT_LEAST = 2


def columns_of_parts(table: Any) -> list[str]:
    """Return the columns of the parts of times, from the year on, none if not there.

    A part that is missing ends them.
    """
    found: list[str] = []
    for names, low, high in _PARTS:
        named = [name for name in map(str, table.columns) if name.lower() in names]
        if len(named) != 1 or not _is_within(table[named[0]].to_numpy(), low, high):
            break
        found += named
    return found if len(found) >= _AT_LEAST else []


def join_parts(table: Any, names: list[str]) -> Any:
    """Return times as texts of ISO 8601."""
    parts = [table[name].astype(int) for name in names]
    marks = ("", "-", "-", "T", ":")
    text = parts[0].astype(str)
    for mark, part in zip(marks[1:], parts[1:], strict=False):
        text += mark + part.astype(str).str.zfill(2)
    # An hour alone is no time of ISO 8601.
    return (text + ":00" if len(names) == marks.index("T") + 1 else text).rename(
        "times"
    )


def _is_within(values: Any, low: int, high: int) -> bool:
    if values.dtype.kind not in "iu" or not len(values):
        return False
    return bool(low <= np.min(values) and np.max(values) <= high)
