"""The threshold with the best F1."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skanomaly.metrics._truth import NO_ANOMALY, read_scores, undefined


class BestThreshold(NamedTuple):
    """Threshold of a score and the F1 that it reaches.

    Parameters
    ----------
    threshold : float
        Samples with a score above the threshold are anomalous.
    f1 : float
        F1 of samples at this threshold.
    """

    threshold: float
    f1: float


def best_f1_threshold(y_true: ArrayLike, y_score: ArrayLike) -> BestThreshold:
    """Find the threshold of a score with the best F1 of samples.

    The threshold is chosen and evaluated on the same labels, so F1 is an upper bound
    for all thresholds of this score. To learn a threshold for new data, use
    :class:`skanomaly.TunedThresholdDetectorCV`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous. Labels
        that are all 1 mean that no sample is anomalous.
    y_score : array-like of shape (n_samples,)
        Scores, such as ``-score_samples(X)``. The higher, the more anomalous.

    Returns
    -------
    threshold : float
        Midpoint between the lowest score that is labelled anomalous and the next lower
        score, so that no score is equal to it. The highest threshold if several are
        equally good. NaN (with a warning) if `y_true` has no anomaly.
    f1 : float
        Between 0 and 1, higher is better. NaN if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    Examples
    --------
    >>> from skanomaly.metrics import best_f1_threshold
    >>> best_f1_threshold([0, 0, 1, 1, 0], [0.1, 0.4, 0.5, 0.9, 0.5])
    BestThreshold(threshold=0.45, f1=0.8)
    """
    truth, score = read_scores(y_true, y_score)
    if not truth.any():
        nan = undefined("best_f1_threshold", NO_ANOMALY)
        return BestThreshold(nan, nan)
    order = np.argsort(score)[::-1]
    thresholds = score[order]
    # Computed from counts: precision and recall would round equal values differently.
    n_found = np.arange(1, len(score) + 1)
    f1 = 2 * np.cumsum(truth[order]) / (n_found + truth.sum())
    whole = np.append(thresholds[1:] != thresholds[:-1], True)
    best = np.flatnonzero(whole)[np.argmax(f1[whole])]
    lowest = thresholds[best]
    threshold = np.nextafter(lowest, -np.inf)
    if best + 1 < len(score):
        below = thresholds[best + 1]
        threshold = min(threshold, below + (lowest - below) / 2)
    return BestThreshold(float(threshold), float(f1[best]))
