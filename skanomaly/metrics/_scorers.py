"""Scorers of outlier detectors for scikit-learn's searches and cross-validation."""

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from skanomaly.events import read_labels
from skanomaly.metrics._affiliation import affiliation_f_score
from skanomaly.metrics._event import (
    detection_delay_score,
    event_f1_score,
    event_precision_score,
    event_recall_score,
)
from skanomaly.metrics._nab import nab_score
from skanomaly.metrics._range import range_f_score
from skanomaly.metrics._vus import vus_pr_score, vus_roc_score

# Parameters by which metrics, also scikit-learn's, take a score: higher is worse.
_SCORE_NAMES = {"y_score", "y_scores", "probas_pred"}


class AnomalyScorer:
    """A function ``(estimator, X, y) -> float``; `make_anomaly_scorer` makes it.

    Parameters
    ----------
    metric : callable
        ``metric(y_true, y_score)`` or ``metric(y_true, y_pred)``.
    response : {"score", "label"}
        What the metric is given.
    sign : {1, -1}
        -1 where less is better.
    params : dict
        What else it is given.
    """

    def __init__(
        self,
        metric: Callable[..., float],
        *,
        response: str,
        sign: int,
        params: dict[str, Any],
    ) -> None:
        self.metric = metric
        self.response = response
        self.sign = sign
        self.params = params

    def __call__(self, estimator: Any, X: ArrayLike, y: ArrayLike) -> float:
        """Judge a fitted outlier detector by true labels of the rows of X."""
        truth = read_labels(y, name="y")
        if self.response == "label":
            return self.of_labels(truth, read_labels(estimator.predict(X), name="y"))
        return self.of_scores(truth, -abnormality(estimator, X))

    def of_scores(self, truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
        """Judge what ``score_samples`` returned."""
        return self._judge(truth, -scores)

    def of_labels(
        self, truth: NDArray[np.bool_], anomalous: NDArray[np.bool_]
    ) -> float:
        """Judge which samples were called anomalous."""
        return self._judge(truth, anomalous)

    def _judge(self, truth: NDArray[np.bool_], response: NDArray[Any]) -> float:
        return float(self.sign * self.metric(truth, response, **self.params))

    def __repr__(self) -> str:
        shown = [getattr(self.metric, "__name__", repr(self.metric))]
        shown += [f"{name}={value!r}" for name, value in self.params.items()]
        if self.sign < 0:
            shown.append("greater_is_better=False")
        return f"make_anomaly_scorer({', '.join(shown)})"


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
                f"{metric!r}."
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


def abnormality(estimator: Any, X: ArrayLike) -> NDArray[np.float64]:
    """Return a score that is higher where rows are more abnormal, for any detector."""
    # A decision function alone tells no sign: with PyOD's, higher is worse.
    return -np.asarray(estimator.score_samples(X), dtype=np.float64)


ANOMALY_SCORERS = {
    "roc_auc": make_anomaly_scorer(roc_auc_score),
    "average_precision": make_anomaly_scorer(average_precision_score),
    "vus_pr": make_anomaly_scorer(vus_pr_score, window=100),
    "vus_roc": make_anomaly_scorer(vus_roc_score, window=100),
    "event_f1": make_anomaly_scorer(event_f1_score),
    "event_precision": make_anomaly_scorer(event_precision_score),
    "event_recall": make_anomaly_scorer(event_recall_score),
    "range_f": make_anomaly_scorer(range_f_score),
    "affiliation_f": make_anomaly_scorer(affiliation_f_score),
    "nab": make_anomaly_scorer(nab_score),
    "neg_detection_delay": make_anomaly_scorer(
        detection_delay_score, greater_is_better=False
    ),
}
