"""Rules from order statistics, which some anomalies in the data do not move."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold

# Makes the median absolute deviation of a normal distribution its standard deviation.
_MAD_TO_SIGMA = 1.4826


class QuantileThreshold(BaseThreshold):
    """The given fraction of the scores, the most abnormal ones, is anomalous.

    Scikit-learn's ``contamination``. Right where that fraction is known; on data that
    is all normal it still flags the fraction.

    Parameters
    ----------
    contamination : float, default=0.01
        Fraction of the training scores to call anomalous, in (0, 0.5].

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is the ``1 - contamination`` quantile of the errors, interpolated
    linearly.

    Examples
    --------
    >>> from skanomaly.thresholds import QuantileThreshold
    >>> rule = QuantileThreshold(contamination=0.25)
    >>> rule.fit([-1.0, -2.0, -3.0, -4.0, -9.0]).offset_
    -4.0
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "contamination": [Interval(Real, 0, 0.5, closed="right")]
    }

    def __init__(self, contamination: float = 0.01) -> None:
        self.contamination = contamination

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        return float(np.quantile(errors, 1 - self.contamination))


class MADThreshold(BaseThreshold):
    """Errors above the median by `k` robust deviations are anomalous.

    Up to half of the training scores may be anomalous without effect. Where more than
    half of the errors are equal the deviation is 0, and all errors above the median are
    anomalous. Errors with a long tail need a larger `k`.

    Parameters
    ----------
    k : float, default=3.5
        Number of deviations, each 1.4826 times the median absolute deviation, which for
        a normal distribution is the standard deviation.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``median(error) + k * 1.4826 * median(|error - median(error)|)``.

    References
    ----------
    Leys, C. et al. (2013). Detecting outliers: Do not use standard deviation around the
    mean, use absolute deviation around the median. Journal of Experimental Social
    Psychology, 49(4). doi:10.1016/j.jesp.2013.03.013

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


class IQRThreshold(BaseThreshold):
    """Errors above the third quartile by `k` interquartile ranges are anomalous.

    The upper whisker of a box plot. Up to a quarter of the training scores may be
    anomalous without effect; for errors with a long tail the default flags too many.

    Parameters
    ----------
    k : float, default=1.5
        Number of interquartile ranges.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``q3 + k * (q3 - q1)`` with the quartiles interpolated linearly.

    References
    ----------
    Tukey, J. W. (1977). Exploratory Data Analysis. Addison-Wesley.

    Examples
    --------
    >>> from skanomaly.thresholds import IQRThreshold
    >>> IQRThreshold().fit([-1.0, -2.0, -3.0, -4.0, -900.0]).offset_
    -7.0
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "k": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, k: float = 1.5) -> None:
        self.k = k

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        first, third = np.quantile(errors, [0.25, 0.75])
        return float(third + self.k * (third - first))
