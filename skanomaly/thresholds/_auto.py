"""The threshold rule for ``threshold="auto"``."""

from typing import Any

from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._max import MaxThreshold


def auto_threshold() -> BaseThreshold:
    """Return the unfitted rule with few false alarms: three times the largest error.

    Normal data occasionally exceeds the largest error of the validation samples, by
    more if there are few validation samples. A rule that only sees the scores of the
    validation samples cannot account for normal data that varies more than they do.

    Returns
    -------
    rule : BaseThreshold
        A new, unfitted ``MaxThreshold(margin=2.0)``.

    Examples
    --------
    >>> from skanomaly.thresholds import auto_threshold
    >>> auto_threshold().fit([-1.0, -2.0]).predict([-9.0])
    array([-1])
    """
    return MaxThreshold(margin=2.0)


def is_auto(threshold: Any) -> bool:
    """Return whether the threshold of an estimator was left to it.

    Parameters
    ----------
    threshold : rule, str or float
        Parameter of the estimator.

    Returns
    -------
    is_auto : bool

    Examples
    --------
    >>> from skanomaly.thresholds import is_auto
    >>> is_auto("Auto"), is_auto("sigma:8")
    (True, False)
    """
    return isinstance(threshold, str) and threshold.strip().lower() == "auto"
