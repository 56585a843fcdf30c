"""Threshold rule based on the widest gap among the peaks of the errors."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._blocks import sorted_peaks

# Part of the largest peak that smaller ones count as, since 0 has no logarithm.
_SMALLEST = 1e-6
# The threshold is at most so many times the largest error that is known to be normal.
_FURTHEST = 3.0


class GapThreshold(BaseThreshold):
    """Threshold in the widest gap among the largest errors of blocks.

    Suitable for scores of a series that may hold anomalies, if most of it is normal:
    the peaks of normal blocks are alike, and those of anomalies stand apart. As there
    always is a widest gap, the rule finds events in normal data, too, if `least` is not
    given.

    Parameters
    ----------
    block : int, default=100
        Number of consecutive samples in a block, about a window of the detector. If the
        series has less than four blocks, each sample is one.
    least : float or None, default=None
        Error up to which samples are normal, as a :class:`JumpThreshold` learns it from
        the training part. The threshold is between this and three times this, if it is
        positive.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    Gaps are differences of the logarithms of neighbouring peaks, in the upper half of
    the sorted peaks, or from the last one on that is not above `least`, if that is
    lower. If one of these is negative, as with estimators whose scores are positive,
    they are differences of the peaks themselves. The threshold is in the middle of the
    gap.

    Examples
    --------
    >>> from skanomaly.thresholds import GapThreshold
    >>> scores = [-1.0, -1.1, -0.9, -1.2, -1.0, -8.0]
    >>> GapThreshold(block=1).fit(scores).predict(scores)
    array([ 1,  1,  1,  1,  1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "block": [Interval(Integral, 1, None, closed="left")],
        "least": [Interval(Real, None, None, closed="neither"), None],
    }

    def __init__(self, block: int = 100, least: float | None = None) -> None:
        self.block = block
        self.least = least

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        peaks = sorted_peaks(errors, self.block)
        least = self.least
        if least is None:
            return _middle_of_gap(peaks[len(peaks) // 2 :])
        last_normal = int(np.searchsorted(peaks, least, side="right")) - 1
        first = max(0, min(last_normal, len(peaks) // 2))
        furthest = _FURTHEST * least if least > 0 else np.inf
        return min(max(least, _middle_of_gap(peaks[first:])), furthest)


def _middle_of_gap(peaks: NDArray[np.float64]) -> float:
    """Return the middle of the widest gap among sorted peaks."""
    is_log = peaks[0] >= 0 and peaks[-1] > 0
    values = np.log(np.maximum(peaks, _SMALLEST * peaks[-1])) if is_log else peaks
    if values[0] == values[-1]:
        return float(peaks[-1])
    widest = int(np.argmax(np.diff(values)))
    middle = (values[widest] + values[widest + 1]) / 2
    return float(np.exp(middle) if is_log else middle)
