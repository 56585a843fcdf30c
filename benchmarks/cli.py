"""Measure the time of ``skanomaly detect``, next to ``import tensorflow``.

    python benchmarks/cli.py

Each command is a process of its own. The commands alternate, so that a load of the
machine reaches all of them, and a ratio is the median of those within each round. The
phases come from further processes. Writes benchmarks/results/cli.json.
"""

import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, PIPE, run
from tempfile import TemporaryDirectory

import numpy as np
from _results import RESULTS, origin, write_json

from skanomaly.datasets import make_periodic

N_SAMPLES, N_ROUNDS, N_PHASED = 10_000, 9, 5
DETECTORS = ("autoencoder", "pca")
REFERENCE = "import tensorflow"
PHASES = Path(__file__).with_name("_phases.py")

Numbers = dict[str, float]


def main() -> None:
    made = origin()
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_series(folder / "series.csv")
        one_round(folder)  # fills the disk cache
        rounds = [one_round(folder) for _ in range(N_ROUNDS)]
        phases = {detector: phases_of(detector, folder) for detector in DETECTORS}
    results = {
        "n_samples": N_SAMPLES,
        "seconds": {name: medians(one[name] for one in rounds) for name in rounds[0]},
        "ratios": {
            name: medians(ratios(one[name], one[REFERENCE]) for one in rounds)
            for name in rounds[0]
        },
        "phases": phases,
    }
    write_json(RESULTS / "cli.json", {"origin": made, **results, "rounds": rounds})
    print(json.dumps(results, indent=1))


def write_series(file: Path) -> None:
    times = np.datetime64("2024-01-01") + np.arange(N_SAMPLES).astype("m8[m]")
    values = make_periodic(N_SAMPLES, random_state=0).X[:, 0]
    rows = zip(times.astype(str), values.tolist(), strict=True)
    file.write_text("time,cpu\n" + "".join(f"{at},{value}\n" for at, value in rows))


def detect_with(detector: str) -> list[str]:
    return ["detect", "series.csv", "--detector", detector, "--quiet"]


def one_round(folder: Path) -> dict[str, Numbers]:
    """Run each command once; return the seconds of each."""
    commands = {name: ["-m", "skanomaly", *detect_with(name)] for name in DETECTORS}
    commands[REFERENCE] = ["-c", REFERENCE]
    return {name: timed(command, folder) for name, command in commands.items()}


def timed(command: list[str], folder: Path) -> Numbers:
    """Run Python; return the seconds on the clock and those of all its threads."""
    start, before = time.perf_counter(), os.times()
    run([sys.executable, *command], cwd=folder, stderr=DEVNULL, check=True)
    wall, after = time.perf_counter() - start, os.times()
    user = after.children_user - before.children_user
    return {
        "wall": wall,
        "cpu": user + after.children_system - before.children_system,
    }


def ratios(one: Numbers, other: Numbers) -> Numbers:
    return {what: one[what] / other[what] for what in one}


def medians(many: Iterable[Numbers]) -> Numbers:
    rows = list(many)
    return {what: round(median(row[what] for row in rows), 3) for what in rows[0]}


def phases_of(detector: str, folder: Path) -> Numbers:
    """Return the median seconds of the phases of a process."""
    return medians(phases_once(detector, folder) for _ in range(N_PHASED))


def phases_once(detector: str, folder: Path) -> Numbers:
    command = [sys.executable, str(PHASES), str(time.time()), *detect_with(detector)]
    done = run(command, cwd=folder, stdout=PIPE, check=True)
    phases: Numbers = json.loads(done.stdout)
    phases["end of the process"] = time.time() - phases.pop("ended")
    return phases


if __name__ == "__main__":
    main()
