"""The threshold that would have been best."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skanomaly.metrics._truth import NO_ANOMALY, read_scores, undefined


class BestThreshold(NamedTuple):
    """A threshold and what is reached by it.

    Parameters
    ----------
    threshold : float
        What is above it is anomalous.
    f1 : float
        F1 of samples.
    """

    threshold: float
    f1: float


def best_f1_threshold(y_true: ArrayLike, y_score: ArrayLike) -> BestThreshold:
    """Find the threshold of the score with the best F1 of samples.

    It tells what a score could reach, were its threshold known: an upper bound, since
    it looks at the truth that it is judged by. To learn a threshold for new data, take
    :class:`skanomaly.TunedThresholdDetectorCV`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Nothing but
        1 is a series without an anomaly.
    y_score : array-like of shape (n_samples,)
        The higher, the more anomalous: ``-score_samples(X)``.

    Returns
    -------
    threshold : float
        Midway between the lowest score that is called anomalous and the next lower
        one, so that it is the same whether what reaches it counts or not. The highest
        of equally good ones. NaN (with a warning) where nothing is true.
    f1 : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

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
    # From counts: by way of precision and recall, equal values differ by rounding.
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
