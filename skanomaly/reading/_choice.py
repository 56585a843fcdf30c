"""Choice of the columns of times and of values of a table."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly._stamps import formats_of, has_date, letters_of
from skanomaly._text import closest
from skanomaly.preprocessing import (
    expand_patterns,
    looks_like_times,
    read_dates,
    read_serial,
    span_of_numbers,
)
from skanomaly.reading._parts_of_times import columns_of_parts

_TIME_NAMES = re.compile(
    r"(^|[^a-z])(time|timestamp|datetime|date|epoch|zeit|datum|messdatum|uhrzeit|ts)"
    r"($|[^a-z])|timestamp|datetime"
    r"|^(year|quarter|month|week|day|jahr|quartal|monat|woche|tag|datenum)$",
    re.IGNORECASE,
)
_INDEX_NAMES = re.compile(
    r"^(unnamed: \d+|index|idx|row|nr|no\.?|#|id|.*[_ -]id|)$", re.IGNORECASE
)
_MOST_LISTED = 12
# Seconds since 1970 are recognised from 1973 on, that is, from 1e8.
_SMALLEST_TIME = 1e8
_SMALLEST_DIGITS = 1e7
_LARGEST_NUMBER = 1e19  # nanoseconds of the year 2286


def find_column(table: Any, name: str, option: str) -> str:
    """Return the name of a column, or raise with the closest one."""
    if name in table.columns:
        return name
    raise ValueError(
        f"{option}: there is no column {name!r}.{closest(name, table.columns)} "
        f"The columns are: {', '.join(table.columns)}."
    )


def time_columns(table: Any, name: str | None) -> tuple[list[str], list[str]]:
    """Return the column of times, or those of date and clock, and others like them.

    If several columns may be the times, none of them is.
    """
    parts = columns_of_parts(table)
    kinds = {
        str(column): _time_kind(table[column])
        for column in table.columns
        if column not in parts
    }
    dated, dates, clocks = (
        [column for column, kind in kinds.items() if kind == wanted]
        for wanted in ("time", "date", "clock")
    )
    if name is not None:
        name = find_column(table, name, "--time")
        if name in parts:
            return (parts if name == parts[0] else [name]), []
        dates_alone = kinds[name] == "date" and len(clocks) == 1
        return [name, *clocks] if dates_alone else [name], []
    if not dated and len(dates) == len(clocks) == 1:
        return [dates[0], clocks[0]], []
    found = dated + dates
    if not found and parts:
        return parts, []
    found = found or clocks
    if len(found) == 1:
        return found, [column for column in clocks if column not in found]
    return [], found


def _time_kind(column: Any) -> str:
    """Return whether a column holds times, dates, clocks, or none of these."""
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_bool_dtype(column):
        return ""
    if pd.api.types.is_numeric_dtype(column):
        if not is_number_time(column):
            return ""
        days = _SMALLEST_DIGITS < column.iloc[0] < _SMALLEST_TIME
        return "date" if days else "time"
    if not looks_like_times(column):
        return ""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "time"
    cells = column.dropna().astype(str)
    forms = next(found for found in map(formats_of, cells) if found)
    if not has_date(forms[0]):
        return "clock"
    return "time" if {"M", "I"} & set(letters_of(forms[0])) else "date"


def is_number_time(column: Any) -> bool:
    """Return whether a column of numbers holds times that go on, by name or steps."""
    pd = import_extra("pandas", extra="cli")
    named = bool(_TIME_NAMES.search(str(column.name)))
    values = column.to_numpy(np.float64, na_value=np.nan)
    # Missing values make both of them missing.
    low, high = (values.min(), values.max()) if len(values) > 1 else (np.nan, np.nan)
    if not -_LARGEST_NUMBER <= low <= high <= _LARGEST_NUMBER:
        return False
    if not named and high < _SMALLEST_DIGITS:
        return False
    if read_serial(pd, column) is not None:
        return True
    if np.median(values) < _SMALLEST_DIGITS:  # seconds of a run, or sample numbers
        steps = np.diff(values)
        return named and bool((steps > 0).all() or (steps < 0).all())
    try:
        (first, last), how = span_of_numbers(pd, column)
    except ValueError:  # It mixes units, which is an error where it is the time.
        return named or _is_regular(values)
    if not 1900 <= first.year <= last.year <= 2100:
        return False
    if how.endswith("1970") and high < _SMALLEST_TIME:
        return False
    return named or _is_regular(values)


def _is_regular(values: Any) -> bool:
    """Return whether most steps between different values are the same."""
    steps = np.diff(values)
    if (steps <= 0).any():
        steps = np.diff(np.unique(values))
    return bool(len(steps) and (steps == np.median(steps)).mean() > 0.5)


def counts_samples(column: Any) -> bool:
    """Return whether a column holds sample numbers, not times."""
    pd = import_extra("pandas", extra="cli")
    small = (
        pd.api.types.is_numeric_dtype(column) and column.abs().max() < _SMALLEST_TIME
    )
    if not small:
        return False
    return read_dates(pd, column) is None


def counts_rows(column: Any, *, named: bool = False) -> bool:
    """Return whether a column is the index that a table was written with."""
    if named and not _INDEX_NAMES.match(str(column.name)):
        return False
    values = column.to_numpy()
    if values.dtype.kind not in "iu" or len(values) < 3:
        return bool(named and values.dtype.kind in "iu")
    return bool((named or values[0] in (0, 1)) and (np.diff(values) == 1).all())


def identifies_rows(column: Any) -> bool:
    """Return whether a column named like an index holds whole numbers that increase."""
    values = column.to_numpy()
    if not _INDEX_NAMES.match(str(column.name)) or values.dtype.kind not in "iu":
        return False
    return bool((values[1:] > values[:-1]).all())


def value_columns(
    table: Any,
    names: Sequence[str] | None,
    no_values: Collection[str | None],
    broken: Mapping[str, ValueError],
    hint: str = "",
) -> tuple[list[str], dict[str, str]]:
    """Return the columns to watch, and why other columns of numbers are none.

    By default, it is the only column of numbers that neither counts rows nor is a time.
    A column that is no number in a few of its rows is never passed over.
    """
    numeric, left_out = _candidates(table, no_values)
    if names is not None:
        pattern = expand_patterns(names, table.columns, [*numeric, *broken])
        chosen = [find_column(table, name, "--value") for name in pattern]
        for name in chosen:
            if name in broken:
                raise broken[name]
            left_out.pop(name, None)
        return chosen, left_out
    wrong = [name for name in broken if name not in no_values]
    if wrong:
        raise broken[wrong[0]]
    if len(numeric) == 1:
        return numeric, left_out
    if not numeric:
        raise ValueError(_no_numbers(table, no_values))
    listed = ", ".join(numeric[:_MOST_LISTED])
    listed += ", ..." if len(numeric) > _MOST_LISTED else ""
    raise ValueError(
        f"{len(numeric)} columns hold numbers: {listed}. Choose with --value, such "
        f"as --value {numeric[0]!r}, or --value '*' for all.{hint}"
    )


def _candidates(
    table: Any, no_values: Collection[str | None]
) -> tuple[list[str], dict[str, str]]:
    """Return the columns of numbers to watch, and why others are left out."""
    pd = import_extra("pandas", extra="cli")
    left_out: dict[str, str] = {}
    numeric, flags = [], []
    for name in map(str, table.columns):
        column = table[name]
        whole = column.dtype == object and isinstance(
            column.dropna().iloc[:1].sum(), int
        )
        if name in no_values or not (pd.api.types.is_numeric_dtype(column) or whole):
            continue
        if column.dtype == bool:
            flags.append(name)
        elif counts_rows(column, named=True):
            left_out[name] = "counts rows"
        elif identifies_rows(column):
            left_out[name] = "numbers rows"
        elif not whole and is_number_time(column):
            left_out[name] = "holds times"
        elif column.isna().all():
            left_out[name] = "is empty"
        else:
            numeric.append(name)
    if numeric:
        left_out |= dict.fromkeys(flags, "is true or false")
    else:
        numeric = flags
    counted = [name for name in numeric if counts_rows(table[name])]
    if counted and len(counted) < len(numeric):
        left_out |= dict.fromkeys(counted, "counts rows")
        numeric = [name for name in numeric if name not in counted]
    return numeric, left_out


def _no_numbers(table: Any, no_values: Collection[str | None]) -> str:
    """Return a message with the first cells of columns without numbers."""
    shown = [
        f"{name!r} holds {', '.join(repr(str(cell)) for cell in table[name].head(2))}"
        for name in table.columns
        if name not in no_values
    ]
    cells = "; ".join(shown[:_MOST_LISTED]) or "there is none but the times"
    return (
        f"No column holds numbers, and a series needs one: {cells}. The columns are: "
        f"{', '.join(map(str, table.columns))}. If numbers are written otherwise, pass "
        "--sep, --decimal, --thousands or --na-values."
    )


def unread_times(table: Any, time: Sequence[str]) -> list[str]:
    """Return columns of texts that are named like times and whose format is unknown."""
    pd = import_extra("pandas", extra="cli")
    return [
        name
        for name in map(str, table.columns)
        if name not in time
        and _TIME_NAMES.search(name)
        and not pd.api.types.is_numeric_dtype(table[name])
        and not looks_like_times(table[name])
    ]
