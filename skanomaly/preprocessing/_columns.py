"""Validation and conversion of the columns of a table."""

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
    """Raise a ValueError with the first non-numeric value if a column is not numeric.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Column to check.

    Raises
    ------
    ValueError
        If the column is not numeric.
    """
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_numeric_dtype(column):
        return
    bad = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    row = int(bad.to_numpy().argmax())
    raise ValueError(
        f"column {column.name!r} is not numeric: row {row} holds "
        f"{column.iloc[row]!r}. Choose a numeric column, or count records with the "
        "aggregation 'count', which accepts values of any type."
    )


def expand_patterns(
    names: Iterable[str], columns: Collection[str], numeric: Iterable[str]
) -> list[str]:
    """Return names in which patterns are replaced by the matching numeric columns.

    Parameters
    ----------
    names : iterable of str
        Names of columns and patterns, such as ``cpu*``. The exact name of a column is
        never a pattern. A pattern without a match is kept.
    columns : collection of str
        Names of all columns.
    numeric : iterable of str
        Names of the numeric columns, the only ones that patterns match.

    Returns
    -------
    names : list of str
        Names of columns and patterns without a match, without duplicates.
    """
    known = list(numeric)
    found: list[str] = []
    for name in names:
        matching = [column for column in known if fnmatchcase(column, name)]
        found += [name] if name in columns else matching or [name]
    return list(dict.fromkeys(found))


def parse_times(column: "Series[Any]") -> "DatetimeIndex":
    """Convert a column of times, strings or numbers since 1970 to times.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Datetimes, strings, or numbers of seconds, milliseconds, microseconds or
        nanoseconds since 1970. The unit of numbers is inferred from the largest one.

    Returns
    -------
    times : DatetimeIndex of length n_rows
        Times with the name of the column.

    Raises
    ------
    ValueError
        If a value cannot be parsed or is missing.
    """
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
            f"column {column.name!r} holds {int(bad.sum())} values that are not times, "
            f"the first in row {row}: {column.iloc[row]!r}. Write times as "
            "'2024-01-31 18:32:00', or drop these rows."
        )
    index: DatetimeIndex = pd.DatetimeIndex(times, name=column.name)
    return index


def _in_order(pd: Any, column: "Series[Any]", times: Any) -> Any:
    """Parse dates with the day first if only that puts the rows in order."""
    if times.is_monotonic_increasing and times.notna().all():
        return times
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        day_first = pd.to_datetime(column, errors="coerce", dayfirst=True)
    in_order = day_first.notna().all() and day_first.is_monotonic_increasing
    return day_first if in_order else times


def _read_texts(pd: Any, column: "Series[Any]") -> Any:
    # The first row determines the format, except for ISO 8601, in which rows may
    # differ. Offsets that differ, as with summer time, are only supported in UTC.
    found = []
    for options in ({}, {"format": "ISO8601"}, {"format": "ISO8601", "utc": True}):
        try:
            with warnings.catch_warnings():
                # pandas warns if it has to infer the format.
                warnings.simplefilter("ignore")
                times = pd.to_datetime(column, errors="coerce", **options)
        except ValueError:  # Raised for mixed time zones in spite of "coerce".
            continue
        # pandas 2 warns of mixed time zones instead, and returns objects.
        if not pd.api.types.is_datetime64_any_dtype(times):
            continue
        found.append(times)
        if times.notna().all():
            break
    return min(found, key=lambda times: times.isna().sum())
