"""Scorers of outlier detectors for scikit-learn's searches and cross-validation."""

from collections.abc import Callable
from inspect import signature
from typing import Any

from skanomaly._text import closest
from skanomaly.metrics._registry import all_metrics
from skanomaly.metrics._scorer import AnomalyScorer

# Parameters by which metrics, also scikit-learn's, take a score: higher is worse.
_SCORE_NAMES = {"y_score", "y_scores", "probas_pred"}
# Widest buffer of scorers by name, in samples.
_WINDOW = 100


def make_anomaly_scorer(
    metric: str | Callable[..., float],
    *,
    response: str = "auto",
    greater_is_better: bool = True,
    **params: Any,
) -> AnomalyScorer:
    """Make a scorer for outlier detectors from a metric.

    scikit-learn's own scorers take an outlier detector for a classifier: ``"roc_auc"``
    with truth 1 for anomalies is upside down, without a word, as scores are low where
    samples are abnormal, and ``"f1"`` raises, as detectors predict -1. This one gets
    each right for every outlier detector, of this package and of scikit-learn.

    Parameters
    ----------
    metric : callable or str
        ``metric(y_true, y_score)`` with `y_score` higher for anomalies, or
        ``metric(y_true, y_pred)``: a function of this module, of `sklearn.metrics`, or
        your own. Labels are booleans, True for anomalies, since numbers that are all 1
        would be all normal or all anomalous. A name is one of `ANOMALY_SCORERS`.
    response : {"auto", "score", "label"}, default="auto"
        What the metric takes. ``"auto"`` looks whether its second parameter is called
        ``y_score``.
    greater_is_better : bool, default=True
        False turns the sign, so that searches may maximize it.
    **params : dict
        Passed on to the metric, as ``window=100``.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y)`` for `GridSearchCV`, `HalvingGridSearchCV`,
        `cross_validate` and ``TunedThresholdDetectorCV``, with `y` in {0, 1} (1
        anomalous) or {+1, -1} (-1 anomalous).

    Raises
    ------
    ValueError
        If a name is unknown, or `response` is.

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
                f"metric must be a function or one of {sorted(ANOMALY_SCORERS)}, got "
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
