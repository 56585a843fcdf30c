"""The threshold for ``threshold="auto"``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly.thresholds._jump import LARGEST, JumpThreshold

# Fewer errors have no 99th percentile. Normal ones reach so many times their largest.
_ENOUGH, _TIMES_LARGEST = 100, 3
# Errors up to so many times the 99th percentile are normal, even if those of the rows
# without padding do not reach as far.
_TIMES_USUAL = 1.5


class AutoThreshold(JumpThreshold):
    """Threshold before the first jump, or three times the largest of few errors.

    It is what ``threshold="auto"`` stands for. Fewer than a hundred errors do not show
    how far normal ones reach. Three times the largest has few false alarms, but only
    suits errors that begin at 0, as those of the detectors of this package do.

    Parameters
    ----------
    times, jump, block
        See :class:`skanomaly.thresholds.JumpThreshold`.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Examples
    --------
    >>> from skanomaly.thresholds import AutoThreshold
    >>> AutoThreshold().fit([-1.0, -2.0]).predict([-5.0, -9.0])
    array([ 1, -1])
    """

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        if errors.size >= _ENOUGH:
            return super()._threshold(errors)
        zero = min(0.0, float(errors.min()))
        return zero + _TIMES_LARGEST * (float(errors.max()) - zero)


def auto_offset(
    scores: NDArray[np.float64], new: NDArray[np.float64], *, block: int
) -> float:
    """Return the offset of a detector whose threshold nobody chose.

    New samples have larger errors than those that a model was trained on, but they are
    few, so that both are looked at, and the lower offset counts. Anomalies among the
    new samples do not, unless these are most of them.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)
        Scores of all training samples, in order.
    new : ndarray of shape (n_new,)
        Scores of those that no model was trained on.
    block : int
        Number of consecutive samples that have one peak, about a window.

    Returns
    -------
    offset : float

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.thresholds import auto_offset
    >>> scores = -np.random.default_rng(0).uniform(1, 2, size=400)
    >>> scores[380:390] = -30
    >>> auto_offset(scores, scores[300:], block=10) > -7
    True
    """
    rule = AutoThreshold(block=block)
    offset = float(rule.fit(scores).offset_)
    normal = new[new >= offset]
    if 2 * normal.size < new.size:
        normal = new
    return min(offset, float(rule.fit(normal).offset_))


def inner_offset(
    inner: NDArray[np.float64], padded: NDArray[np.float64], *, block: int
) -> float:
    """Return the offset of a detector, some of whose training rows hold padding.

    What the errors of normal rows reach is learned from the others. But what follows
    the training rows is as new to the detector as padding is, so that errors somewhat
    larger than nearly all normal ones, padded rows included, are normal.

    Parameters
    ----------
    inner : ndarray of shape (n_inner,)
        Scores of the rows that hold no padding, in order.
    padded : ndarray of shape (n_padded,)
        Scores of those that hold some.
    block : int
        Number of consecutive samples that have one peak, about a window.

    Returns
    -------
    offset : float

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.thresholds import inner_offset
    >>> inner = -np.random.default_rng(0).uniform(1, 2, size=400)
    >>> few, many = np.full(2, -30.0), np.full(20, -30.0)
    >>> [inner_offset(inner, padded, block=10) > -7 for padded in (few, many)]
    [True, False]
    """
    offset = float(AutoThreshold(block=block).fit(inner).offset_)
    if not padded.size:
        return offset
    # Without the anomalies that the training part may hold.
    normal = np.concatenate([padded, inner[inner >= offset]])
    return min(offset, _TIMES_USUAL * float(np.quantile(normal, 1 - LARGEST)))


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
