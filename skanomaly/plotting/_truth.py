"""Truth that pictures are held against."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import Event, find_events, read_labels
from skanomaly.metrics._truth import read_scores


def truth_events(y_true: ArrayLike | None) -> list[Event] | None:
    """Return the true events, None where nothing is known."""
    return None if y_true is None else find_events(read_labels(y_true, name="y_true"))


def read_judged(
    y_true: ArrayLike, y_score: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth, with anomalies and normal samples in it, and scores."""
    truth, score = read_scores(y_true, y_score)
    if truth.all() or not truth.any():
        kind = "nothing normal" if truth.all() else "no anomaly"
        raise ValueError(
            f"y_true has {kind}, so there is no curve to draw. Pass the truth of a "
            "series with both."
        )
    return truth, score


def check_lengths(n_samples: int, **columns: Any) -> None:
    """Raise unless each column that is given has one value a sample."""
    for name, column in columns.items():
        if column is not None and len(column) != n_samples:
            raise ValueError(
                f"{name} has {len(column)} values for {n_samples} samples: pass both "
                "for the same samples."
            )
