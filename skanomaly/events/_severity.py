"""Severity of scores, in a unit that all detectors share."""

from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events._decide import is_below


def severity(scores: ArrayLike, *, offset: float, normal: float) -> NDArray[np.float64]:
    """Return the severity of scores: 0 for the usual score, 1 at the threshold.

    Severities of different detectors can be compared: 3 is three times as far from what
    is usual as the threshold is.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores as returned by ``score_samples``. The lower, the more abnormal.
    offset : float
        Threshold; scores below it are anomalous.
    normal : float
        Usual score, such as the median of the training scores.

    Returns
    -------
    severities : ndarray of shape (n_samples,)
        At least 1 for the samples that score below `offset`, at most 1 for the others,
        and 1 only at `offset` itself, if that is below `normal`; negative for those
        that score better than usual. NaN where the score is.

    Notes
    -----
    The severity is ``(normal - score) / (normal - offset)``. If the offset is not below
    the usual score, as where both are 0, this is not defined, or would rank upside
    down. It is then ``offset - score``, which has the unit of the scores, and 1 more
    for the samples that score below `offset`: no normal sample reaches 1.

    Examples
    --------
    >>> from skanomaly.events import severity
    >>> severity([-1.0, -2.0, -5.0, 0.0], offset=-3.0, normal=-1.0)
    array([ 0. ,  0.5,  2. , -0.5])
    >>> severity([0.0, -2.0], offset=0.0, normal=0.0)
    array([0., 3.])
    """
    values = np.asarray(scores, dtype=np.float64)
    with np.errstate(over="ignore"):  # beyond the largest number is infinite
        if offset < normal:
            found: NDArray[np.float64] = (normal - values) / (normal - offset)
        else:
            found = (offset - values) + is_below(values, offset)
    return found


def usual_score(scores: ArrayLike) -> float:
    """Return the median of the scores that are known; NaN if none is.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores as returned by ``score_samples``; NaN for samples without one.

    Returns
    -------
    usual : float

    Examples
    --------
    >>> from skanomaly.events import usual_score
    >>> usual_score([-1.0, -3.0, float("nan"), -2.0])
    -2.0
    """
    values = np.asarray(scores, dtype=np.float64)
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else nan
