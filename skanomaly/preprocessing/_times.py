"""Conversion of a column of texts or numbers to times."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly._stamps import (
    formats_of,
    has_date,
    in_iso_order,
    letters_of,
    plain_time,
)
from skanomaly.preprocessing._day_first import choose_reading, swapped, swapped_form
from skanomaly.preprocessing._number_times import read_number_times
from skanomaly.preprocessing._zones import read_zones

if TYPE_CHECKING:
    from pandas import DatetimeIndex, Series

# Rows on which formats are tried before they are applied to all rows, which is slow.
_N_TRIED = 500
# Formats that one column may mix, such as times with and without fractions.
_MOST_FORMATS = 3
_END = r"(?<![\d:.])24:00(?!:0*[1-9])"


def parse_times(column: "Series[Any]") -> "DatetimeIndex":
    """Convert a column of times, strings or numbers since 1970 to times.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        See :func:`read_times`.

    Returns
    -------
    times : DatetimeIndex of length n_rows
        Times with the name of the column.

    Raises
    ------
    ValueError
        If a value cannot be parsed or is missing, or has two readings.
    """
    return read_times(column)[0]


def read_times(
    column: "Series[Any]",
    *,
    time_format: str | None = None,
    day_first: bool | None = None,
) -> tuple["DatetimeIndex", str]:
    """Convert a column to times, and return the format in which they are written.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Datetimes, strings, or numbers: seconds, milliseconds, microseconds or
        nanoseconds since 1970, or the digits of dates such as 20240131 or 2024013118.
        Times without a date are continued at midnight, from 1970-01-01 on.
    time_format : str, default=None
        Format of `datetime.strptime`. If None, it is derived from the values.
    day_first : bool, default=None
        Whether 01/02/2024 is the first of February. If None, the reading that all rows
        allow or, if both are, the one whose steps are even.

    Returns
    -------
    times : DatetimeIndex of length n_rows
        Times with the name of the column.
    how : str
        Format of the times, in words or as that of `datetime.strptime`.

    Raises
    ------
    ValueError
        If a value cannot be parsed or is missing, or has two readings.
    """
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_datetime64_any_dtype(column):
        times, how = column, "times"
    elif time_format is not None:
        times, how = _read_as(pd, _texts(column), time_format), time_format
    elif pd.api.types.is_numeric_dtype(column):
        times, how = read_number_times(pd, column)
    else:
        times, how = _read_texts(pd, column, day_first)
    bad = times.isna().to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(
            f"column {column.name!r} holds {int(bad.sum())} values that are not times, "
            f"the first in row {row}: {column.iloc[row]!r}. Write times as "
            "'2024-01-31 18:32:00', pass their format as time_format (--time-format), "
            "or drop these rows."
        )
    if "%" in how and not has_date(how):
        times = _continued(pd, column, times)
        how += ", without a date: continued at midnight"
    index: DatetimeIndex = pd.DatetimeIndex(times, name=column.name)
    return index, how


def looks_like_times(column: "Series[Any]") -> bool:
    """Return whether most of the first values of a column of texts are times.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Column of any type.

    Returns
    -------
    timed : bool
        Whether more than half of the first values are times.
    """
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column):
        return False
    cells = [str(cell) for cell in column.dropna().head(20)]
    return 2 * sum(bool(formats_of(cell)) for cell in cells) > len(cells)


def _texts(column: "Series[Any]") -> Any:
    if column.dtype == "str":
        return column.str.strip()
    return column.where(column.isna(), column.astype(str).str.strip())


def _read_texts(
    pd: Any, column: "Series[Any]", day_first: bool | None
) -> tuple[Any, str]:
    text = _texts(column)
    known = text.dropna()
    tried = known.iloc[:: max(1, len(known) // _N_TRIED)]
    if any(plain_time(cell) != cell for cell in tried):
        text = text.map(plain_time, na_action="ignore")
        tried = text.loc[tried.index]
    formats = _formats_of_all(tried, day_first)
    if not formats or in_iso_order(formats[0]):
        times = _with_ends(pd, text, partial(_parse_iso, pd))
        return times, formats[0] if formats else "ISO 8601"
    if "z" in letters_of(formats[0]):
        text = read_zones(text)
        tried = text.loc[tried.index]
    if len(formats) > 1:
        fitting = [form for form in formats if _parse(pd, tried, form).notna().all()]
        formats = fitting or formats
    read: dict[str, Any] = {}
    whole_at_once: set[str] = set()
    for form in formats:
        twin = swapped_form(form)
        if twin in whole_at_once and read[twin].dt.tz is None:
            read[form] = swapped(read[twin])
            continue
        read[form] = _parse(pd, text, form)
        if read[form].notna().all():
            whole_at_once.add(form)
        else:
            read[form] = _parse_mixed(pd, text, form, day_first)
    whole = {form: times for form, times in read.items() if times.notna().all()}
    if not whole:
        form = min(read, key=lambda form: int(read[form].isna().sum()))
        return read[form], form
    form = choose_reading(column, whole)
    return whole[form], form


def _read_as(pd: Any, text: Any, form: str) -> Any:
    """Parse texts in a format that is given, also those of other forms of a part."""
    times = _parse(pd, text, form)
    if times.notna().all():
        return times
    plain = text.map(plain_time, na_action="ignore")
    if "z" in letters_of(form):
        plain = read_zones(plain)
    return _with_ends(pd, plain, partial(_parse, pd, form=form))


def _with_ends(pd: Any, text: Any, parse: Callable[[Any], Any]) -> Any:
    """Parse texts, the end of a day as the beginning of the next one."""
    times = parse(text)
    left = text[times.isna() & text.notna()]
    ends = left[left.str.contains(_END, regex=True)] if len(left) else left
    if ends.empty:
        return times
    begun = parse(ends.str.replace(_END, "00:00", regex=True)) + pd.Timedelta(days=1)
    if times.dt.tz is not None and begun.dt.tz is not None:
        begun = begun.dt.tz_convert(times.dt.tz)
    return times.fillna(begun)


def _formats_of_all(cells: Any, day_first: bool | None) -> list[str]:
    """Return the formats of the first cell that is a time, all that are possible."""
    for cell in cells:
        formats = formats_of(cell)
        if formats:
            break
    else:
        return []
    # A number above 12 is no month, but another row may have to be read otherwise.
    for cell in cells:
        others = formats_of(cell)
        if len(others) > len(formats) and set(formats) < set(others):
            formats = others
    if day_first is not None:
        formats = [form for form in formats if _is_day_first(form) in (day_first, None)]
    return formats


def _is_day_first(form: str) -> bool | None:
    """Return whether the day goes before the month; None if no other order exists."""
    letters = letters_of(form)
    if "d" not in letters or "m" not in letters or letters[0] == "Y":
        return None
    return letters.index("d") < letters.index("m")


def _parse_mixed(pd: Any, text: Any, form: str, day_first: bool | None) -> Any:
    """Parse texts, those that do not fit the format in that of the first of them."""
    times = _with_ends(pd, text, partial(_parse, pd, form=form))
    for _ in range(_MOST_FORMATS - 1):
        left = text[times.isna() & text.notna()]
        if left.empty:
            break
        same = _is_day_first(form) if day_first is None else day_first
        formats = [
            other
            for other in formats_of(left.iloc[0])
            if _is_day_first(other) == same and has_date(other) == has_date(form)
        ]
        if not formats:
            break
        more = _parse(pd, left, formats[0])
        if more.dtype != times.dtype and more.dtype.kind != times.dtype.kind:
            break
        times = times.fillna(more)
    return times


def _parse(pd: Any, text: Any, form: str) -> Any:
    """Parse texts in one format; offsets that differ are only supported in UTC."""
    for utc in (False, True):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                times = pd.to_datetime(text, format=form, errors="coerce", utc=utc)
        except ValueError as error:
            if utc:
                raise ValueError(
                    f"time_format={form!r} is not a format of times ({error}). Write "
                    "it as for datetime.strptime, such as '%d/%m/%Y %H:%M'."
                ) from error
            continue
        # pandas 2 warns of mixed time zones instead, and returns objects.
        if pd.api.types.is_datetime64_any_dtype(times):
            break
    return times


def _parse_iso(pd: Any, text: Any) -> Any:
    found = []
    for options in ({}, {"utc": True}):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                times = pd.to_datetime(
                    text, format="ISO8601", errors="coerce", **options
                )
        except ValueError:  # Raised for mixed time zones in spite of "coerce".
            continue
        if pd.api.types.is_datetime64_any_dtype(times):
            found.append(times)
            if times.notna().all():
                break
    return min(found, key=lambda times: int(times.isna().sum()))


def _continued(pd: Any, column: "Series[Any]", times: Any) -> Any:
    """Continue times without a date at each midnight, in the order of the rows."""
    clock = (times - times.dt.normalize()).to_numpy("timedelta64[ns]").astype(np.int64)
    steps = np.diff(clock)
    day = np.int64(86_400_000_000_000)
    first = pd.Timestamp("1970-01-01")
    if (steps >= 0).all():
        return first + pd.to_timedelta(pd.Series(clock, index=times.index))
    n_turns = {sign: int((sign * steps < 0).sum()) for sign in (1, -1)}
    # Oldest first or newest first: the order in which fewer midnights pass.
    sign = min(n_turns, key=lambda sign: n_turns[sign])
    turns = np.concatenate([[0], np.cumsum(sign * steps < 0)])
    whole = clock + sign * day * turns
    if n_turns[1] != n_turns[-1] and _mostly_even(np.diff(whole)):
        whole -= whole.min() // day * day
        return first + pd.to_timedelta(pd.Series(whole, index=times.index))
    row = int((steps < 0).argmax()) + 1
    raise ValueError(
        f"column {column.name!r} holds times without a date, which go back in row "
        f"{row}, {column.iloc[row]!r}, and whose steps are not even: it is unknown how "
        "many days passed. Write the dates of the times."
    )


def _mostly_even(steps: Any) -> bool:
    return bool(len(steps) and (steps == np.median(steps)).mean() >= 0.9)
