"""Memory that scoring a long series takes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from _figures._figure import Figure

N_SAMPLES = 1_000_000
MOST_TIMES = 10
_SCRIPT = Path(__file__).with_name("_memory_of_scoring.py")


def figures(data: Path) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        file = str(Path(folder, "model.joblib"))
        fit = _run("fit", file)
        score = _run("score", file, str(N_SAMPLES))
    series, peak = score["series"], score["peak"]
    what = (
        f"a fitted Shingler(400) and CNNForecastDetector score {N_SAMPLES:,} samples "
        "in a fresh process: peak, the series itself included, beyond what"
    )
    for stage, said, most in (
        ("imports", f"the imports take, less than {MOST_TIMES} times the series", True),
        ("short_scored", "imports and scoring 5,000 samples take", False),
    ):
        times = (peak - score[stage]) / series
        yield Figure(
            f"{what} {said}",
            {"times_the_series": round(times, 2), "mb": (peak - score[stage]) / 1e6},
            met=times < MOST_TIMES if most else None,
        )
    yield Figure(
        "resident memory at the end of each stage of scoring",
        {f"{stage}_mb": size / 1e6 for stage, size in score.items()},
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
