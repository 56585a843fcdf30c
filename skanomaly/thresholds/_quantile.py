"""Threshold rule based on the fraction of anomalous samples."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class QuantileThreshold(BaseThreshold):
    """Threshold above which a given fraction of the training errors lies.

    This is the ``contamination`` of scikit-learn. Suitable if that fraction is known;
    on data that is all normal, the rule still flags this fraction.

    Parameters
    ----------
    contamination : float, default=0.01
        Fraction of the training samples to label anomalous, in (0, 0.5].

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is the linearly interpolated ``1 - contamination`` quantile of the
    errors.

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
