"""Choice between the readings of dates such as 01/02/2024."""

from typing import Any

import numpy as np

from skanomaly.exceptions import TwoReadingsError

# The wrong reading of a date jumps from month to month; the right one may have gaps.
_TIMES_AS_MANY = 3


def choose_reading(column: Any, readings: dict[str, Any]) -> str:
    """Return the format whose times have even steps, or else are in order.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Column, for the message.
    readings : dict of str to Series of times
        Times by their format, at least one. All of them are complete.

    Returns
    -------
    form : str
        One of the formats.

    Raises
    ------
    TwoReadingsError
        If several readings are equally plausible and differ.
    """
    first = next(iter(readings))
    if all(times.equals(readings[first]) for times in readings.values()):
        return first
    uneven = {form: count_uneven(times) for form, times in readings.items()}
    best, second = sorted(uneven.values())[:2]
    if best < second and second >= _TIMES_AS_MANY * best:
        return min(uneven, key=lambda form: uneven[form])
    if best > 0:
        ordered = [
            form
            for form, times in readings.items()
            if times.is_monotonic_increasing or times.is_monotonic_decreasing
        ]
        if len(ordered) == 1:
            return ordered[0]
    example = " or ".join(str(times.iloc[0]) for times in readings.values())
    raise TwoReadingsError(
        f"column {column.name!r} has several readings: {column.iloc[0]!r} is "
        f"{example}, with steps that are as even. Pass day_first as True or False "
        "(--day-first or --no-day-first), or time_format (--time-format).",
        setting="day_first",
    )


def count_uneven(times: Any) -> int:
    """Return how many steps differ from the most frequent one; months are even."""
    stamps = times.to_numpy("datetime64[ns]")
    counts = [_differing(stamps.astype(np.int64))]
    months = stamps.astype("datetime64[M]")
    if len(np.unique(stamps - months)) == 1:
        counts.append(_differing(months.astype(np.int64)))
    return min(counts)


def _differing(numbers: Any) -> int:
    steps = np.abs(np.diff(numbers))
    _, counts = np.unique(steps, return_counts=True)
    return int(len(steps) - counts.max()) if len(steps) else 0


def swapped_form(form: str) -> str:
    """Return a format with day and month in the other order."""
    return form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def swapped(times: Any) -> Any:
    """Return times with day and month exchanged, which is faster than to parse again.

    A day above 12 is no month: such a time is missing.
    """
    stamps = times.to_numpy("datetime64[ns]")
    days = stamps.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64)  # from 0 on, as is the month
    month = months.astype(np.int64) % 12
    years = months.astype("datetime64[Y]").astype("datetime64[M]")
    other = (years + day).astype("datetime64[D]") + month + (stamps - days)
    other = other.astype(times.to_numpy().dtype)
    other[day > 11] = np.datetime64("NaT")
    return type(times)(other, index=times.index, name=times.name)
