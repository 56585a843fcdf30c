"""A metric that judges a fitted outlier detector, whatever signs either has."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import read_labels


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
        # A decision function alone tells no sign: with PyOD's, higher is worse.
        scores = np.asarray(estimator.score_samples(X), dtype=np.float64)
        return self.of_scores(truth, scores)

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
