"""Labelled tables of records: train on normal records, evaluate on the rest."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Maker = Callable[[int], Any]  # seed to detector


@dataclass(frozen=True)
class Records:
    """Training rows, test rows and truth of these, True for anomalies."""

    train: NDArray[np.float64]
    test: NDArray[np.float64]
    y: NDArray[np.bool_]

    @classmethod
    def split(
        cls,
        X: NDArray[np.float64],
        y: NDArray[np.bool_],
        *,
        seed: int,
        most: int | None = None,
    ) -> "Records":
        """Return half of the normal rows, at most `most`, for training.

        All rows of the other half and all anomalies are test rows. Training rows
        determine the scaling of all.
        """
        normal = np.random.default_rng(seed).permutation(np.flatnonzero(~y))
        learned = normal[: len(normal) // 2]
        judged = np.setdiff1d(np.arange(len(y)), learned)
        train = X[learned[:most]]
        scale = train.std(axis=0)
        scale[scale == 0] = 1
        mean = train.mean(axis=0)
        return cls((train - mean) / scale, (X[judged] - mean) / scale, y[judged])


def judge(detector: Any, records: Records) -> dict[str, float]:
    """Fit a detector on the training rows and return its metrics on the test rows."""
    start = time.perf_counter()
    detector.fit(records.train)
    fitted = time.perf_counter()
    error = -detector.score_samples(records.test)
    scored = time.perf_counter()
    return {
        "roc_auc": float(roc_auc_score(records.y, error)),
        "average_precision": float(average_precision_score(records.y, error)),
        "fit_seconds": round(fitted - start, 2),
        "score_seconds": round(scored - fitted, 2),
    }


def mean_of(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return the mean of each number over rows."""
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
