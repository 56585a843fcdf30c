"""The rule that ``threshold="auto"`` stands for."""

from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._max import MaxThreshold


def auto_threshold() -> BaseThreshold:
    """Return the rule with few false alarms, not fitted: three times the largest error.

    The largest error of a validation part is exceeded by normal data now and then, and
    the shorter that part, the further. Where normal data changes more than its
    validation part shows, no rule that sees its scores alone can know.

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
