"""Memory of scoring a long series."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from _figures._figure import Figure

N_SAMPLES = 1_000_000
MOST_TIMES = 10
# Runs differ by about the size of the series, because of the allocator.
REPEATS = 5
_SCRIPT = Path(__file__).with_name("_memory_of_scoring.py")


def figures(data: Path) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        file = str(Path(folder, "model.joblib"))
        fit = _run("fit", file)
        runs = [_run("score", file, str(N_SAMPLES)) for _ in range(REPEATS)]
    what = (
        f"a fitted Shingler(400) and CNNForecastDetector score {N_SAMPLES:,} samples "
        f"in a fresh process: peak, the series included, largest of {REPEATS}, beyond "
        "what"
    )
    for stage, said, is_asked in (
        ("imports", f"the imports take, less than {MOST_TIMES} times the series", True),
        ("short_scored", "imports and scoring 5,000 samples take", False),
    ):
        beyond = sorted(run["peak"] - run[stage] for run in runs)
        times = [round(size / runs[0]["series"], 2) for size in beyond]
        yield Figure(
            f"{what} {said}",
            {"times_the_series": times, "mb": beyond[-1] / 1e6},
            met=times[-1] < MOST_TIMES if is_asked else None,
        )
    yield Figure(
        "resident memory at the end of each stage of scoring, of the first process",
        {f"{stage}_mb": size / 1e6 for stage, size in runs[0].items()},
    )
    yield Figure(
        "fitting on 5,000 samples in another process, beyond what the imports take",
        {"mb": (fit["fit"] - fit["imports"]) / 1e6},
    )


def _run(*arguments: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)
