"""Intervals of a series, by positions or by times."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._clock import read_time
from skanomaly._compat import import_extra

Interval = tuple[int, int]


def checked_intervals(intervals: Iterable[Any]) -> tuple[tuple[Any, Any], ...]:
    """Return intervals as pairs, or raise if one is none or its positions are reversed.

    Parameters
    ----------
    intervals : iterable of (start, stop)
        Half-open intervals.
    """
    pairs: list[tuple[Any, Any]] = []
    for one in intervals:
        try:
            start, stop = one
        except (TypeError, ValueError):
            raise ValueError(
                f"ignore holds {one!r}, which is not an interval. Pass pairs of a start"
                " and a stop, such as [(100, 150)]."
            ) from None
        both = _is_position(start) and _is_position(stop)
        if both and not 0 <= start < stop:
            raise ValueError(
                f"ignore holds the interval from {start} to {stop}. Pass a start of at "
                "least 0, and a stop after it."
            )
        pairs.append((start, stop))
    return tuple(pairs)


def to_positions(
    intervals: Iterable[tuple[Any, Any]], index: Any, n_samples: int
) -> tuple[Interval, ...]:
    """Convert intervals to positions of samples.

    Parameters
    ----------
    intervals : iterable of (start, stop)
        Half-open intervals. Integers are positions of samples, other bounds are times,
        or numbers, of the index.
    index : array-like of shape (n_samples,) or None
        Times or numbers of the samples, in order. None for sample numbers.
    n_samples : int
        Number of samples.

    Returns
    -------
    positions : tuple of (int, int)
        Start and stop within the series, in order, without intervals that hold no
        sample.

    Raises
    ------
    ValueError
        If an interval is reversed, or a bound is not a time of the index.

    Examples
    --------
    >>> import pandas as pd
    >>> from skanomaly.detection import to_positions
    >>> days = pd.date_range("2024-12-20", periods=14)
    >>> to_positions([("2024-12-24", "2024-12-27"), (12, 99)], days, 14)
    ((4, 7), (12, 14))
    """
    found = []
    for start, stop in checked_intervals(intervals):
        first, last = (_position(bound, index, n_samples) for bound in (start, stop))
        if last < first:
            raise ValueError(
                f"ignore holds the interval from {start} to {stop}, which ends before "
                "it starts."
            )
        if first < last:
            found.append((first, last))
    return tuple(sorted(found))


def as_mask(intervals: Iterable[Interval], n_samples: int) -> NDArray[np.bool_]:
    """Return which samples lie within intervals.

    Parameters
    ----------
    intervals : iterable of (int, int)
        Positions, as returned by `to_positions`.
    n_samples : int
        Number of samples.

    Returns
    -------
    mask : ndarray of shape (n_samples,) of bool
        True for the samples within.

    Examples
    --------
    >>> from skanomaly.detection import as_mask
    >>> as_mask([(1, 3)], 4)
    array([False,  True,  True, False])
    """
    mask = np.zeros(n_samples, dtype=bool)
    for start, stop in intervals:
        mask[start:stop] = True
    return mask


def _is_position(bound: Any) -> bool:
    return isinstance(bound, Integral) and not isinstance(bound, bool)


def _position(bound: Any, index: Any, n_samples: int) -> int:
    if _is_position(bound):
        return min(max(int(bound), 0), n_samples)
    if index is None:
        raise ValueError(
            f"ignore holds {bound!r}, but the samples are only numbered. Pass numbers "
            "of samples as integers, or a series with an index of times."
        )
    if getattr(index, "tz", None) is None and np.asarray(index).dtype.kind in "iuf":
        try:
            return int(np.searchsorted(np.asarray(index), float(bound)))
        except (TypeError, ValueError):
            raise ValueError(
                f"ignore holds {bound!r}, but the index of the series holds numbers."
            ) from None
    times = import_extra("pandas", extra="cli").DatetimeIndex(index)
    time = read_time("ignore: ", bound, times.tz)
    return int(times.searchsorted(time))
