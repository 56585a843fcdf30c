"""Measure one run of one detector: times of fit and scoring, and the loss.

Called by the runners of this folder, each in a process of its own, as
``python RUNNER.py DATA.npz SCORES.npy SETTINGS``. It needs no package but NumPy, since
each runner is executed in the environment of the package that it measures.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Samples to warm up with, in windows.
FEW = 4


class Measured(Protocol):
    """Detector of any package, as `measure` uses it."""

    def fit(self, series: Array) -> None:
        """Fit to a series of shape (n_samples,)."""

    def score(self, series: Array) -> Array:
        """Return the error of each sample, higher for anomalies."""

    def loss(self, windows: Array) -> float | None:
        """Return the mean squared error on windows of shape (n_windows, n_steps)."""

    def epochs(self) -> int | None:
        """Return the number of epochs of the last fit, None without epochs."""


def measure(detectors: dict[str, Callable[..., Measured]]) -> None:
    """Fit and score the detector that the command line names, and print the record."""
    data, scores, text = sys.argv[1:]
    settings = json.loads(text)
    make = detectors[settings.pop("detector")]
    with np.load(data) as held:
        train, series, held_out = held["train"], held["series"], held["held_out"]
    # Packages import parts of themselves in their first fit.
    short = settings | ({"epochs": 1} if "epochs" in settings else {})
    few = train[: FEW * settings["window"]]
    warm = make(**short)
    warm.fit(few)
    warm.score(few)
    detector = make(**settings)
    _, fit = _timed(lambda: detector.fit(train))
    errors, score = _timed(lambda: detector.score(series))
    np.save(scores, errors)
    record = {
        "fit_cpu": fit[0],
        "fit_wall": fit[1],
        "score_cpu": score[0],
        "score_wall": score[1],
        "epochs": detector.epochs(),
        "loss": detector.loss(held_out),
    }
    print(json.dumps(record))


def _timed(step: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """Return the result of a step, and its seconds of CPU and of wall clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = step()
    return result, (time.process_time() - cpu, time.perf_counter() - wall)
