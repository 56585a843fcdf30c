"""A metric of labels over all thresholds of a score."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import UndefinedMetricWarning

from skanomaly.events import is_below
from skanomaly.metrics._scorer import AnomalyScorer
from skanomaly.metrics._scorers import ANOMALY_SCORERS, make_anomaly_scorer

Floats = NDArray[np.float64]


def label_scorer(scoring: Any) -> AnomalyScorer:
    """Return the scorer that is meant, or say that a threshold does not change it."""
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


def threshold_curve(
    truth: NDArray[np.bool_], scores: Floats, scorer: AnomalyScorer, offsets: Floats
) -> Floats:
    """Judge what lies below each offset; NaN where a metric has no value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        return np.array(
            [scorer.of_labels(truth, is_below(scores, one)) for one in offsets]
        )


def best_of_curve(offsets: Floats, values: Floats) -> tuple[float, float]:
    """Return the offset with the best value, and the value.

    Often many offsets in a row are as good; what is nearest to the middle of the widest
    such row is the farthest from where it gets worse.
    """
    best = np.nanmax(values)
    edges = np.flatnonzero(np.diff(values == best, prepend=False, append=False))
    first, last = offsets[edges[::2]], offsets[edges[1::2] - 1]
    widest = int(np.argmax(last - first))
    row = offsets[edges[2 * widest] : edges[2 * widest + 1]]
    middle = first[widest] + (last[widest] - first[widest]) / 2
    return float(row[np.argmin(np.abs(row - middle))]), float(best)
