"""The threshold rule for ``threshold="auto"``."""

from typing import Any

from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._jump import JumpThreshold


def auto_threshold(block: int = 100) -> BaseThreshold:
    """Return the unfitted rule that estimators learn where nobody chose one.

    It is for the errors of all training samples, a few of which may be anomalies.

    Parameters
    ----------
    block : int, default=100
        Number of consecutive samples that have one peak, about a window.

    Returns
    -------
    rule : BaseThreshold
        A new, unfitted :class:`skanomaly.thresholds.JumpThreshold`.

    Examples
    --------
    >>> from skanomaly.thresholds import auto_threshold
    >>> auto_threshold().fit([-1.0, -2.0]).predict([-9.0])
    array([-1])
    """
    return JumpThreshold(block=max(1, block))


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
