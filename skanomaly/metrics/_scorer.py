"""Scorer of fitted outlier detectors."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import read_labels


class AnomalyScorer:
    """Scorer of outlier detectors with signature ``scorer(estimator, X, y)``.

    `make_anomaly_scorer` makes scorers.

    Parameters
    ----------
    metric : callable
        Function with signature ``metric(y_true, y_score)`` or
        ``metric(y_true, y_pred)``.
    response : {"score", "label"}
        Second argument of the metric: scores or predicted labels.
    sign : {1, -1}
        Factor of the metric, -1 if lower values are better.
    params : dict
        Additional parameters of the metric.
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
        """Score a fitted outlier detector.

        Parameters
        ----------
        estimator : object
            Fitted detector with ``predict`` or ``score_samples``, depending on
            `response`.
        X : array-like of shape (n_samples, n_features)
            Rows to predict or score.
        y : array-like of shape (n_samples,)
            True labels of the rows, in {0, 1} with 1 anomalous or in {+1, -1} with -1
            anomalous.

        Returns
        -------
        score : float
            Value of the metric times its sign. Higher is better.
        """
        truth = read_labels(y, name="y")
        if self.response == "label":
            return self.of_labels(truth, read_labels(estimator.predict(X), name="y"))
        # decision_function has no unique sign: in PyOD, higher is more abnormal.
        scores = np.asarray(estimator.score_samples(X), dtype=np.float64)
        return self.of_scores(truth, scores)

    def of_scores(self, truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
        """Return the score for values of ``score_samples``, of shape (n_samples,)."""
        return self._judge(truth, -scores)

    def of_labels(
        self, truth: NDArray[np.bool_], anomalous: NDArray[np.bool_]
    ) -> float:
        """Return the score for a mask of the samples predicted as anomalous."""
        return self._judge(truth, anomalous)

    def _judge(self, truth: NDArray[np.bool_], response: NDArray[Any]) -> float:
        return float(self.sign * self.metric(truth, response, **self.params))

    def __repr__(self) -> str:
        shown = [getattr(self.metric, "__name__", repr(self.metric))]
        shown += [f"{name}={value!r}" for name, value in self.params.items()]
        if self.sign < 0:
            shown.append("greater_is_better=False")
        return f"make_anomaly_scorer({', '.join(shown)})"
