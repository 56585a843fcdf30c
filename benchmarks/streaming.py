"""Measure how long a stream takes for a sample, for blocks, and for many series.

    python benchmarks/streaming.py           all recipes and the default ensemble
    python benchmarks/streaming.py cnn pca   these; the others are kept

Writes benchmarks/results/streaming.json: seconds of one core per sample of a series of
two channels, with the least and the usual window of each recipe; samples per second in
blocks; and of 1,000 series at once. Networks are trained for an epoch, as their time
does not depend on what they have learned.
"""

import os

# One core, as the figures are of one.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sys
import warnings
from argparse import ArgumentParser
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from _results import RESULTS, origin, read_json, write_json
from numpy.typing import NDArray

from skanomaly import StreamScorer, make_detector
from skanomaly.compose import detector_names
from skanomaly.datasets import make_periodic

FILE = RESULTS / "streaming.json"
PERIOD, N_TRAIN, N_SAMPLES, N_KEYS = 50, 3000, 600, 1000
BLOCKS = (64, 512)
# Most milliseconds for a sample.
MOST = {"autoencoder": 1, "cnn": 1, "lstm": 3, "nearest_window": 1, "pca": 1}


def main() -> int:
    parser = ArgumentParser(description="Measure the latency of streams.")
    parser.add_argument("names", nargs="*", metavar="RECIPE")
    names = parser.parse_args().names or detector_names()
    former = read_json(FILE)
    recipes, run = former.get("recipes", {}), origin()
    for name in names:
        recipes[name] = {"run": run["date"], **measured(name)}
        print(name, recipes[name], flush=True)
        runs = former.get("runs", {}) | {run["date"]: run}
        used = {one["run"] for one in recipes.values()}
        kept = {date: one for date, one in runs.items() if date in used}
        write_json(FILE, {"runs": kept, "recipes": recipes})
    return 0 if all(recipes[name]["met"] is not False for name in names) else 1


def measured(name: str) -> dict[str, Any]:
    X = np.tile(make_periodic(N_TRAIN, period=PERIOD, random_state=0).X, (1, 2))
    X += np.random.default_rng(0).normal(scale=0.1, size=X.shape)
    model = make_detector(name, random_state=0)
    if "epochs" in model[-1].get_params():
        model[-1].set_params(epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X)
    stream = StreamScorer(model, offset=-np.inf)  # alarms take further time
    by_sample = per_sample(stream, X)
    most = MOST.get(name)
    cpu = 1e3 * by_sample["cpu_seconds"]
    return {
        "window": stream.window_,
        "delay": stream.delay_,
        "cpu_ms_per_sample": cpu,
        "median_ms": 1e3 * by_sample["median"],
        "p99_ms": 1e3 * by_sample["p99"],
        "tensorflow_cpu_ms_per_sample": 1e3
        * per_sample(StreamScorer(model, offset=-np.inf, backend="tensorflow"), X)[
            "cpu_seconds"
        ],
        "samples_per_second": {n: in_blocks(stream, X, n) for n in BLOCKS},
        "state_bytes": len(stream.to_bytes()),
        "many_series": of_many(stream, X),
        "most_ms": most,
        "met": None if most is None else cpu <= most,
    }


def per_sample(stream: StreamScorer, X: NDArray[np.float64]) -> dict[str, float]:
    """Return seconds for a sample, after a window of warming up."""
    start = stream.window_ + 50
    stream.update(X[:start])
    for x in X[start : start + 20]:
        stream.update(x[np.newaxis])
    walls, cpu = [], process_time()
    for x in X[:N_SAMPLES]:
        began = perf_counter()
        stream.update(x[np.newaxis])
        walls.append(perf_counter() - began)
    cpu = process_time() - cpu
    return {
        "cpu_seconds": cpu / N_SAMPLES,
        "median": median(walls),
        "p99": float(np.quantile(walls, 0.99)),
    }


def in_blocks(stream: StreamScorer, X: NDArray[np.float64], size: int) -> float:
    """Return samples per second of one core."""
    blocks = [X[i : i + size] for i in range(0, len(X) - size + 1, size)]
    stream.update(blocks[0])
    cpu = process_time()
    for block in blocks:
        stream.update(block)
    return len(blocks) * size / (process_time() - cpu)


def of_many(stream: StreamScorer, X: NDArray[np.float64]) -> dict[str, float]:
    """Return the seconds for a sample of each of many series, and their memory."""
    start = stream.window_ + 5
    for key in range(N_KEYS):
        stream.update(X[key : key + start], key)
    n_ticks, cpu = 3, process_time()
    for tick in range(n_ticks + 1):
        if tick == 1:
            cpu = process_time()
        ends = [key + start + tick for key in range(N_KEYS)]
        stream.observe_many({key: X[[end]] for key, end in enumerate(ends)})
    seconds = (process_time() - cpu) / n_ticks
    for key in range(N_KEYS):
        stream.reset(key)
    return {
        "n": N_KEYS,
        "cpu_ms_for_one_sample_of_each": 1e3 * seconds,
        "samples_per_second": N_KEYS / seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
