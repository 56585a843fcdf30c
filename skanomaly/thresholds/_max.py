"""The largest error seen."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class MaxThreshold(BaseThreshold):
    """Errors above the largest one seen are anomalous.

    Right for training data that is all normal: nothing in it is flagged. A single
    anomaly among the training scores hides all smaller ones.

    Parameters
    ----------
    margin : float, default=0.0
        Fraction of the largest error to add to it. Being a fraction, it keeps the rule
        independent of the unit of the error; where all errors are 0 it adds nothing,
        and every error above 0 is anomalous.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``max(error) + margin * abs(max(error))``.

    Examples
    --------
    >>> from skanomaly.thresholds import MaxThreshold
    >>> MaxThreshold(margin=0.5).fit([-1.0, -2.0]).predict([-2.0, -3.0, -3.1])
    array([ 1,  1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "margin": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, margin: float = 0.0) -> None:
        self.margin = margin

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        largest = float(errors.max())
        # abs(): scores of other estimators may be positive, errors then negative.
        return largest + self.margin * abs(largest)
