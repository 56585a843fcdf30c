"""Metrics of labels for many thresholds of a score."""

import warnings
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import UndefinedMetricWarning

from skanomaly.events import is_below
from skanomaly.metrics._scorer import AnomalyScorer
from skanomaly.metrics._scorers import ANOMALY_SCORERS, make_anomaly_scorer
from skanomaly.metrics._truth import read_scores

Floats = NDArray[np.float64]


class ThresholdCurve(NamedTuple):
    """Values of a metric of labels for many offsets.

    Parameters
    ----------
    offsets : ndarray of shape (n_offsets,)
        Offsets in increasing order. Samples that score below an offset are anomalous.
    values : ndarray of shape (n_offsets,)
        Value of the metric at each offset, higher is better. NaN if it is not defined.
    """

    offsets: Floats
    values: Floats

    def best(self) -> tuple[float, float]:
        """Return the offset with the best value, and that value.

        Many consecutive offsets are often equally good. The one closest to the middle
        of the widest range of such offsets is returned, as it is farthest from the
        offsets at which the metric is worse.

        Returns
        -------
        offset, value : float
            The best offset and the value of the metric at it.

        Raises
        ------
        ValueError
            If the metric is not defined at any offset.
        """
        return best_of_curve(*self)


def threshold_curve(
    y_true: ArrayLike,
    scores: ArrayLike,
    *,
    scoring: Any = "event_f1",
    offsets: int | ArrayLike = 100,
    include: ArrayLike = (),
) -> ThresholdCurve:
    """Compute a metric of labels for many offsets of a score.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous.
    scores : array-like of shape (n_samples,)
        Scores as returned by ``score_samples``. The lower, the more abnormal.
    scoring : str or callable, default="event_f1"
        A metric of labels as accepted by `make_anomaly_scorer`, or a scorer that it
        returned.
    offsets : int or array-like of float, default=100
        Offsets to evaluate, or the maximum number of them. If a number is given, the
        offsets are chosen so that up to half of the samples are anomalous, or the share
        of true anomalies if that is larger.
    include : array-like of float, default=()
        Additional offsets.

    Returns
    -------
    curve : ThresholdCurve
        Offsets in increasing order and the value of the metric at each.

    Raises
    ------
    ValueError
        If `scoring` is a metric of scores, or `y_true` and `scores` have invalid values
        or different lengths.

    See Also
    --------
    skanomaly.TunedThresholdDetectorCV : Learn the threshold from labels with such a
        curve.

    Examples
    --------
    >>> from skanomaly.metrics import threshold_curve
    >>> curve = threshold_curve([0, 0, 1, 0, 0], [-1, -2, -7, -3, -1])
    >>> curve.best()
    (-5.0, 1.0)
    """
    truth, values = read_scores(y_true, scores, name="scores")
    scorer = label_scorer(scoring)
    if isinstance(offsets, Integral):
        offsets = offsets_to_try(truth, values, int(offsets))
    tried = np.sort(np.asarray(offsets, dtype=np.float64))
    if np.size(include):
        tried = np.union1d(tried, include)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        judged = [scorer.of_labels(truth, is_below(values, one)) for one in tried]
    return ThresholdCurve(tried, np.array(judged))


def label_scorer(scoring: Any) -> AnomalyScorer:
    """Return the scorer for a metric of labels.

    Parameters
    ----------
    scoring : str or callable
        A metric of labels as accepted by `make_anomaly_scorer`, or a scorer that it
        returned.

    Returns
    -------
    scorer : AnomalyScorer
        Scorer with ``response="label"``.

    Raises
    ------
    ValueError
        If `scoring` is a metric of scores, which does not depend on a threshold.

    Examples
    --------
    >>> from skanomaly.metrics import label_scorer
    >>> label_scorer("event_f1")
    make_anomaly_scorer(event_f1_score)
    """
    scorer = (
        scoring if isinstance(scoring, AnomalyScorer) else make_anomaly_scorer(scoring)
    )
    if scorer.response != "label":
        names = sorted(n for n, s in ANOMALY_SCORERS.items() if s.response == "label")
        raise ValueError(
            f"scoring={scoring!r} evaluates scores, which do not depend on a "
            f"threshold. Use a metric of labels, such as one of {names}."
        )
    return scorer


def offsets_to_try(truth: NDArray[np.bool_], scores: Floats, n_offsets: int) -> Floats:
    """Return candidate offsets below which at most half of the samples lie.

    If more than half of the samples are labelled anomalous, that share is the limit.
    Without a limit, some metrics, such as event_f1, would be best for a single event
    that covers the whole series.
    """
    most = max(0.5, float(truth.mean()))
    return candidate_offsets(scores, n_offsets, most=most)


def candidate_offsets(scores: Floats, n_offsets: int, *, most: float = 1.0) -> Floats:
    """Return candidate offsets in increasing order.

    The offsets lie midway between neighbouring distinct scores, from one without any
    score below it to one with at most the share `most` below it. The numbers of
    distinct scores below them are spaced geometrically, so that the offsets are dense
    where few samples are anomalous.
    """
    distinct, counts = np.unique(scores, return_counts=True)
    middle = distinct[:-1] + np.diff(distinct) / 2
    beyond = np.nextafter(distinct[-1], np.inf)
    between = np.concatenate([distinct[:1], middle, [beyond]])
    below = np.concatenate([[0], np.cumsum(counts)])
    between = between[below <= most * len(scores)]
    n_below = np.geomspace(1, len(between), n_offsets).round().astype(np.intp) - 1
    offsets: Floats = between[np.unique(np.concatenate([[0], n_below]))]
    return offsets


def best_of_curve(offsets: Floats, values: Floats) -> tuple[float, float]:
    """Return the offset with the best value, and that value.

    Of several equally good offsets, the one closest to the middle of the widest range
    is returned. See `ThresholdCurve.best`.
    """
    if np.isnan(values).all():
        raise ValueError(
            "the metric is not defined at any threshold. Use another metric, or more "
            "labelled data."
        )
    best = np.nanmax(values)
    edges = np.flatnonzero(np.diff(values == best, prepend=False, append=False))
    first, last = offsets[edges[::2]], offsets[edges[1::2] - 1]
    widest = int(np.argmax(last - first))
    row = offsets[edges[2 * widest] : edges[2 * widest + 1]]
    middle = first[widest] + (last[widest] - first[widest]) / 2
    return float(row[np.argmin(np.abs(row - middle))]), float(best)
