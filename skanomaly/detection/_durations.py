"""Durations in texts such as "10min", and the numbers of samples that they are."""

import re
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._validation import check_count

if TYPE_CHECKING:
    from skanomaly.detection._time_series import TimeSeries

_SECONDS = {
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
}
_TEXT = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|min|h|d|w)\s*", re.IGNORECASE)
# Part of a step that the rounding of times and quotients may add.
_ROUNDING = 1e-6


def check_samples(name: str, value: Any, *, least: int) -> None:
    """Raise unless a value is a number of samples or a duration.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message.
    value : int or str
        Value to check.
    least : int
        Smallest valid number.

    Raises
    ------
    ValueError
        If `value` is neither.
    """
    if not isinstance(value, str):
        check_count(name, value, least=least)
    elif _TEXT.fullmatch(value) is None:
        raise ValueError(
            f"{name} must be a number of samples or a duration in ms, s, min, h, d or "
            f"w, such as '10min'; got {value!r}."
        )


def samples_within(
    name: str, value: int | str, series: "TimeSeries", *, whole: bool
) -> int:
    """Return the number of samples of a duration, by the median step of the index.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message.
    value : int or str
        Number of samples, returned as it is, or a duration.
    series : TimeSeries
        Series whose index has the times.
    whole : bool
        Whether to round up, to as many samples as last for the duration, instead of
        down.

    Returns
    -------
    count : int

    Raises
    ------
    ValueError
        If the index of the series has no times for a duration, or if they stand still.
    """
    if not isinstance(value, str):
        return int(value)
    times = None if series.index is None else series.positions
    if times is None or times.dtype.kind != "M" or len(times) < 2:
        raise ValueError(
            f"{name}={value!r} is a duration, but the series has no index of times. "
            "Pass index=, or a number of samples."
        )
    step = float(np.median(np.diff(times) / np.timedelta64(1, "s")))
    if step <= 0:
        raise ValueError(
            f"{name}={value!r} is a duration, but most samples of the series have the "
            "time of the one before. Pass a number of samples."
        )
    found = _TEXT.fullmatch(value)
    assert found is not None
    steps = float(found[1]) * _SECONDS[found[2].lower()] / step
    return ceil(steps - _ROUNDING) if whole else floor(steps + _ROUNDING)
