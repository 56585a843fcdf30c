"""Truth that pictures are held against."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_lengths, read_numbers
from skanomaly.detection import Detection
from skanomaly.events import Event, find_events, read_labels


def truth_events(y_true: ArrayLike | None) -> Sequence[Event] | None:
    """Return the true events, None where nothing is known."""
    return None if y_true is None else find_events(read_labels(y_true, name="y_true"))


def judged_part(detection: Detection) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth and errors of the part in which events are looked for."""
    truth = detection.series.truth
    if truth is None:
        raise ValueError("the detection has no truth: pass y to detect.")
    return truth[detection.first :], 0.0 - detection.scores[detection.first :]


def read_judged(
    y_true: ArrayLike, y_score: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth, with anomalies and normal samples in it, and scores."""
    truth = read_labels(y_true, name="y_true")
    score = read_numbers(y_score, name="y_score")
    check_lengths(len(truth), y_score=score)
    if truth.all() or not truth.any():
        kind = "nothing normal" if truth.all() else "no anomaly"
        raise ValueError(
            f"y_true has {kind}, so there is no curve to draw. Pass the truth of a "
            "series with both."
        )
    return truth, score
