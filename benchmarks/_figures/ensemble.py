"""Time and memory of the recommended ensemble."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from _figures._figure import Figure

# Samples, and the most seconds of one core that they may take.
SIZES = {10_000: 10, 200_000: 60, 1_000_000: None}
# Memory is judged by the longest series: short ones take less than the libraries.
MOST_TIMES = 20
_SCRIPT = Path(__file__).with_name("_cost_of_ensemble.py")


def figures(data: Path) -> Iterator[Figure]:
    for n_samples, most in SIZES.items():
        cost = _run(n_samples)
        what = f"ensemble: fit to half of {n_samples:,} samples and score all of them"
        if most is not None:
            asked = f"{what} in at most {most} s of one core, without TensorFlow"
            met = cost["cpu_seconds"] <= most and not cost["tensorflow"]
        else:
            asked = f"{what}: peak memory at most {MOST_TIMES} times the series"
            met = cost["times_the_series"] <= MOST_TIMES
        yield Figure(asked, cost, met=met)


def _run(n_samples: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), str(n_samples)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)
