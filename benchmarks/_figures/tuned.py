"""Thresholds tuned on the labels of the first events of series with several."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from _labelled import Series
from numpy.typing import NDArray

from _figures._figure import Figure
from skanomaly import TunedThresholdDetectorCV, find_events, make_detector
from skanomaly.metrics import event_f1_score

NAMES = ("autoencoder", "pca")
SCORINGS = ("event_f1", "range_f", "affiliation_f")
DEFAULT = "autoencoder"
# Number of thresholds to find the best possible one.
N_THRESHOLDS = 500


def figures(data: Path) -> Iterator[Figure]:
    files = sorted((data / "tsb-ad-u").glob("*.npz"))
    series = [one for one in map(Series.read, files) if len(_later_events(one)) > 1]
    for name in NAMES:
        trials = {one.name: _trial(name, one) for one in series}
        mean = {
            key: float(np.mean([trial[key] for trial in trials.values()]))
            for key in next(iter(trials.values()))
        }
        f1 = {how: mean[f"{how}: event F1"] for how in ("auto", "event_f1", "oracle")}
        yield Figure(
            f"{name}: threshold tuned on the first half of the events is better on the "
            f"rest than auto, mean event F1 of {len(series)} series",
            mean | {"series": trials},
            met=f1["event_f1"] > f1["auto"],
        )
        share = f1["auto"] / f1["oracle"]
        yield Figure(
            f"{name}: auto reaches at least 60 % of the event F1 of the best threshold "
            "that calls at most half of the samples anomalous",
            {"share": share},
            met=share >= 0.6 if name == DEFAULT else None,
        )


def _later_events(series: Series) -> list[tuple[int, int]]:
    """Return the true events after the training part."""
    truth = series.y.astype(int)
    truth[: series.train_size] = 0
    return [(event.start, event.stop) for event in find_events(truth)]


def _trial(name: str, series: Series) -> dict[str, float]:
    """Return metrics of thresholds on the samples after half of the later events."""
    events = _later_events(series)
    half = len(events) // 2
    cut = (events[half - 1][1] + events[half][0]) // 2
    labelled, rest = slice(series.train_size, cut), slice(cut, None)
    pipeline = make_detector(name, random_state=0).fit(series.training)
    scores = pipeline.score_samples(series.X)[rest]
    offsets = {"auto": pipeline[-1].offset_}
    for scoring in SCORINGS:
        tuned = TunedThresholdDetectorCV(pipeline, scoring=scoring, cv="prefit")
        tuned.fit(series.X[labelled], series.y[labelled].astype(int))
        offsets[scoring] = tuned.best_threshold_
    offsets["oracle"] = _oracle(series.y[rest], scores)
    judged = {}
    for how, offset in offsets.items():
        judged[f"{how}: event F1"] = event_f1_score(series.y[rest], scores < offset)
        judged[f"{how}: share called anomalous"] = float((scores < offset).mean())
    return judged


def _oracle(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    offsets = np.quantile(scores, np.linspace(0, 0.5, N_THRESHOLDS))
    return max(offsets, key=lambda offset: event_f1_score(truth, scores < offset))
