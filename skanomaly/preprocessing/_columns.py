"""Columns of a table as times and as numbers, or an error that names the bad row."""

import warnings
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra

if TYPE_CHECKING:
    from pandas import DatetimeIndex, Series

_DAY_OR_MONTH_FIRST = r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
# The largest plausible epoch time in each unit: the year 5138 in seconds, and so on.
_EPOCH_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (np.inf, "ns"))


def check_numeric(column: "Series[Any]") -> None:
    """Raise a ValueError that names the first text in a column of numbers."""
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_numeric_dtype(column):
        return
    bad = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    row = int(bad.to_numpy().argmax())
    raise ValueError(
        f"column {column.name!r} is not numeric: row {row} holds "
        f"{column.iloc[row]!r}. Choose a column of numbers; records of any kind can "
        "be counted, with the aggregation 'count'."
    )


def expand_patterns(
    names: Iterable[str], columns: Collection[str], numeric: Iterable[str]
) -> list[str]:
    """Return names with patterns, such as ``cpu*``, replaced by what they match.

    They match numeric columns alone. A column's own name is no pattern, and one that
    matches nothing stays as it is.
    """
    known = list(numeric)
    found: list[str] = []
    for name in names:
        matching = [column for column in known if fnmatchcase(column, name)]
        found += [name] if name in columns else matching or [name]
    return list(dict.fromkeys(found))


def parse_times(column: "Series[Any]") -> "DatetimeIndex":
    """Return times, texts, or numbers since 1970 as times, or raise a ValueError."""
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_numeric_dtype(column):
        largest = float(column.abs().max())
        unit = next(unit for limit, unit in _EPOCH_UNITS if not largest >= limit)
        times = pd.to_datetime(column, unit=unit, errors="coerce")
    else:
        times = _read_texts(pd, column)
        if column.astype(str).str.match(_DAY_OR_MONTH_FIRST).all():
            times = _in_order(pd, column, times)
    bad = times.isna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"column {column.name!r} holds {int(bad.sum())} values that are no time, "
            f"the first in row {row}: {column.iloc[row]!r}. Write times as "
            "'2024-01-31 18:32:00', or drop these rows."
        )
    index: DatetimeIndex = pd.DatetimeIndex(times, name=column.name)
    return index


def _in_order(pd: Any, column: "Series[Any]", times: Any) -> Any:
    """Read 12/01 as the 12th of January where only that puts the rows in order."""
    if times.is_monotonic_increasing and times.notna().all():
        return times
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        day_first = pd.to_datetime(column, errors="coerce", dayfirst=True)
    in_order = day_first.notna().all() and day_first.is_monotonic_increasing
    return day_first if in_order else times


def _read_texts(pd: Any, column: "Series[Any]") -> Any:
    # The first row decides on the format. In ISO 8601 the rows may differ, and UTC is
    # common ground for offsets that differ, as they do with summer time.
    found = []
    for options in ({}, {"format": "ISO8601"}, {"format": "ISO8601", "utc": True}):
        try:
            with warnings.catch_warnings():
                # pandas warns of formats that it has to guess.
                warnings.simplefilter("ignore")
                times = pd.to_datetime(column, errors="coerce", **options)
        except ValueError:  # Raised for mixed time zones in spite of "coerce".
            continue
        # For those pandas 2 warns instead, and returns objects.
        if not pd.api.types.is_datetime64_any_dtype(times):
            continue
        found.append(times)
        if times.notna().all():
            break
    return min(found, key=lambda times: times.isna().sum())
