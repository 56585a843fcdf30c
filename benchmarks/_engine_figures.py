"""Figures of `engine.py`: each measures one thing in this process and prints it."""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skanomaly import (
    AutoencoderDetector,
    CNNForecastDetector,
    LSTMDetector,
    Shingler,
    make_detector,
)

MIB = 2**20


def series(n: int, n_channels: int = 1, seed: int = 0) -> Any:
    """Return sines of period 50 with noise."""
    rng = np.random.default_rng(seed)
    phase = 2 * np.pi * np.arange(n)[:, np.newaxis] / 50 + np.arange(n_channels)
    return np.sin(phase) + 0.1 * rng.standard_normal((n, n_channels))


def cpu_seconds(action: Callable[[], Any]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def anonymous_mib() -> float:
    """Return the memory of the process that is no file."""
    gc.collect()
    with open("/proc/self/status") as lines:
        line = next(line for line in lines if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def autoencoder() -> dict[str, float]:
    """1,000 samples, window 100, 30 epochs: the first fit, and later ones."""
    X = Shingler(100).fit_transform(series(1000))
    new = AutoencoderDetector(epochs=30, patience=None, random_state=0)
    seconds = [cpu_seconds(lambda: new.fit(X)) for _ in range(6)]
    return {"first": seconds[0], "warm": float(np.median(seconds[1:]))}


def _epochs(detector: type) -> dict[str, float]:
    """Return the seconds of a fit of one epoch, and of each further epoch."""
    X = Shingler(100).fit_transform(series(1000))
    fits = {n: detector(epochs=n, patience=None, random_state=0).fit for n in (1, 11)}
    cpu_seconds(lambda: fits[1](X))
    one, many = (
        np.median([cpu_seconds(lambda n=n: fits[n](X)) for _ in range(3)]) for n in fits
    )
    return {"one epoch": float(one), "further epoch": float(many - one) / 10}


def epochs_cnn() -> dict[str, float]:
    return _epochs(CNNForecastDetector)


def epochs_lstm() -> dict[str, float]:
    return _epochs(LSTMDetector)


def grid_search() -> dict[str, float]:
    """20 fits of an autoencoder on folds of different length."""
    detector = AutoencoderDetector(epochs=10, patience=None, random_state=0)
    search = GridSearchCV(
        make_pipeline(Shingler(100), detector),
        {"autoencoderdetector__validation_split": [0.05, 0.1, 0.15, 0.2]},
        cv=TimeSeriesSplit(5),
        scoring=_mean_score,
        refit=False,
    )
    seconds = cpu_seconds(lambda: search.fit(series(2000)))
    return {"seconds": seconds, "traces": float(_n_traces())}


def _mean_score(model: Any, X: Any, y: Any = None) -> float:
    return float(model.score_samples(X).mean())


def _n_traces() -> int:
    try:
        from skanomaly.engine import TEMPLATES
    except ImportError:  # a checkout without templates
        return -1
    return TEMPLATES.n_traces


def small_series() -> dict[str, float]:
    """64 series of 1,000 samples, each with a recommended pipeline of its own."""
    many = [series(1000, seed=seed) for seed in range(64)]

    def fit_all() -> None:
        for one in many:
            make_detector("autoencoder", random_state=0).fit(one).score_samples(one)

    return {"seconds": cpu_seconds(fit_all)}


def _grown(sizes: Iterable[int]) -> float:
    X = Shingler(100).fit_transform(series(1000))
    before = anonymous_mib()
    for units in sizes:
        new = AutoencoderDetector(hidden_units=(units,), epochs=1, random_state=0)
        new.fit(X).score_samples(X)
    return anonymous_mib() - before


def growth() -> dict[str, float]:
    """200 fits of one architecture, after one."""
    _grown([64])
    return {"MiB": _grown([64] * 200)}


def architectures() -> dict[str, float]:
    """60 fits of as many architectures, and the same once more."""
    _grown([64])
    return {"MiB": _grown(range(2, 62)), "MiB again": _grown(range(2, 62))}


def _peak(X: Any, detector: Any) -> dict[str, float]:
    """Return the peak memory of fit and score, beyond that of the imports."""
    tf.zeros(1)
    make_pipeline(Shingler(10), AutoencoderDetector(epochs=1)).fit(series(300))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe = make_pipeline(Shingler(100), detector)
    pipe.fit(X).score_samples(X)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    return {"MiB": peak, "times the series": peak / (X.nbytes / MIB)}


def memory_long() -> dict[str, float]:
    """1,000,000 samples of one channel, window 100."""
    X = series(1_000_000)
    return _peak(X, AutoencoderDetector(epochs=2, random_state=0))


def memory_wide() -> dict[str, float]:
    """200,000 samples of 38 channels, window 100."""
    X = series(200_000, 38)
    return _peak(X, AutoencoderDetector(n_channels=38, epochs=2, random_state=0))


def linear() -> dict[str, float]:
    """One epoch and the scores of a CNN, by the number of samples."""
    found = {}
    for n in (10_000, 100_000, 1_000_000, 10_000_000):
        X = Shingler(100).fit_transform(series(n))
        new = CNNForecastDetector(horizon=50, epochs=1, random_state=0)
        new.fit(X[:2000])  # traced before the clock starts
        found[n] = cpu_seconds(lambda new=new, X=X: new.fit(X).score_samples(X))
    return {f"{n:,} samples": seconds for n, seconds in found.items()} | {
        "slope of the last step": float(np.log10(found[10**7] / found[10**6]))
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
