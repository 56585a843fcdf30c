"""Threshold rule with a given value."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class FixedThreshold(BaseThreshold):
    """Threshold at a given value, independent of the scores.

    Suitable if the limit is known, such as a tolerance. Unsuitable if the scale of the
    errors changes with each training.

    Parameters
    ----------
    value : float
        Largest normal error, in units of the error.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous, ``-value``.

    Examples
    --------
    >>> from skanomaly.thresholds import FixedThreshold
    >>> FixedThreshold(2.0).fit([-1.0]).predict([-1.0, -2.0, -3.0])
    array([ 1,  1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "value": [Interval(Real, None, None, closed="right")]
    }

    def __init__(self, value: float) -> None:
        self.value = value

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        return self.value
