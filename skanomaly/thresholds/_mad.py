"""Threshold rule based on the median absolute deviation of the errors."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold

# Ratio of standard deviation and median absolute deviation of a normal distribution.
_MAD_TO_SIGMA = 1.4826


class MADThreshold(BaseThreshold):
    """Threshold at `k` robust deviations above the median of the errors.

    Up to half of the training scores may be anomalous without effect. If more than half
    of the errors are equal, the deviation is 0 and all errors above the median are
    anomalous. Errors with a long tail need a larger `k`.

    Parameters
    ----------
    k : float, default=3.5
        Number of deviations, at least 0. A deviation is 1.4826 times the median
        absolute deviation, which equals the standard deviation for a normal
        distribution.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``median(error) + k * 1.4826 * median(|error - median(error)|)``.

    References
    ----------
    .. [1] Leys, C. et al. (2013). Detecting outliers: do not use standard deviation
       around the mean, use absolute deviation around the median. Journal of
       Experimental Social Psychology 49(4). https://doi.org/10.1016/j.jesp.2013.03.013

    Examples
    --------
    >>> from skanomaly.thresholds import MADThreshold
    >>> rule = MADThreshold(k=2.0).fit([-1.0, -2.0, -3.0, -4.0, -900.0])
    >>> round(rule.offset_, 4)
    -5.9652
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "k": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, k: float = 3.5) -> None:
        self.k = k

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        middle = np.median(errors)
        deviation = _MAD_TO_SIGMA * np.median(np.abs(errors - middle))
        return float(middle + self.k * deviation)
