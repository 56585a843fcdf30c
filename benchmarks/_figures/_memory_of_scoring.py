"""Memory of scoring a long series; run in a fresh process on Linux.

    python _memory_of_scoring.py fit FILE               fit on a short series and save
    python _memory_of_scoring.py score FILE N_SAMPLES   load and score

Prints one JSON object: resident memory in bytes at the end of each stage.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import joblib
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skanomaly.engine._template  # noqa: F401  loads TensorFlow
from skanomaly import CNNForecastDetector, Shingler

WINDOW = 400
SHORT = 5000


def fit(file: str) -> dict[str, int]:
    """Return the resident memory in bytes after each stage of fitting."""
    memory = {"imports": _resident()}
    detector = CNNForecastDetector(epochs=1, random_state=0)
    pipeline = make_pipeline(StandardScaler(), Shingler(WINDOW), detector)
    pipeline.fit(_sine(SHORT))
    joblib.dump(pipeline, file)
    return {**memory, "fit": _resident()}


def score(file: str, n_samples: str) -> dict[str, int]:
    """Return the resident memory in bytes after each stage of scoring.

    The peak includes the series.
    """
    memory = {"imports": _resident()}
    pipeline = joblib.load(file)
    memory["loaded"] = _resident()
    pipeline.score_samples(_sine(SHORT))
    memory["short_scored"] = _resident()
    X = _sine(int(n_samples))
    _reset_peak()
    pipeline.score_samples(X)
    return {**memory, "peak": _peak(), "series": X.nbytes}


def _sine(n_samples: int) -> np.ndarray:
    X = np.arange(n_samples, dtype=np.float64).reshape(-1, 1)
    X *= 2 * np.pi / WINDOW
    return np.sin(X, out=X)


def _resident() -> int:
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    with open("/proc/self/status") as lines:
        line = next(line for line in lines if line.startswith(name))
    return 1024 * int(line.split()[1])


def _reset_peak() -> None:
    # The peak of the imports does not count.
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


if __name__ == "__main__":
    print(json.dumps({"fit": fit, "score": score}[sys.argv[1]](*sys.argv[2:])))
