"""Measure what fits and scores of networks cost: CPU seconds of one thread, and memory.

    python benchmarks/engine.py
    python benchmarks/engine.py --before OTHER_CHECKOUT      also those of another one
    python benchmarks/engine.py --only autoencoder growth

Each figure comes from a process of its own, after the imports. The two checkouts
alternate. Writes benchmarks/results/engine.json.
"""

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from statistics import median
from subprocess import run
from typing import Any

from _results import RESULTS, origin, read_json, write_json

FILE = RESULTS / "engine.json"
ROOT = Path(__file__).parent.parent
FIGURES = Path(__file__).parent / "_engine_figures.py"
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
NAMES = (
    "autoencoder",
    "epochs_cnn",
    "epochs_lstm",
    "grid_search",
    "small_series",
    "growth",
    "architectures",
    "memory_long",
    "memory_wide",
    "linear",
)


def main() -> None:
    parser = ArgumentParser(description="Measure what fits of networks cost.")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    checkouts = {"now": ROOT}
    if options.before is not None:
        checkouts["before"] = options.before.resolve()
    known = read_json(FILE).get("figures", {})
    figures = {name: known.get(name, {}) for name in NAMES}
    made = origin()
    for name in options.only:
        rounds: dict[str, list[Any]] = {which: [] for which in checkouts}
        for _ in range(options.rounds):
            for which, checkout in checkouts.items():
                rounds[which].append(measured(name, checkout))
        figures[name] |= {which: summary(found) for which, found in rounds.items()}
        print(name, json.dumps(figures[name]), flush=True)
        write_json(FILE, {"origin": made, "figures": figures})


def measured(name: str, checkout: Path) -> dict[str, float]:
    """Return the numbers of one figure, from a process that imports a checkout."""
    done = run(
        [sys.executable, str(FIGURES), name],
        env=os.environ | ONE_THREAD | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{name} in {checkout} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def summary(rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median of each number, and all of its values."""
    return {
        name: {
            "median": round(median(one[name] for one in rounds), 4),
            "values": [round(one[name], 4) for one in rounds],
        }
        for name in rounds[0]
    }


if __name__ == "__main__":
    main()
