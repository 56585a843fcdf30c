"""Threshold rule based on mean and standard deviation of the errors."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class SigmaThreshold(BaseThreshold):
    """Threshold at `k` standard deviations above the mean of the errors.

    Suitable for errors with a light tail. Large anomalies among the training scores
    increase mean and standard deviation, and hide smaller ones.

    Parameters
    ----------
    k : float, default=3.0
        Number of standard deviations, at least 0.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``mean(error) + k * std(error)``, with ``n - 1`` in the denominator
    of the variance. For a single score the threshold is its error.

    Examples
    --------
    >>> from skanomaly.thresholds import SigmaThreshold
    >>> SigmaThreshold(k=2.0).fit([-1.0, -2.0, -3.0]).offset_
    -4.0
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "k": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, k: float = 3.0) -> None:
        self.k = k

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        # Relative to the first value, the mean of equal values has no rounding error.
        relative = errors - errors[0]
        deviation = relative.std(ddof=1) if relative.size > 1 else 0.0
        return float(errors[0] + (relative.mean() + self.k * deviation))
