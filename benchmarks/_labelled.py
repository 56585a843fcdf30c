"""Labelled series in two halves, and a metric of how scores rank their samples."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

METRIC = "mean_average_precision_of_widened_truth"
ABOUT_METRIC = (
    "average_precision_score of scikit-learn with the truth widened by half the buffer "
    "to each side, mean over buffers of 0, 50 and 100 samples: what defaults were "
    "chosen by, before the package had VUS-PR"
)
BUFFERS = (0, 50, 100)
LONGEST = 25_000


@dataclass(frozen=True)
class Series:
    """Labelled series with a training part at its beginning."""

    name: str
    X: NDArray[np.float64]
    y: NDArray[np.bool_]
    train_size: int

    @classmethod
    def read(cls, file: Path) -> "Series":
        """Return the series of an .npz file."""
        with np.load(file) as held:
            return cls(
                name=file.stem,
                X=held["X"].astype(np.float64),
                y=held["y"] > 0,
                train_size=int(held["train_size"]),
            )

    @property
    def training(self) -> NDArray[np.float64]:
        """Training part of the series."""
        return self.X[: self.train_size]

    def judge(self, errors: NDArray[np.float64]) -> float:
        """Return the metric of the errors of all samples, higher for anomalies."""
        return float(
            np.mean(
                [
                    average_precision_score(_widen(self.y, buffer // 2), errors)
                    for buffer in BUFFERS
                ]
            )
        )


def half_of_series(data: Path, first: int, n_series: int | None = None) -> list[Series]:
    """Return every other series of the sorted univariate files, without the longest.

    Defaults were chosen on the half with ``first=0`` alone, never on that with
    ``first=1``.
    """
    files = sorted((data / "tsb-ad-u").glob("*.npz"))[first::2]
    series = [one for one in map(Series.read, files) if len(one.y) < LONGEST]
    if n_series is None or n_series >= len(series):
        return series
    # Files are sorted by source, so the first ones are all of one kind.
    chosen = np.linspace(0, len(series) - 1, n_series).round().astype(int)
    return [series[position] for position in chosen]


def _widen(y: NDArray[np.bool_], n_samples: int) -> NDArray[np.bool_]:
    """Return the truth with each event extended by `n_samples` to both sides."""
    return np.convolve(y, np.ones(2 * n_samples + 1), "same") > 0
