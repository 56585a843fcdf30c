"""Effect of ``contamination_trim`` on series with anomalies in their training part."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from _labelled import Series

from _figures._figure import Figure
from skanomaly import make_detector

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2)
NAMES = ("autoencoder", "pca", "dense")
SEEDS = (0, 1, 2)


def figures(data: Path) -> Iterator[Figure]:
    files = sorted((data / "tsb-ad-u").glob("*.npz"))
    series = [
        one
        for one in map(Series.read, files)
        if one.y[: one.train_size].any() and one.y[one.train_size :].any()
    ]
    for name in NAMES:
        for share in SHARES:
            seeds = SEEDS[:1] if name == "pca" else SEEDS
            trials = [
                [_trial(name, one, share, seed) for one in series] for seed in seeds
            ]
            yield Figure(
                f"{name}, contamination_trim={share}, {len(series)} series with "
                "anomalies in their training part: mean average precision, and share "
                "of the later anomalies and of the later normal samples beyond the "
                "threshold",
                {
                    key: float(np.mean([[one[key] for one in t] for t in trials]))
                    for key in trials[0][0]
                }
                | {
                    "series": {
                        one.name: float(np.mean([t[i]["precision"] for t in trials]))
                        for i, one in enumerate(series)
                    }
                },
            )


def _trial(name: str, series: Series, share: float, seed: int) -> dict[str, Any]:
    pipeline = make_detector(name, contamination_trim=share, random_state=seed)
    pipeline.fit(series.training)
    scores = pipeline.score_samples(series.X)
    later = slice(series.train_size, None)
    beyond, y = scores[later] < pipeline[-1].offset_, series.y[later]
    return {
        "precision": series.judge(-scores),
        "found": float(beyond[y].mean()),
        "false": float(beyond[~y].mean()),
    }
