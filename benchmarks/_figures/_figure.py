"""What a figure is, and what several sections measure with."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly import Event, ThresholdDetector, find_events, make_detector
from skanomaly.compose import detector_names

# Those that learn a threshold themselves; scikit-learn's are within another detector.
# Without those that write a window step by step, which takes a quarter of an hour where
# windows are as long and as many as in the waveform.
DETECTORS = tuple(
    name
    for name in detector_names()
    if not isinstance(make_detector(name)[-1], ThresholdDetector)
    and name not in {"recurrent_autoencoder", "seq2seq"}
)


@dataclass(frozen=True)
class Figure:
    """One figure: what is asked, what came, and whether that will do.

    Parameters
    ----------
    asked : str
        The claim, and what it is about.
    measured : dict
        Numbers and short lists.
    met : bool or None
        None where nothing particular is asked for.
    """

    asked: str
    measured: dict[str, Any]
    met: bool | None = None


def read_series(file: Path) -> NDArray[np.float64]:
    """Return the numbers of a file, one a line or all in one, as (n_samples, 1)."""
    return np.loadtxt(file, delimiter=",").reshape(-1, 1)


def events_in(
    pipeline: Any, X: NDArray[np.float64], *, merge_gap: int = 0
) -> list[Event]:
    """Return the events that a fitted pipeline finds in a series."""
    return find_events(pipeline.decision_function(X), merge_gap=merge_gap)


def spans(events: Iterable[Event]) -> list[list[int]]:
    """Return start and stop of each event."""
    return [[event.start, event.stop] for event in events]
