"""Cost of the recommended ensemble; run in a fresh process on Linux.

    python _cost_of_ensemble.py N_SAMPLES

Prints one JSON object: processor seconds, resident memory in bytes, and whether
TensorFlow was loaded.
"""

import json
import sys
import time
from resource import RUSAGE_SELF, getrusage

import numpy as np

from skanomaly import make_detector

PERIOD = 288
SHORT = 5000


def cost(n_samples: int) -> dict[str, float | bool]:
    """Return what it takes to fit to half of a noisy wave and to score all of it."""
    fit_and_score(SHORT)  # what all sizes need alike
    X_size, before = n_samples * 8, _peak()
    start = time.process_time()
    fit_and_score(n_samples)
    return {
        "cpu_seconds": round(time.process_time() - start, 2),
        "times_the_series": round((_peak() - before) / X_size, 1),
        "tensorflow": "tensorflow" in sys.modules,
    }


def fit_and_score(n_samples: int) -> None:
    rng = np.random.default_rng(0)
    X = np.sin(2 * np.pi * np.arange(n_samples) / PERIOD)[:, np.newaxis]
    X += 0.2 * rng.normal(size=X.shape)
    pipeline = make_detector("ensemble", random_state=0).fit(X[: n_samples // 2])
    pipeline.score_samples(X)


def _peak() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(cost(int(sys.argv[1]))))
