"""True labels for the displays that need them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_lengths, read_numbers
from skanomaly.detection import Detection
from skanomaly.events import Event, find_events, read_labels


def truth_events(y_true: ArrayLike | None) -> Sequence[Event] | None:
    """Return the events of the true labels; None if these are not known."""
    return None if y_true is None else find_events(read_labels(y_true, name="y_true"))


def judged_part(detection: Detection) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return true labels and errors of the part that was searched for events."""
    truth = detection.series.truth
    if truth is None:
        raise ValueError("The detection has no truth. Pass y to skanomaly.detect.")
    return truth[detection.first :], 0.0 - detection.scores[detection.first :]


def read_judged(
    y_true: ArrayLike, y_score: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return validated true labels, which must contain both classes, and scores."""
    truth = read_labels(y_true, name="y_true")
    score = read_numbers(y_score, name="y_score")
    check_lengths(len(truth), y_score=score)
    if truth.all() or not truth.any():
        kind = "no normal sample" if truth.all() else "no anomaly"
        raise ValueError(
            f"y_true has {kind}, so the curve is not defined. Pass true labels with "
            "both anomalous and normal samples."
        )
    return truth, score
