"""Read truth, labels and scores, and say what cannot be judged."""

import warnings
from math import nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import UndefinedMetricWarning

from skanomaly._validation import read_numbers
from skanomaly.events import read_labels, runs


class Runs(NamedTuple):
    """Events as arrays, in the order of time: ``[start, stop)``."""

    start: NDArray[np.intp]
    stop: NDArray[np.intp]

    @property
    def length(self) -> NDArray[np.intp]:
        """Samples in each event."""
        return self.stop - self.start

    @classmethod
    def of(cls, anomalous: NDArray[np.bool_]) -> "Runs":
        """Find the events of a series."""
        return cls(*runs(anomalous))


def read_truth(y_true: ArrayLike, *, name: str = "y_true") -> NDArray[np.bool_]:
    """Return which of the samples, at least one, are anomalous."""
    truth = read_labels(y_true, name=name)
    if not truth.size:
        raise ValueError(f"{name} must be one value per sample, got none.")
    return truth


def read_scores(
    y_true: ArrayLike, y_score: ArrayLike, *, name: str = "y_score"
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth and scores of the same samples."""
    truth = read_truth(y_true)
    score = read_numbers(y_score, name=name)
    _check_lengths(truth, score, name=name)
    return truth, score


def read_predictions(
    y_true: ArrayLike, y_pred: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return truth and labels of the same samples."""
    truth = read_truth(y_true)
    found = read_truth(y_pred, name="y_pred")
    _check_lengths(truth, found, name="y_pred")
    return truth, found


def undefined(metric: str, why: str) -> float:
    """Warn that a metric has no value here, and return NaN."""
    warnings.warn(
        f"{metric} is not defined {why}, and is NaN.",
        UndefinedMetricWarning,
        stacklevel=3,
    )
    return nan


NO_ANOMALY = "where y_true has no anomaly"


def f_score(precision: float, recall: float, beta: float = 1.0) -> float:
    """Return the weighted harmonic mean, 0 where both are 0."""
    if not precision + recall > 0:
        return precision + recall  # 0, or NaN where either is
    weight = beta**2
    return (1 + weight) * precision * recall / (weight * precision + recall)


def _check_lengths(truth: NDArray[Any], other: NDArray[Any], *, name: str) -> None:
    if len(truth) != len(other):
        raise ValueError(
            f"y_true has {len(truth)} samples and {name} has {len(other)}: pass both "
            "for the same samples."
        )
