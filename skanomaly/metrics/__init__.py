"""Metrics for anomaly detection, and scorers for model selection in scikit-learn.

True and predicted labels are in {0, 1} or {+1, -1}. Scores are higher for more
anomalous samples. A metric that is not defined for the given labels returns NaN with
scikit-learn's `UndefinedMetricWarning`. Precision is 0 if no sample is predicted as
anomalous.
"""

from skanomaly.metrics._affiliation import (
    affiliation_f_score,
    affiliation_precision_score,
    affiliation_recall_score,
)
from skanomaly.metrics._best_threshold import BestThreshold, best_f1_threshold
from skanomaly.metrics._compute import compute_metrics
from skanomaly.metrics._event_wise import (
    EventCounts,
    detection_delay_score,
    event_f1_score,
    event_precision_score,
    event_recall_score,
)
from skanomaly.metrics._localization import (
    end_error_score,
    event_iou_score,
    onset_error_score,
)
from skanomaly.metrics._nab import nab_score
from skanomaly.metrics._point_adjusted import (
    point_adjusted_f1_score,
    random_point_adjusted_f1,
)
from skanomaly.metrics._range import (
    range_f_score,
    range_precision_score,
    range_recall_score,
)
from skanomaly.metrics._registry import Metric, all_metrics
from skanomaly.metrics._scorer import AnomalyScorer
from skanomaly.metrics._scorers import ANOMALY_SCORERS, make_anomaly_scorer
from skanomaly.metrics._surface import range_curves
from skanomaly.metrics._threshold_curve import (
    ThresholdCurve,
    label_scorer,
    threshold_curve,
)
from skanomaly.metrics._vus import RangeCurve, vus_pr_score, vus_roc_score
from skanomaly.metrics._window import vus_window

__all__ = [
    "ANOMALY_SCORERS",
    "AnomalyScorer",
    "BestThreshold",
    "EventCounts",
    "Metric",
    "RangeCurve",
    "ThresholdCurve",
    "affiliation_f_score",
    "affiliation_precision_score",
    "affiliation_recall_score",
    "all_metrics",
    "best_f1_threshold",
    "compute_metrics",
    "detection_delay_score",
    "end_error_score",
    "event_f1_score",
    "event_iou_score",
    "event_precision_score",
    "event_recall_score",
    "label_scorer",
    "make_anomaly_scorer",
    "nab_score",
    "onset_error_score",
    "point_adjusted_f1_score",
    "random_point_adjusted_f1",
    "range_curves",
    "range_f_score",
    "range_precision_score",
    "range_recall_score",
    "threshold_curve",
    "vus_pr_score",
    "vus_roc_score",
    "vus_window",
]
