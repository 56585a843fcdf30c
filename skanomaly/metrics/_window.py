"""Estimation of the widest buffer of VUS from the series."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import argrelmax, correlate
from sklearn.utils.validation import check_array

# Constants of TSB-AD: samples and lags used, limits and default of the period.
_LOOKED_AT = 20_000
_LAGS = 400
_LEAST, _MOST = 3, 300
_NO_PERIOD = 125


def vus_window(X: ArrayLike) -> int:
    """Find the widest buffer of VUS for a series, as the benchmark TSB-AD [1]_ does.

    The buffer depends on the series only, not on the detector, because volumes with
    different buffers cannot be compared.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels) or (n_samples,)
        The series.

    Returns
    -------
    window : int
        Widest buffer in samples: the lag of the highest local maximum of the
        autocorrelation of the first 20,000 samples of the first channel, up to lag 400.
        125 if there is no maximum or, as in TSB-AD, its lag minus 3 is not within 3 to
        300.

    Raises
    ------
    ValueError
        If `X` is empty or holds NaN or infinity.

    See Also
    --------
    vus_pr_score : Compute the volume with this `window`.

    References
    ----------
    .. [1] Liu, Q. and Paparrizos, J. (2024). The elephant in the room: towards a
       reliable time-series anomaly detection benchmark. NeurIPS 2024 Datasets and
       Benchmarks.

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
    # TSB-AD drops the first three lags and applies the limits to the remaining index.
    later = correlation[len(first) - 1 :][: _LAGS + 1][_LEAST:]
    (maxima,) = argrelmax(later)
    if not len(maxima):
        return _NO_PERIOD
    highest = int(maxima[np.argmax(later[maxima])])
    return highest + _LEAST if _LEAST <= highest <= _MOST else _NO_PERIOD
