"""Validation of true labels, predicted labels and scores."""

import warnings
from math import nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import UndefinedMetricWarning

from skanomaly._validation import read_numbers
from skanomaly.events import read_labels, runs


class Runs(NamedTuple):
    """Arrays of the starts and stops of events ``[start, stop)``, sorted by time."""

    start: NDArray[np.intp]
    stop: NDArray[np.intp]

    @property
    def length(self) -> NDArray[np.intp]:
        """Number of samples in each event."""
        return self.stop - self.start

    @classmethod
    def of(cls, anomalous: NDArray[np.bool_]) -> "Runs":
        """Find the events in a mask of anomalous samples."""
        return cls(*runs(anomalous))


def read_truth(y_true: ArrayLike, *, name: str = "y_true") -> NDArray[np.bool_]:
    """Return a mask of the samples labelled anomalous. Raise if there is no sample."""
    truth = read_labels(y_true, name=name)
    if not truth.size:
        raise ValueError(f"{name} must be one value per sample, got none.")
    return truth


def read_scores(
    y_true: ArrayLike, y_score: ArrayLike, *, name: str = "y_score"
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return the mask of true labels, and the scores of the same samples."""
    truth = read_truth(y_true)
    score = read_numbers(y_score, name=name)
    _check_lengths(truth, score, name=name)
    return truth, score


def read_predictions(
    y_true: ArrayLike, y_pred: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the masks of true and predicted labels of the same samples."""
    truth = read_truth(y_true)
    found = read_truth(y_pred, name="y_pred")
    _check_lengths(truth, found, name="y_pred")
    return truth, found


def undefined(metric: str, why: str) -> float:
    """Warn that a metric is not defined, and return NaN."""
    warnings.warn(
        f"{metric} is not defined because {why}. It is set to NaN.",
        UndefinedMetricWarning,
        stacklevel=3,
    )
    return nan


NO_ANOMALY = "y_true has no anomaly"


def f_score(precision: float, recall: float, beta: float = 1.0) -> float:
    """Return the weighted harmonic mean of precision and recall, 0 if both are 0."""
    if not precision + recall > 0:
        return precision + recall  # 0, or NaN if either is NaN
    weight = beta**2
    return (1 + weight) * precision * recall / (weight * precision + recall)


def _check_lengths(truth: NDArray[Any], other: NDArray[Any], *, name: str) -> None:
    if len(truth) != len(other):
        raise ValueError(
            f"y_true has {len(truth)} samples and {name} has {len(other)}. Pass both "
            "for the same samples."
        )
