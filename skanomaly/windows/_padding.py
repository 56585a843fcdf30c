"""Margins of a series, for the windows of its first and last samples."""

import numpy as np
from numpy.typing import NDArray

from skanomaly._ignored import Mask
from skanomaly.windows._period import MOST_COMPARED, repeated_after

Floats = NDArray[np.floating]

# A repetition holds an anomaly if this fraction of its samples is further from the
# median of so many repetitions than so many times what half of all samples are.
_ODD, _REPETITIONS, _TIMES = 0.04, 9, 6.0


def with_margins(
    series: Floats,
    before: int,
    after: int,
    *,
    pad: str,
    period: int | None,
    ignored: Mask | None = None,
) -> Floats:
    """Return a copy of a series with values before its first and after its last sample.

    Parameters
    ----------
    series : ndarray of shape (n_samples, n_channels)
        Series.
    before, after : int
        Number of steps to add.
    pad : {"edge", "reflect", "period"}
        Where their values come from, see :class:`skanomaly.Shingler`.
    period : int or None
        Period of the series.
    ignored : ndarray of shape (n_samples,) of bool, or None, default=None
        Samples that become NaN, as do values that come from them.

    Returns
    -------
    padded : ndarray of shape (before + n_samples + after, n_channels)
    """
    first = _places(series, before, pad, period)
    last = _places(series[::-1], after, pad, period)
    if ignored is not None:
        series = np.where(ignored[:, np.newaxis], np.nan, series)
    margins = (
        np.take_along_axis(series, first, axis=0),
        np.take_along_axis(series[::-1], last, axis=0)[::-1],
    )
    return np.concatenate([margins[0], series, margins[1]])


def n_compared(window: int, pad: str, period: int | None) -> int:
    """Return how many samples at an end of a series decide on the margin there.

    Parameters
    ----------
    window : int
        Number of steps in a row.
    pad : {"edge", "reflect", "period"}
        Where the values of a margin come from.
    period : int or None
        Period of the series.

    Returns
    -------
    n_samples : int
        At least `window`. Of a series with fewer samples, all of them decide.
    """
    if pad == "period" and period is not None:
        return max(window, MOST_COMPARED * period)
    return window


def _places(
    series: Floats, n_steps: int, pad: str, period: int | None
) -> NDArray[np.intp]:
    """Return the samples that steps before the first one repeat, for each channel."""
    n, steps = len(series), np.arange(-n_steps, 0)
    if not n_steps:  # which would not justify the search for a repetition
        return np.empty((0, series.shape[1]), dtype=np.intp)
    if pad == "period" and period is not None and n >= period:
        repeated = [_repeated(column, period) for column in series.T]
        return np.stack([one[steps % len(one)] for one in repeated], axis=1)
    places = np.zeros_like(steps)
    if pad != "edge" and n > 1:
        places = np.abs(steps) % (2 * n - 2)
        places = np.minimum(places, 2 * n - 2 - places)
    return np.repeat(places[:, np.newaxis], series.shape[1], axis=1)


def _repeated(column: Floats, period: int) -> NDArray[np.intp]:
    """Return the samples of a channel that the steps before it repeat, in order.

    These are its first periods. If they hold an anomaly, which would end up in the
    margin too, the next ones without an anomaly replace them.
    """
    n_periods = repeated_after(column, period)
    places = np.arange(n_periods * period)
    n_repetitions = min(
        _REPETITIONS, len(column) // len(places), MOST_COMPARED // n_periods
    )
    repetitions = column[: n_repetitions * len(places)].reshape(n_repetitions, -1)
    # The largest numbers have differences that are none.
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.abs(repetitions - np.median(repetitions, axis=0))
        odd = np.mean(away > _TIMES * np.median(away), axis=1)
    return places + len(places) * int(np.argmax(odd <= _ODD))
