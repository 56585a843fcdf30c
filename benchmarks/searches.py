"""Measure the cost of trying many thresholds.

    python benchmarks/searches.py

On one generated series, in one run: a search with a single threshold, to which the
others are compared; a threshold learned from labels among many candidates; and a grid
search over as many with a cache of fits. Writes benchmarks/results/searches.json.
"""

import os
from collections.abc import Callable
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _results import RESULTS, origin, write_json
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    CNNForecastDetector,
    Shingler,
    SigmaThreshold,
    TunedThresholdDetectorCV,
)
from skanomaly.datasets import make_periodic
from skanomaly.metrics import make_anomaly_scorer

N_THRESHOLDS, N_FOLDS, WINDOW, REPEATS = 50, 3, 100, 3
SEARCHED = "cnnforecastdetector__threshold__k"


class Counter(keras.callbacks.Callback):
    """Count the trainings of all copies of this callback."""

    trainings = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Count one training."""
        Counter.trainings += 1


def main() -> None:
    made = make_periodic(random_state=0)
    several = np.linspace(2, 20, N_THRESHOLDS)

    def grid(thresholds: Any, memory: str | None) -> None:
        GridSearchCV(
            detector(memory),
            {SEARCHED: thresholds},
            cv=TimeSeriesSplit(N_FOLDS, gap=WINDOW),
            scoring=make_anomaly_scorer("event_recall"),
            error_score="raise",
        ).fit(made.X, made.y)

    def remembering() -> None:
        with TemporaryDirectory() as folder:
            grid(several, folder)

    def tuned() -> None:
        TunedThresholdDetectorCV(
            detector(None), thresholds=N_THRESHOLDS, cv=N_FOLDS
        ).fit(made.X, made.y)

    ways: dict[str, Callable[[], None]] = {
        "one threshold": lambda: grid(several[:1], None),
        "TunedThresholdDetectorCV": tuned,
        "GridSearchCV with memory": remembering,
    }
    ways["one threshold"]()  # imports and first-time costs that all of them share
    runs = [{name: cost(way) for name, way in ways.items()} for _ in range(REPEATS)]
    first = [run["one threshold"]["seconds"] for run in runs]
    results = {
        name: {
            "trainings": runs[0][name]["trainings"],
            "seconds": median(run[name]["seconds"] for run in runs),
            "times one threshold": median(
                run[name]["seconds"] / base
                for run, base in zip(runs, first, strict=True)
            ),
        }
        for name in ways
    }
    about = {
        "thresholds": N_THRESHOLDS,
        "folds": N_FOLDS,
        "samples": len(made.X),
        "window": WINDOW,
        "repeats, of which medians are given": REPEATS,
    }
    write_json(
        RESULTS / "searches.json",
        {"origin": origin(), "about": about, "results": results},
    )
    for name, result in results.items():
        print(f"{name:26} {result}")


def detector(memory: str | None) -> Pipeline:
    return make_pipeline(
        StandardScaler(),
        Shingler(WINDOW),
        CNNForecastDetector(
            threshold=SigmaThreshold(),
            memory=memory,
            callbacks=[Counter()],
            random_state=0,
        ),
    )


def cost(way: Callable[[], None]) -> dict[str, float]:
    before, start = Counter.trainings, perf_counter()
    way()
    return {
        "seconds": perf_counter() - start,
        "trainings": Counter.trainings - before,
    }


if __name__ == "__main__":
    main()
