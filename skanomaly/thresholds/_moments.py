"""Rules from a given value, the maximum, or mean and standard deviation."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold


class FixedThreshold(BaseThreshold):
    """Errors above a given value are anomalous, whatever the data says.

    Right where the limit comes from outside, such as a tolerance; useless where the
    scale of the errors changes with each training.

    Parameters
    ----------
    value : float
        Largest normal error, in units of the error.

    Attributes
    ----------
    offset_ : float
        ``-value``.

    Examples
    --------
    >>> from skanomaly.thresholds import FixedThreshold
    >>> FixedThreshold(2.0).fit([-1.0]).predict([-1.0, -2.0, -3.0])
    array([ 1,  1, -1])
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "value": [Interval(Real, None, None, closed="neither")]
    }

    def __init__(self, value: float) -> None:
        self.value = value

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        return self.value


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


class SigmaThreshold(BaseThreshold):
    """Errors above the mean by `k` standard deviations are anomalous.

    The common rule of thumb. Right for errors with a light tail; large anomalies among
    the training scores raise mean and deviation, and hide smaller ones.

    Parameters
    ----------
    k : float, default=3.0
        Number of standard deviations.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    The threshold is ``mean(error) + k * std(error)``, with ``n - 1`` in the denominator
    of the variance. A single score has no deviation and is its own threshold.

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
        # Relative to the first value the mean of equal values is exact: a sum rounds.
        relative = errors - errors[0]
        deviation = relative.std(ddof=1) if relative.size > 1 else 0.0
        return float(errors[0] + (relative.mean() + self.k * deviation))
