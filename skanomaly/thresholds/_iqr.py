"""Threshold rule based on the quartiles of the errors."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class IQRThreshold(BaseThreshold):
    """Threshold at `k` interquartile ranges above the third quartile of the errors.

    This is the limit of the upper whisker of a box plot. Up to a quarter of the
    training scores may be anomalous without effect. For errors with a long tail, the
    default flags too many samples.

    Parameters
    ----------
    k : float, default=1.5
        Number of interquartile ranges, at least 0.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``q3 + k * (q3 - q1)``, with linearly interpolated quartiles ``q1``
    and ``q3`` of the errors.

    References
    ----------
    .. [1] Tukey, J. W. (1977). Exploratory Data Analysis. Addison-Wesley.

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
