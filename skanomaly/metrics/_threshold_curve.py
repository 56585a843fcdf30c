"""A metric of labels over all thresholds of a score."""

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
    """A metric of labels by offset.

    Parameters
    ----------
    offsets : ndarray of shape (n_offsets,)
        From low to high. What scores below one is anomalous.
    values : ndarray of shape (n_offsets,)
        The metric, higher where better; NaN where it has no value.
    """

    offsets: Floats
    values: Floats

    def best(self) -> tuple[float, float]:
        """Return the offset with the best value, and the value.

        Often many offsets in a row are as good; what is nearest to the middle of the
        widest such row is the farthest from where it gets worse.

        Returns
        -------
        offset, value : float

        Raises
        ------
        ValueError
            If the metric has no value at any offset.
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
    """Compute a metric of labels for each of many offsets of a score.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
    scores : array-like of shape (n_samples,)
        Scores as ``score_samples`` returns them: the lower, the more abnormal.
    scoring : str or callable, default="event_f1"
        A metric of labels, as `make_anomaly_scorer` takes it, or what that returns.
    offsets : int or array-like of float, default=100
        How many offsets to try, or which. A number of them call up to half of the
        samples anomalous, or as many as are labelled so.
    include : array-like of float, default=()
        Further offsets.

    Returns
    -------
    curve : ThresholdCurve

    Raises
    ------
    ValueError
        If `scoring` judges scores, or labels and scores do not fit each other.

    See Also
    --------
    skanomaly.TunedThresholdDetectorCV : Chooses the threshold by such a curve.

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
    """Return the scorer that is meant, which must judge labels.

    Parameters
    ----------
    scoring : str or callable
        A metric of labels, as `make_anomaly_scorer` takes it, or what that returns.

    Returns
    -------
    scorer : AnomalyScorer

    Raises
    ------
    ValueError
        If it judges scores, which no threshold changes.

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
            f"scoring={scoring!r} judges scores, which no threshold changes. Use a "
            f"metric of labels, such as one of {names}."
        )
    return scorer


def offsets_to_try(truth: NDArray[np.bool_], scores: Floats, n_offsets: int) -> Floats:
    """Return candidates that call half of the samples anomalous, or as many as are.

    Some metrics, event_f1 among them, are content with a single event that is
    everything.
    """
    most = max(0.5, float(truth.mean()))
    return candidate_offsets(scores, n_offsets, most=most)


def candidate_offsets(scores: Floats, n_offsets: int, *, most: float = 1.0) -> Floats:
    """Return offsets from low to high, below which are ever more of the scores.

    They lie midway between neighbouring scores, and are dense where few samples are
    below: each calls some share more anomalous than the one before, from none of them
    to the share `most`.
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
    """Return the offset with the best value, and the value.

    Often many offsets in a row are as good; what is nearest to the middle of the widest
    such row is the farthest from where it gets worse.
    """
    if np.isnan(values).all():
        raise ValueError(
            "the metric has no value at any threshold. Use another metric, or more "
            "labelled data."
        )
    best = np.nanmax(values)
    edges = np.flatnonzero(np.diff(values == best, prepend=False, append=False))
    first, last = offsets[edges[::2]], offsets[edges[1::2] - 1]
    widest = int(np.argmax(last - first))
    row = offsets[edges[2 * widest] : edges[2 * widest + 1]]
    middle = first[widest] + (last[widest] - first[widest]) / 2
    return float(row[np.argmin(np.abs(row - middle))]), float(best)
