"""Figures, and functions that several sections share."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly import Event, ThresholdDetector, find_events, make_detector
from skanomaly.compose import detector_names

# Detectors that learn a threshold themselves, unlike scikit-learn's, which are wrapped.
# Detectors that reconstruct a window step by step are left out: they take a quarter of
# an hour for the long and many windows of the waveform.
_NOT_CLAIMED = {
    "recurrent_autoencoder",
    "seq2seq",
    "ensemble",
    "nearest_window",
    "kernel_features",
    "conv_features",
}
DETECTORS = tuple(
    name
    for name in detector_names()
    if not isinstance(make_detector(name)[-1], ThresholdDetector)
    and name not in _NOT_CLAIMED
)


@dataclass(frozen=True)
class Figure:
    """Claim with its measured values.

    Parameters
    ----------
    asked : str
        Claim and its subject.
    measured : dict
        Numbers and short lists.
    met : bool or None
        Whether the claim holds; None if nothing is claimed.
    """

    asked: str
    measured: dict[str, Any]
    met: bool | None = None


def read_series(file: Path) -> NDArray[np.float64]:
    """Return the numbers of a file, of shape (n_samples, 1).

    They may be on one line or one per line.
    """
    return np.loadtxt(file, delimiter=",").reshape(-1, 1)


def events_in(
    pipeline: Any, X: NDArray[np.float64], *, merge_gap: int = 0
) -> list[Event]:
    """Return the events that a fitted pipeline finds in a series."""
    return find_events(pipeline.decision_function(X), merge_gap=merge_gap)


def spans(events: Iterable[Event]) -> list[list[int]]:
    """Return start and stop of each event."""
    return [[event.start, event.stop] for event in events]
