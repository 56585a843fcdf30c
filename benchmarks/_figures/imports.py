"""Cost of ``import skanomaly``."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from _figures._figure import Figure

REPEATS = 7
HEAVY = ("keras", "tensorflow", "pandas", "matplotlib")


def figures(data: Path) -> Iterator[Figure]:
    ours, theirs = [], []
    _time("import sklearn.ensemble")  # fills the disk cache
    for _ in range(REPEATS):
        ours.append(_time("import skanomaly"))
        theirs.append(_time("import sklearn.ensemble"))
    yield Figure(
        "import skanomaly takes at most 0.2 s more than import sklearn.ensemble "
        f"(processes, median of {REPEATS})",
        {"skanomaly_s": median(ours), "sklearn_ensemble_s": median(theirs)},
        met=median(ours) <= median(theirs) + 0.2,
    )
    code = f"import sys, skanomaly; print(*set({HEAVY}) & set(sys.modules))"
    loaded = sorted(_run(code).split())
    yield Figure(
        f"import skanomaly leaves {', '.join(HEAVY)} unloaded",
        {"loaded": loaded},
        met=not loaded,
    )


def _time(code: str) -> float:
    start = time.perf_counter()
    _run(code)
    return time.perf_counter() - start


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
