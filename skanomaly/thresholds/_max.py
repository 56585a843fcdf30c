"""Threshold rule based on the largest error."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class MaxThreshold(BaseThreshold):
    """Threshold at the largest training error plus a margin.

    Suitable for training data that is all normal: no training sample is flagged. A
    single anomaly among the training scores hides all smaller ones.

    Parameters
    ----------
    margin : float, default=0.0
        Fraction of the largest error to add to it, at least 0. It does not depend on
        the unit of the error. If all errors are 0 it adds nothing, and every error
        above 0 is anomalous.
    least : float, default=0.0
        Smallest threshold, in units of the error.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``max(error) + margin * abs(max(error))``, or `least` if that is
    more and not 0.

    Examples
    --------
    >>> from skanomaly.thresholds import MaxThreshold
    >>> MaxThreshold(margin=0.5).fit([-1.0, -2.0]).predict([-2.0, -3.0, -3.1])
    array([ 1,  1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "margin": [Interval(Real, 0, None, closed="left")],
        "least": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(self, margin: float = 0.0, least: float = 0.0) -> None:
        self.margin = margin
        self.least = least

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        largest = float(errors.max())
        # Scores of other estimators may be positive, so that the errors are negative.
        threshold = largest + self.margin * abs(largest)
        return max(threshold, self.least) if self.least else threshold
