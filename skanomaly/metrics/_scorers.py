"""Scorers of outlier detectors for scikit-learn's searches and cross-validation."""

from collections.abc import Callable
from inspect import signature
from typing import Any

from skanomaly._text import closest
from skanomaly.metrics._registry import all_metrics
from skanomaly.metrics._scorer import AnomalyScorer

# Names of the score parameter in metrics, including those of scikit-learn.
_SCORE_NAMES = {"y_score", "y_scores", "probas_pred"}
# Widest buffer of the scorers in ANOMALY_SCORERS, in samples.
_WINDOW = 100


def make_anomaly_scorer(
    metric: str | Callable[..., float],
    *,
    response: str = "auto",
    greater_is_better: bool = True,
    **params: Any,
) -> AnomalyScorer:
    """Make a scorer for outlier detectors from a metric.

    The scorers of scikit-learn treat an outlier detector as a classifier. With label 1
    for anomalies, ``"roc_auc"`` is reversed without a warning, because scores are low
    for abnormal samples, and ``"f1"`` raises an error, because detectors predict -1.
    The scorers of this function are correct for all outlier detectors of this package
    and of scikit-learn.

    Parameters
    ----------
    metric : callable or str
        A function with signature ``metric(y_true, y_score)``, with `y_score` higher for
        anomalies, or ``metric(y_true, y_pred)``, from this module, from
        `sklearn.metrics` or a custom one. The function gets labels as booleans, True
        for anomalies, because numeric labels that are all 1 would be ambiguous. A str
        is a key of `ANOMALY_SCORERS`; `response` and `greater_is_better` are then
        ignored.
    response : {"auto", "score", "label"}, default="auto"
        Second argument of the metric: scores or predicted labels. ``"auto"`` selects
        scores if the second parameter of the function is named ``y_score``,
        ``y_scores`` or ``probas_pred``.
    greater_is_better : bool, default=True
        Whether higher values of the metric are better. If False, the scorer flips the
        sign of the metric.
    **params : dict
        Additional parameters of the metric, such as ``window=100``.

    Returns
    -------
    scorer : callable
        Scorer with signature ``scorer(estimator, X, y)`` for `GridSearchCV`,
        `HalvingGridSearchCV`, `cross_validate` and ``TunedThresholdDetectorCV``. The
        labels `y` are in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous.

    Raises
    ------
    ValueError
        If `metric` is an unknown name or `response` is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from sklearn.model_selection import cross_val_score
    >>> from skanomaly.metrics import make_anomaly_scorer, vus_pr_score
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(300, 2)), np.zeros(300, dtype=int)
    >>> X[::30] += 9
    >>> y[::30] = 1
    >>> scorer = make_anomaly_scorer(vus_pr_score, window=0)
    >>> scorer
    make_anomaly_scorer(vus_pr_score, window=0)
    >>> cross_val_score(IsolationForest(random_state=0), X, y, scoring=scorer, cv=3)
    array([1., 1., 1.])
    """
    if isinstance(metric, str):
        if metric not in ANOMALY_SCORERS:
            raise ValueError(
                f"metric must be a callable or one of {sorted(ANOMALY_SCORERS)}, got "
                f"{metric!r}.{closest(metric, ANOMALY_SCORERS)}"
            )
        known = ANOMALY_SCORERS[metric]
        return AnomalyScorer(
            known.metric,
            response=known.response,
            sign=known.sign,
            params={**known.params, **params},
        )
    if response not in ("auto", "score", "label"):
        raise ValueError(
            f"response must be 'auto', 'score' or 'label', got {response!r}."
        )
    if response == "auto":
        names = list(signature(metric).parameters)
        takes_scores = len(names) > 1 and names[1] in _SCORE_NAMES
        response = "score" if takes_scores else "label"
    sign = 1 if greater_is_better else -1
    return AnomalyScorer(metric, response=response, sign=sign, params=params)


ANOMALY_SCORERS = {
    metric.name: metric.scorer(window=_WINDOW)
    for metric in all_metrics()
    if metric.is_scorer
}
