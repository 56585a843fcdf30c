"""The rule that ``threshold="auto"`` stands for."""

from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._moments import MaxThreshold


def auto_threshold() -> BaseThreshold:
    """Return the rule with few false alarms, not fitted: three times the largest error.

    Errors of normal data are two to three times as large at times as the largest of a
    validation part, those of anomalies many times as large.

    Returns
    -------
    rule : BaseThreshold
        A new instance.

    Examples
    --------
    >>> from skanomaly.thresholds import auto_threshold
    >>> auto_threshold().fit([-1.0, -2.0]).predict([-9.0])
    array([-1])
    """
    return MaxThreshold(margin=2.0)
