"""Times that are written as numbers: since 1970, or the digits of a date."""

import re
from typing import Any

import numpy as np

# The smallest and the largest number of each unit since 1970: the years 1973 to 5138.
_UNITS = (
    (1e8, 1e11, "s", "seconds"),
    (1e11, 1e14, "ms", "milliseconds"),
    (1e14, 1e17, "us", "microseconds"),
    (1e17, np.inf, "ns", "nanoseconds"),
)
_STAMPS = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_FIELDS = ("month", "day", "hour", "minute", "second")
_TOP = {"month": 12, "day": 31, "hour": 24, "minute": 59, "second": 59}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_N_TRIED = 100
_DATE_NAMES = re.compile(r"(^|[^a-z])(date|datum|datenum)($|[^a-z])", re.IGNORECASE)
# Day of 1970-01-01, and the days of 1950 to 2100.
_DAYS = (
    (25_569, (18_264, 73_415), "spreadsheets"),
    (719_529, (712_224, 767_376), "MATLAB"),
)


def read_number_times(pd: Any, column: Any) -> tuple[Any, str]:
    """Return the times of a numeric column, and how they are written.

    Digits are a date if they are one of 1900 to 2100 in every row.

    Parameters
    ----------
    pd : module
        pandas.
    column : Series of shape (n_rows,)
        Numbers since 1970, or whose digits are dates.

    Returns
    -------
    times : Series of shape (n_rows,)
        Times; NaT where a number is missing.
    how : str
        Unit, or format of the digits.

    Raises
    ------
    ValueError
        If numbers since 1970 are in several units.
    """
    stamped = read_dates(pd, column)
    if stamped is not None:
        return stamped
    unit, word = _unit_of(column)
    return pd.to_datetime(column, unit=unit, errors="coerce"), f"{word} since 1970"


def read_dates(pd: Any, column: Any) -> tuple[Any, str] | None:
    """Return the times of a column whose numbers are dates, not a time since 1970.

    Parameters
    ----------
    pd : module
        pandas.
    column : Series of shape (n_rows,)
        Numbers.

    Returns
    -------
    times, how : tuple, or None
        Those of :func:`read_digits` or :func:`read_serial`.
    """
    return read_digits(pd, column) or read_serial(pd, column)


def read_serial(pd: Any, column: Any) -> tuple[Any, str] | None:
    """Return the times of a column if its numbers are days as spreadsheets count them.

    Parameters
    ----------
    pd : module
        pandas.
    column : Series of shape (n_rows,)
        Numbers.

    Returns
    -------
    times, how : tuple, or None
        Times; None if the column is not named like dates, or its numbers are no days
        of 1950 to 2100, in order.
    """
    if not _DATE_NAMES.search(str(column.name)) or column.dtype.kind not in "iuf":
        return None
    in_order = column.is_monotonic_increasing or column.is_monotonic_decreasing
    for origin, (low, high), what in _DAYS:
        if in_order and low <= column.min() <= column.max() <= high:
            days = pd.to_timedelta(column - origin, unit="D").dt.round("s")
            return pd.Timestamp(0) + days, f"days of {what}"
    return None


def span_of_numbers(pd: Any, column: Any) -> tuple[tuple[Any, Any], str]:
    """Return the first and the last time of a column without missing values.

    Parameters
    ----------
    pd : module
        pandas.
    column : Series of shape (n_rows,)
        See :func:`read_number_times`, which takes longer and returns all times.

    Returns
    -------
    span : tuple of Timestamp
        First and last time.
    how : str
        Unit, or format of the digits.

    Raises
    ------
    ValueError
        If numbers since 1970 are in several units.
    """
    stamped = read_dates(pd, column)
    if stamped is not None:
        return (stamped[0].min(), stamped[0].max()), stamped[1]
    unit, word = _unit_of(column)
    ends = pd.Series([column.min(), column.max()])
    first, last = pd.to_datetime(ends, unit=unit, errors="coerce")
    return (first, last), f"{word} since 1970"


def _unit_of(column: Any) -> tuple[str, str]:
    """Return the unit of numbers since 1970, and its name."""
    least, most = float(column.min()), float(column.max())
    largest = max(abs(least), abs(most))
    low, _, unit, word = next((of for of in _UNITS if not largest >= of[1]), _UNITS[-1])
    if largest < _UNITS[0][0] or least >= low:
        return unit, word
    numbers = column.abs()
    other = (numbers < low).to_numpy()
    if other.any():
        row, usual = int(other.argmax()), int(numbers.argmax())
        raise ValueError(
            f"column {column.name!r} mixes units: row {usual} holds "
            f"{column.iloc[usual]}, {word} since 1970, but row {row} holds "
            f"{column.iloc[row]}. Write all times in one unit, or drop the row."
        )
    return unit, word


def read_digits(pd: Any, column: Any) -> tuple[Any, str] | None:
    """Return the times of a column if the digits of every row are a date.

    Parameters
    ----------
    pd : module
        pandas.
    column : Series of shape (n_rows,)
        Numbers.

    Returns
    -------
    times, how : tuple, or None
        Times and their format; None if a row is no date of 1900 to 2100.
    """
    values = column.to_numpy()
    if values.dtype.kind not in "iuf" or not len(values):
        return None
    # Numbers since 1970 are no dates in their first rows already.
    if _fields_of(values[:_N_TRIED]) is None:
        return None
    parts = _fields_of(values)
    if parts is None:
        return None
    # The end of a day is the beginning of the next one.
    at_end = parts.get("hour", np.zeros(1)) == 24
    parts |= {"hour": np.where(at_end, 0, parts["hour"])} if at_end.any() else {}
    times = pd.to_datetime(pd.DataFrame(parts, index=column.index), errors="coerce")
    if at_end.any():
        times += pd.to_timedelta(at_end.astype(int), unit="D")
    n_digits = len(str(int(values[0])))
    return None if times.isna().any() else (times, f"digits {_STAMPS[n_digits]}")


def _fields_of(values: Any) -> dict[str, Any] | None:
    """Return year, month, ... of the digits of numbers, None if they have none."""
    if not np.isfinite(values).all() or values.max() >= 1e15 or values.min() < 0:
        return None
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        return None
    n_digits = len(str(int(values[0])))
    low, high = 10 ** (n_digits - 1), 10**n_digits
    if n_digits not in _STAMPS or values.min() < low or values.max() >= high:
        return None
    rest, parts = values.astype(np.int64), {}
    fields = _FIELDS[: (n_digits - 4) // 2]
    for name in reversed(fields):
        rest, parts[name] = np.divmod(rest, 100)
        if parts[name].max() > _TOP[name]:
            return None
    parts["year"] = rest
    if rest.min() < _FIRST_YEAR or rest.max() > _LAST_YEAR:
        return None
    at_end = parts.get("hour", np.zeros(1)) == 24
    later = any(parts[name][at_end].any() for name in fields[3:])
    return None if later else parts
