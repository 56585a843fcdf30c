"""Registry of all metrics, from which scorers and tables of results derive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import ArrayLike
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
)

from skanomaly.metrics._affiliation import (
    affiliation_f_score,
    affiliation_precision_score,
    affiliation_recall_score,
)
from skanomaly.metrics._best_threshold import best_f1_threshold
from skanomaly.metrics._event_wise import (
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
from skanomaly.metrics._scorer import AnomalyScorer
from skanomaly.metrics._vus import vus_pr_score, vus_roc_score


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Metric with its name and properties.

    Parameters
    ----------
    name : str
        Name in tables of results and of the scorer. Values with this name are higher
        for better detectors.
    function : callable
        Function with signature ``function(y_true, y_score)`` or
        ``function(y_true, y_pred)``.
    response : {"score", "label"}
        Second argument of the function: scores or predicted labels.
    needs_window : bool, default=False
        Whether the function takes the parameter ``window``, the widest buffer.
    series_only : bool, default=True
        Whether the metric is defined for series only, not for independent records.
    greater_is_better : bool, default=True
        Whether higher values of the function are better. If False, the scorer flips the
        sign of the function.
    is_scorer : bool, default=False
        Whether `ANOMALY_SCORERS` contains the metric, for use in model selection.
    params : mapping of str to Any, default={}
        Additional parameters of the function.

    Examples
    --------
    >>> from skanomaly.metrics import all_metrics
    >>> (delay,) = (m for m in all_metrics() if m.name == "neg_detection_delay")
    >>> delay.response, delay.greater_is_better
    ('label', False)
    """

    name: str
    function: Callable[..., float]
    response: Literal["score", "label"]
    needs_window: bool = False
    series_only: bool = True
    greater_is_better: bool = True
    is_scorer: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)

    def scorer(self, *, window: int) -> AnomalyScorer:
        """Return the scorer of this metric.

        Parameters
        ----------
        window : int
            Widest buffer in samples, passed to metrics with ``needs_window=True``.

        Returns
        -------
        scorer : AnomalyScorer
            Callable with signature ``scorer(estimator, X, y)``.
        """
        params = dict(self.params)
        if self.needs_window:
            params["window"] = window
        return AnomalyScorer(
            self.function,
            response=self.response,
            sign=1 if self.greater_is_better else -1,
            params=params,
        )


def all_metrics() -> tuple[Metric, ...]:
    """Return all metrics, in the order in which tables of results list them.

    Returns
    -------
    metrics : tuple of Metric
        Metrics with unique names.

    See Also
    --------
    make_anomaly_scorer : Make a scorer from any function.

    Examples
    --------
    >>> from skanomaly.metrics import all_metrics
    >>> [metric.name for metric in all_metrics() if metric.needs_window]
    ['vus_pr', 'vus_roc']
    """
    return _METRICS


def _best_f1(y_true: ArrayLike, y_score: ArrayLike) -> float:
    return best_f1_threshold(y_true, y_score).f1


def _random_point_adjusted_f1(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    return random_point_adjusted_f1(y_true)


def _of_scores(name: str, function: Callable[..., float], **facts: Any) -> Metric:
    return Metric(name=name, function=function, response="score", **facts)


def _of_labels(name: str, function: Callable[..., float], **facts: Any) -> Metric:
    return Metric(name=name, function=function, response="label", **facts)


_METRICS = (
    _of_scores("vus_pr", vus_pr_score, needs_window=True, is_scorer=True),
    _of_scores("vus_roc", vus_roc_score, needs_window=True, is_scorer=True),
    _of_labels("event_precision", event_precision_score, is_scorer=True),
    _of_labels("event_recall", event_recall_score, is_scorer=True),
    _of_labels("event_f1", event_f1_score, is_scorer=True),
    _of_labels("range_precision", range_precision_score),
    _of_labels("range_recall", range_recall_score),
    _of_labels("range_f", range_f_score, is_scorer=True),
    _of_labels("affiliation_precision", affiliation_precision_score),
    _of_labels("affiliation_recall", affiliation_recall_score),
    _of_labels("affiliation_f", affiliation_f_score, is_scorer=True),
    _of_labels("nab", nab_score, is_scorer=True),
    _of_labels(
        "neg_detection_delay",
        detection_delay_score,
        greater_is_better=False,
        is_scorer=True,
    ),
    _of_labels("event_iou", event_iou_score, is_scorer=True),
    _of_labels("neg_onset_error", onset_error_score, greater_is_better=False),
    _of_labels("neg_end_error", end_error_score, greater_is_better=False),
    _of_labels("point_adjusted_f1", point_adjusted_f1_score),
    _of_labels("random_point_adjusted_f1", _random_point_adjusted_f1),
    _of_scores("roc_auc", roc_auc_score, series_only=False, is_scorer=True),
    _of_scores(
        "average_precision", average_precision_score, series_only=False, is_scorer=True
    ),
    _of_scores("best_f1", _best_f1, series_only=False),
    _of_labels(
        "precision", precision_score, series_only=False, params={"zero_division": 0.0}
    ),
    _of_labels("recall", recall_score, series_only=False),
    _of_labels("f1", f1_score, series_only=False, params={"zero_division": 0.0}),
)
