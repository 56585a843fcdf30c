"""A threshold for a rate of false events leads to as many of them."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from _figures._figure import Figure
from skanomaly import detect, make_detector
from skanomaly.detection import tail_of

# No constant was chosen on the series of these seeds.
SEEDS = range(300, 320)
N_JUDGED = 100_000
# A tenth is held out: half of the longest interval between two events, and three.
N_TRAIN = (50_000, 300_000)
# Others take a minute per series.
DETECTOR = "pca"
RATES = (1 / 1_000, 1 / 3_000, 1 / 10_000)
FACTOR = 2.0


def _noise(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.normal(size=n)


def _periodic(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    phase = 2 * np.pi * (np.arange(n) / 96 + rng.uniform())
    return np.sin(phase) + 0.5 * np.sin(2 * phase + 1) + rng.normal(0, 0.2, n)


def _autoregressive(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.asarray(lfilter([1], [1, -0.9], rng.normal(size=n + 500))[500:])


KINDS: dict[str, Callable[[int, np.random.Generator], NDArray[np.float64]]] = {
    "noise": _noise,
    "periodic": _periodic,
    "autoregressive": _autoregressive,
}


def figures(data: Path) -> Iterator[Figure]:
    # That a threshold is extrapolated is part of what is measured.
    warnings.filterwarnings("ignore", ".*so it is extrapolated")
    for n_train in N_TRAIN:
        for kind in KINDS:
            yield from _figures_of(kind, n_train)


def _figures_of(kind: str, n_train: int) -> Iterator[Figure]:
    """Yield, for each rate, how many events there are of how many asked for."""
    counts: dict[float, list[int]] = {rate: [] for rate in RATES}
    n_held_out = 0
    for seed in SEEDS:
        X = KINDS[kind](n_train + N_JUDGED, np.random.default_rng(seed))[:, np.newaxis]
        pipeline = make_detector(DETECTOR, threshold="rate:1/1000", random_state=0)
        found = detect(pipeline.fit(X[:n_train]), X[n_train:], threshold="fit")
        # One fit knows the thresholds of all rates.
        tail = tail_of(pipeline)
        assert tail is not None
        assert found.offset == -tail.threshold(1 / 1000)
        n_held_out = tail.n_samples
        for rate in RATES:
            at_rate = replace(found, offset=-tail.threshold(rate))
            counts[rate].append(len(at_rate.events))
    for rate, found_of in counts.items():
        asked, events = rate * N_JUDGED, float(np.mean(found_of))
        yield Figure(
            f"{DETECTOR}, rate:1/{1 / rate:.0f} on {len(SEEDS)} series of {kind}, "
            f"learned from {n_held_out} samples: events in {N_JUDGED} normal samples "
            "within a factor of two of what was asked, in the mean",
            {
                "events": events,
                "asked": asked,
                "ratio": events / asked,
                "smallest_and_largest": [min(found_of), max(found_of)],
            },
            met=1 / FACTOR <= events / asked <= FACTOR,
        )
