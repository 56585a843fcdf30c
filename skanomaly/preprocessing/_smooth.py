"""Filters without delay: what happens at a sample stays at that sample."""

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from skanomaly._validation import check_finite
from skanomaly.preprocessing._frame import like, to_values

_ORDER = 4


def smooth_series(
    series: Any, *, method: str = "mean", window: int = 5, cutoff: float = 0.1
) -> Any:
    """Smooth a series, keeping every feature at its place in time.

    Works for noise that is faster than the anomalies sought; an anomaly shorter than
    the window or the cutoff's period is smoothed away with it. Both methods see the
    future, so they are for looking back, not for live data.

    Parameters
    ----------
    series : array-like, Series or DataFrame of shape (n_samples[, n_channels])
        Numbers at equal steps of time.
    method : {"mean", "lowpass"}, default="mean"
        Centred moving average, or a Butterworth low-pass applied forwards and
        backwards.
    window : int, default=5
        Samples in the moving average; an even window has one sample more in the past.
    cutoff : float, default=0.1
        Frequency above which the low-pass suppresses, in cycles per sample, between 0
        and 0.5: 0.1 keeps what takes longer than some 10 samples.

    Returns
    -------
    smoothed : ndarray, Series or DataFrame of the shape of `series`
        A copy, of type float64.

    Raises
    ------
    ValueError
        If `series` holds NaN or infinity, or a parameter is out of its range.

    Notes
    -----
    The moving average mirrors the series at its ends, which for an odd window preserves
    its sum. The low-pass is of order 4, passed twice: at `cutoff` half of the amplitude
    is left.

    Examples
    --------
    >>> from skanomaly import smooth_series
    >>> smooth_series([0.0, 0.0, 3.0, 0.0, 0.0], window=3)
    array([0., 1., 1., 1., 0.])
    """
    values = to_values(series)
    check_finite(values, name="series")
    if method == "mean":
        return like(series, _moving_average(values, window))
    if method == "lowpass":
        return like(series, _low_pass(values, cutoff))
    raise ValueError(f"method must be 'mean' or 'lowpass', got {method!r}.")


def _moving_average(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    if not isinstance(window, int | np.integer) or window < 1:
        raise ValueError(f"window must be at least 1 sample, got {window!r}.")
    smoothed: NDArray[np.float64] = uniform_filter1d(
        values, int(window), axis=0, mode="reflect"
    )
    return smoothed


def _low_pass(values: NDArray[np.float64], cutoff: float) -> NDArray[np.float64]:
    if not 0 < cutoff < 0.5:
        raise ValueError(
            f"cutoff must lie between 0 and 0.5 cycles per sample, got {cutoff!r}: a "
            "period of n samples is a cutoff of 1 / n."
        )
    sections = butter(_ORDER, cutoff, fs=1.0, output="sos")
    # The filter rings for some periods of its cutoff; short series have no room for it.
    padding = min(len(values) - 1, ceil(3 / cutoff))
    smoothed: NDArray[np.float64] = sosfiltfilt(
        sections, values, axis=0, padlen=padding
    )
    return smoothed
