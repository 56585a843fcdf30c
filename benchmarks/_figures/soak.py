"""Many series, streamed for ten minutes, or for SKANOMALY_SOAK_SECONDS."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from _figures._figure import Figure

SECONDS, N_KEYS, MOST_GROWTH = 600, 1000, 0.05
_SCRIPT = Path(__file__).with_name("_soak_of_streams.py")


def figures(data: Path) -> Iterator[Figure]:
    seconds = os.environ.get("SKANOMALY_SOAK_SECONDS", str(SECONDS))
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), seconds, str(N_KEYS)],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    growth = found["late_bytes"] / found["early_bytes"] - 1
    what = f"{N_KEYS:,} series are streamed for {seconds} seconds in blocks of 0 to 3"
    yield Figure(
        f"{what}: resident memory at the end is within {MOST_GROWTH:.0%} of that after "
        "a tenth of the time",
        {
            "early_mb": found["early_bytes"] / 1e6,
            "late_mb": found["late_bytes"] / 1e6,
            "growth": growth,
        },
        met=growth < MOST_GROWTH,
    )
    wrong = {name: found[name] for name in ("n_wrong_places", "n_wrong_scores")}
    counted = {name: found[name] for name in ("n_samples", "n_ticks", "n_events")}
    yield Figure(
        f"{what}: no sample is lost or doubled, and scores are those of the whole",
        counted | wrong,
        met=not any(wrong.values()) and found["n_events"] > 0,
    )
