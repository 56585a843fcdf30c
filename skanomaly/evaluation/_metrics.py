"""All metrics of one run, by name; more is better for each of them."""

import warnings
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import f1_score, precision_score, recall_score

from skanomaly.metrics import (
    ANOMALY_SCORERS,
    AnomalyScorer,
    affiliation_precision_score,
    affiliation_recall_score,
    best_f1_threshold,
    make_anomaly_scorer,
    point_adjusted_f1_score,
    random_point_adjusted_f1,
    range_precision_score,
    range_recall_score,
)


def _best_f1(y_true: ArrayLike, y_score: ArrayLike) -> float:
    return best_f1_threshold(y_true, y_score).f1


def _random(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    return random_point_adjusted_f1(y_true)


_OF_RECORDS = {
    "roc_auc": ANOMALY_SCORERS["roc_auc"],
    "average_precision": ANOMALY_SCORERS["average_precision"],
    "best_f1": make_anomaly_scorer(_best_f1),
    "precision": make_anomaly_scorer(precision_score, zero_division=0.0),
    "recall": make_anomaly_scorer(recall_score),
    "f1": make_anomaly_scorer(f1_score, zero_division=0.0),
}
_OF_SERIES = {
    "vus_pr": ANOMALY_SCORERS["vus_pr"],
    "vus_roc": ANOMALY_SCORERS["vus_roc"],
    "event_precision": ANOMALY_SCORERS["event_precision"],
    "event_recall": ANOMALY_SCORERS["event_recall"],
    "event_f1": ANOMALY_SCORERS["event_f1"],
    "range_precision": make_anomaly_scorer(range_precision_score),
    "range_recall": make_anomaly_scorer(range_recall_score),
    "range_f": ANOMALY_SCORERS["range_f"],
    "affiliation_precision": make_anomaly_scorer(affiliation_precision_score),
    "affiliation_recall": make_anomaly_scorer(affiliation_recall_score),
    "affiliation_f": ANOMALY_SCORERS["affiliation_f"],
    "nab": ANOMALY_SCORERS["nab"],
    "neg_detection_delay": ANOMALY_SCORERS["neg_detection_delay"],
    "point_adjusted_f1": make_anomaly_scorer(point_adjusted_f1_score),
    "random_point_adjusted_f1": make_anomaly_scorer(_random),
}
_SCORERS = _OF_SERIES | _OF_RECORDS

METRICS = tuple(_SCORERS)


def judge(
    y: NDArray[np.bool_],
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
    *,
    window: int,
    records: bool = False,
) -> dict[str, float]:
    """Judge the scores of a run, lower for anomalies, and its labels.

    NaN is what cannot be told: everything where the truth has no anomaly, and metrics
    of series where rows are records.
    """
    values = dict.fromkeys(METRICS, nan)
    if not y.any():
        return values
    with warnings.catch_warnings():
        # NaN says it, and point-adjusted F1 has its random value beside it.
        warnings.simplefilter("ignore")
        for name, scorer in (_OF_RECORDS if records else _SCORERS).items():
            value = _value(name, scorer, y, scores, anomalous, window)
            values[name] = 0.0 + value  # no delay is 0, not -0
    return values


def check_metrics(metrics: Any) -> list[str]:
    """Return the names of the metrics that were asked for."""
    if isinstance(metrics, str):
        metrics = METRICS if metrics == "all" else [metrics]
    names = list(metrics)
    if not names:
        raise ValueError("metrics is empty: name one at least, or 'all'.")
    for name in names:
        if name not in METRICS:
            raise ValueError(
                f"there is no metric {name!r}; known are: {', '.join(METRICS)}."
            )
    return names


def _value(
    name: str,
    scorer: AnomalyScorer,
    y: NDArray[np.bool_],
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
    window: int,
) -> float:
    if scorer.response == "label":
        return scorer.of_labels(y, anomalous)
    if "window" in scorer.params:
        scorer = make_anomaly_scorer(name, window=window)
    return scorer.of_scores(y, scores)
