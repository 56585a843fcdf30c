"""Filters without delay."""

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
    """Smooth a series without delay.

    Suitable for noise that is faster than the anomalies to detect. Anomalies shorter
    than the window, or than the period of the cutoff frequency, are removed with the
    noise. Both methods use future samples, so they are not suitable for live data.

    Parameters
    ----------
    series : array-like, Series or DataFrame of shape (n_samples[, n_channels])
        Numeric values at equal time steps.
    method : {"mean", "lowpass"}, default="mean"
        Centred moving average, or a Butterworth low-pass filter applied forwards and
        backwards.
    window : int, default=5
        Number of samples in the moving average. An even window has one more sample in
        the past than in the future.
    cutoff : float, default=0.1
        Cutoff frequency of the low-pass filter, in cycles per sample, in (0, 0.5). A
        cutoff of 0.1 keeps variations that take longer than about 10 samples.

    Returns
    -------
    smoothed : ndarray, Series or DataFrame of the same shape as `series`
        A copy of dtype float64.

    Raises
    ------
    ValueError
        If `series` is empty or holds NaN or infinity, or a parameter is out of range.

    Notes
    -----
    The moving average reflects the series at its ends, which preserves its sum if the
    window is odd. The low-pass filter has order 4 and is applied twice, so that half of
    the amplitude is left at the cutoff frequency.

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
            f"cutoff must lie between 0 and 0.5 cycles per sample, got {cutoff!r}. "
            "Pass 1 / n for a period of n samples."
        )
    sections = butter(_ORDER, cutoff, fs=1.0, output="sos")
    # The filter rings for about three periods; padding is limited by the series length.
    padding = min(len(values) - 1, ceil(3 / cutoff))
    smoothed: NDArray[np.float64] = sosfiltfilt(
        sections, values, axis=0, padlen=padding
    )
    return smoothed
