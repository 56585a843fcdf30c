"""Rates of false events per time, such as "rate:1/week", as rates per sample."""

import re
from typing import Any

from skanomaly.detection._durations import samples_within
from skanomaly.detection._time_series import TimeSeries

# Names of units, and the units that they are.
_UNITS = {"second": "s", "minute": "min", "hour": "h", "day": "d", "week": "w"}
_UNITS |= {unit: unit for unit in ("ms", *_UNITS.values())}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_TEXT = re.compile(
    rf"\s*rate\s*:\s*({_NUMBER})\s*/\s*({_NUMBER})?\s*([a-z]+)\s*", re.IGNORECASE
)
# Numbers of samples are rounded, to this part of one.
_PARTS = 100


def is_per_time(threshold: Any) -> bool:
    """Return whether a threshold is a rate of false events per time.

    Parameters
    ----------
    threshold : rule, str or float
        Specification of a threshold rule.

    Returns
    -------
    per_time : bool

    Raises
    ------
    ValueError
        If it is one, but its unit is not known.

    Examples
    --------
    >>> from skanomaly.detection import is_per_time
    >>> is_per_time("rate:1/week"), is_per_time("rate:1/10000")
    (True, False)
    """
    found = _TEXT.fullmatch(threshold) if isinstance(threshold, str) else None
    if found is not None and (_unit(found[3]) is None or not _number(found[2])):
        raise ValueError(
            f"threshold={threshold!r} is not a rate of false events. Pass a number per "
            "second, minute, hour, day or week, such as 'rate:1/week', 'rate:2/day' or "
            "'rate:1/30min', or per number of samples, such as 'rate:1/10000'."
        )
    return found is not None


def per_sample(threshold: Any, series: TimeSeries) -> Any:
    """Return a threshold whose rate is per sample, by the median step of the index.

    Parameters
    ----------
    threshold : rule, str or float
        Specification of a threshold rule. What is not a rate per time is returned as
        it is.
    series : TimeSeries
        Series whose index has the times.

    Returns
    -------
    threshold : rule, str or float

    Raises
    ------
    ValueError
        If the series has no times, or if the time of the rate is shorter than a step.

    Examples
    --------
    >>> import pandas as pd
    >>> from skanomaly.detection import TimeSeries, per_sample
    >>> hours = pd.date_range("2026-01-01", periods=3, freq="h")
    >>> per_sample("rate:1/week", TimeSeries([1.0, 2.0, 3.0], index=hours))
    'rate:1/168'
    """
    if not is_per_time(threshold):
        return threshold
    found = _TEXT.fullmatch(threshold)
    assert found is not None
    time = f"{_PARTS * _number(found[2]):.12g}{_unit(found[3])}"
    try:
        interval = samples_within("threshold", time, series, whole=False) / _PARTS
    except ValueError:
        raise ValueError(
            f"threshold={threshold!r} is a rate per time, but the series has no times, "
            "or they stand still. Pass index=, or a rate per sample, such as "
            "'rate:1/10000'."
        ) from None
    if float(found[1]) >= interval:
        raise ValueError(
            f"threshold={threshold!r} is {found[1]} in {interval:g} samples, so that "
            "no sample would be normal. Pass a lower rate."
        )
    return f"rate:{found[1]}/{interval:.12g}"


def _number(text: str | None) -> float:
    return float(text or 1)


def _unit(text: str) -> str | None:
    name = text.lower()
    return _UNITS.get(name, _UNITS.get(name.removesuffix("s")))
