"""The curves whose mean area is a volume under the surface."""

from collections.abc import Iterator

from numpy.typing import ArrayLike

from skanomaly.metrics._truth import read_scores
from skanomaly.metrics._vus import RangeCurve, buffer_curves, check_buffers


def range_curves(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    window: int,
    n_thresholds: int | None = 250,
) -> Iterator[RangeCurve]:
    """Compute the curves of all buffers from 0 to `window`, the surface of VUS.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous. At
        least one sample must be anomalous.
    y_score : array-like of shape (n_samples,)
        Scores, such as ``-score_samples(X)``. The higher, the more anomalous.
    window : int
        Widest buffer in samples, half of it on each side of an event.
    n_thresholds : int or None, default=250
        Number of thresholds, at least 2, taken from the sorted scores evenly by rank.
        None uses all scores.

    Returns
    -------
    curves : iterator of RangeCurve
        Curves of the buffers 0, 1, ..., `window`, computed one by one during iteration.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays, or a parameter, are invalid.

    See Also
    --------
    vus_pr_score, vus_roc_score : Compute the mean areas under these curves.

    Examples
    --------
    >>> from skanomaly.metrics import range_curves
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> curves = range_curves(y_true, late, window=4)
    >>> [round(curve.average_precision(), 2) for curve in curves]
    [0.83, 0.83, 0.94, 0.96, 0.97]
    """
    truth, score = read_scores(y_true, y_score)
    check_buffers(window, n_thresholds)
    if not truth.any():
        raise ValueError("y_true has no anomaly. Pass labels with at least one.")
    return buffer_curves(truth, score, window=window, n_thresholds=n_thresholds)
