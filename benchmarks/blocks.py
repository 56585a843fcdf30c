"""Measure the memory and the time of scores of a series that is larger than memory.

    python benchmarks/blocks.py                  10,000,000 samples with the cnn
    python benchmarks/blocks.py cnn 100000000    a detector and a number of samples

A model of one channel scores a memory map into another one, in a process of its own and
with one thread. The peak of the resident memory includes the libraries of TensorFlow,
which anonymous memory does not. Writes benchmarks/results/blocks.json, and exits with 1
if more than 1 GB was needed.
"""

import json
import os
import sys
import time
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import numpy as np
from _results import RESULTS, origin, read_json, write_json
from numpy.lib.format import open_memmap

from skanomaly import load_model, make_detector, save_model, score_blocks

DEFAULT = ("cnn", "10000000")
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
N_TRAIN, PERIOD = 20_000, 288
MOST_BYTES = 1_000_000_000
# Samples that are made, and compared with scores of the whole, at once.
PART = 1_000_000


def main() -> int:
    detector, n_samples = [*sys.argv[1:], *DEFAULT[len(sys.argv) - 1 :]]
    run_of = {"origin": origin()}
    with TemporaryDirectory() as name:
        write_series(Path(name) / "series.npy", int(n_samples))
        run_of |= measured(detector, Path(name))
    print(detector, n_samples, json.dumps(run_of, indent=1))
    kept = read_json(RESULTS / "blocks.json")
    write_json(RESULTS / "blocks.json", kept | {f"{detector} {n_samples}": run_of})
    return int(run_of["peak_bytes"] > MOST_BYTES)


def write_series(file: Path, n_samples: int) -> None:
    series = open_memmap(file, mode="w+", dtype=np.float64, shape=(n_samples, 1))
    rng = np.random.default_rng(0)
    for first in range(0, n_samples, PART):
        steps = np.arange(first, min(first + PART, n_samples))
        wave = np.sin(2 * np.pi * steps / PERIOD)
        series[steps, 0] = wave + 0.1 * rng.normal(size=len(steps))
    series.flush()


def measured(detector: str, folder: Path) -> dict[str, Any]:
    """Fit a model, and return what another process needs to score with it."""
    series = np.load(folder / "series.npy", mmap_mode="r")
    model = make_detector(detector, random_state=0).fit(np.array(series[:N_TRAIN]))
    save_model(model, folder / "model.skanomaly")
    command = [sys.executable, __file__, "score", str(folder)]
    alone = os.environ | dict.fromkeys(THREADS, "1")
    done = run(command, capture_output=True, text=True, check=True, env=alone)
    scores = np.load(folder / "scores.npy", mmap_mode="r")[-PART // 2 :]
    whole = model.score_samples(np.array(series[-PART:]))[-PART // 2 :]
    differs = scores != whole  # a score may be 0
    difference = np.abs(scores[differs] / whole[differs] - 1).max(initial=0)
    return json.loads(done.stdout) | {"largest_relative_difference": difference}


def score(folder: Path) -> dict[str, float]:
    """Score a series, and return memory in bytes and seconds."""
    model = load_model(folder / "model.skanomaly")
    source = np.load(folder / "series.npy", mmap_mode="r")
    n = len(source)
    out = open_memmap(folder / "scores.npy", mode="w+", dtype=np.float64, shape=(n,))
    score_blocks(model, source[:N_TRAIN])  # traces
    loaded = resident("VmRSS")
    with LargestAnonymous() as anonymous:
        wall, cpu = time.perf_counter(), time.process_time()
        score_blocks(model, source, out=out)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "loaded_bytes": loaded,
        "peak_bytes": resident("VmHWM"),
        "peak_anonymous_bytes": anonymous.largest,
        "cpu_seconds": round(cpu, 1),
        "wall_seconds": round(wall, 1),
        "samples_per_cpu_second": round(n / cpu),
    }


class LargestAnonymous:
    """Largest anonymous memory, looked at ten times per second."""

    def __enter__(self) -> "LargestAnonymous":
        self.largest, self._done = 0, Event()
        self._thread = Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.1):
            self.largest = max(self.largest, resident("RssAnon"))


def resident(name: str) -> int:
    with open("/proc/self/status") as lines:
        line = next(line for line in lines if line.startswith(name))
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["score"]:
        print(json.dumps(score(Path(sys.argv[2]))))
    else:
        sys.exit(main())
