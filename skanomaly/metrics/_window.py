"""The widest buffer around events, found from the series."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import argrelmax, correlate
from sklearn.utils.validation import check_array

# What TSB-AD looks at to find a window, and what it takes where it finds none.
_LOOKED_AT = 20_000
_LAGS = 400
_LEAST, _MOST = 3, 300
_NO_PERIOD = 125


def vus_window(X: ArrayLike) -> int:
    """Find the widest buffer of VUS for a series, as the benchmark TSB-AD does.

    Volumes with different buffers can't be compared, so it depends on the series alone
    and not on the detector.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels) or (n_samples,)
        The series.

    Returns
    -------
    window : int
        The lag of the highest local maximum of the autocorrelation of the first
        channel: of its first 20,000 samples, up to lag 400. 125 where there is none or
        it is not within 3 to 300.

    Raises
    ------
    ValueError
        If X holds NaN or infinity, or no sample.

    See Also
    --------
    vus_pr_score : Takes it as `window`.

    References
    ----------
    Liu, Q. and Paparrizos, J. (2024). The elephant in the room: towards a reliable
    time-series anomaly detection benchmark. NeurIPS 2024 Datasets and Benchmarks.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.metrics import vus_window
    >>> vus_window(np.sin(2 * np.pi * np.arange(1000) / 40))
    40
    """
    series = np.asarray(check_array(X, ensure_2d=False, dtype=np.float64))
    first = series.reshape(len(series), -1)[:_LOOKED_AT, 0]
    centered = first - first.mean()
    correlation = correlate(centered, centered, method="fft")
    # TSB-AD drops the first three lags, counts from the fourth, and so is its check.
    later = correlation[len(first) - 1 :][: _LAGS + 1][_LEAST:]
    (maxima,) = argrelmax(later)
    if not len(maxima):
        return _NO_PERIOD
    highest = int(maxima[np.argmax(later[maxima])])
    return highest + _LEAST if _LEAST <= highest <= _MOST else _NO_PERIOD
