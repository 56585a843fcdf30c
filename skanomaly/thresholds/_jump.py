"""Threshold rule based on the first jump among the largest errors."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._blocks import sorted_peaks

_LARGE, _LARGER, LARGEST = 0.9, 0.95, 0.99
# Part of the 99th percentile that replaces the 90th if it is less: the peaks of errors
# that are often nearly as large as they ever are do not reach several times as far.
_OF_LARGEST = 10 / 13


class JumpThreshold(BaseThreshold):
    """Threshold before the first jump among the largest training errors.

    Suitable for training data that may hold a few anomalies: normal errors reach ever
    further, in small steps, while those of anomalies stand apart. With
    :class:`skanomaly.MaxThreshold`, one anomaly in the training data hides all smaller
    ones.

    Parameters
    ----------
    times : float, default=3.25
        Errors up to so many times the 90th percentile are normal, or ten thirteenths of
        the 99th if that is less, as are those up to the 95th percentile.
    jump : float, default=1.2
        Beyond that, a peak is normal that is at most so many times the next smaller
        one, at least 1.
    block : int, default=100
        Number of consecutive samples that have one peak, about a window of the
        detector. If the series has less than four blocks, each sample is one.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    Errors are measured from the smallest one, since those of estimators of other
    packages do not begin at 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.thresholds import JumpThreshold
    >>> errors = np.random.default_rng(0).uniform(1, 2, size=400)
    >>> errors[200:210] = 30  # an anomaly
    >>> JumpThreshold().fit(-errors).predict([-2, -10])
    array([ 1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "times": [Interval(Real, 0, None, closed="neither")],
        "jump": [Interval(Real, 1, None, closed="left")],
        "block": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, times: float = 3.25, jump: float = 1.2, block: int = 100
    ) -> None:
        self.times = times
        self.jump = jump
        self.block = block

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        zero = float(errors.min())
        # Between the largest errors and an anomaly, there is nothing to interpolate.
        levels = np.quantile(errors, [_LARGE, _LARGER, LARGEST], method="lower")
        large, larger, largest = levels - zero
        reach = max(self.times * min(large, _OF_LARGEST * largest), larger)
        for peak in sorted_peaks(errors - zero, self.block):
            if peak > self.jump * reach:
                break
            reach = max(reach, peak)
        return zero + float(reach)
