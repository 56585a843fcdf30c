"""Benchmark on real series that is killed half-way and called again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from _figures._command import skanomaly
from _figures._figure import Figure

DETECTORS = ("pca", "isolation_forest", "autoencoder")
SERIES = ("001_NAB", "010_NAB", "019_NAB", "145_MSL", "287_TODS", "304_UCR", "538_SMAP")
MEASURED = ["fit_seconds", "score_seconds", "peak_memory_mib"]


def figures(data: Path) -> Iterator[Figure]:
    files = [next((data / "tsb-ad-u").glob(f"{name}*.npz")) for name in SERIES]
    command = ["benchmark", *map(str, files), "--detector", *DETECTORS, "--jobs", "2"]
    n_runs = len(DETECTORS) * len(files)
    with TemporaryDirectory() as place:
        folder = Path(place)
        n_kept = _killed(command, folder, after=n_runs // 2)
        tables = {}
        for name in ("killed", "undisturbed"):
            answer = skanomaly(*command, "--out", name, "--json", folder=folder).answer
            tables[name] = pd.read_csv(folder / name / "results.csv")
    plain = [table.drop(columns=MEASURED) for table in tables.values()]
    equal = plain[0].equals(plain[1])
    yield Figure(
        f"skanomaly benchmark of {n_runs} runs, killed (SIGKILL) half-way and called "
        "again, ends with the same table as an undisturbed one, but for seconds and "
        "memory",
        {"runs": n_runs, "kept": n_kept, "equal": equal, "failed": answer["n_failed"]},
        met=equal and n_runs // 2 <= n_kept < n_runs and not answer["n_failed"],
    )
    for name, runs in tables["undisturbed"].groupby("estimator", sort=False):
        yield Figure(
            f"{name}: on {len(files)} series of TSB-AD, --jobs 2",
            {
                "mean_vus_pr": round(runs["vus_pr"].mean(), 4),
                "mean_event_f1": round(runs["event_f1"].mean(), 4),
                "median_fit_seconds": round(runs["fit_seconds"].median(), 3),
                "median_score_seconds": round(runs["score_seconds"].median(), 3),
                "largest_peak_memory_mib": round(runs["peak_memory_mib"].max(), 1),
            },
        )


def _killed(command: list[str], folder: Path, *, after: int) -> int:
    """Kill a benchmark with all its processes; return how many runs it kept."""
    process = subprocess.Popen(
        [sys.executable, "-m", "skanomaly", *command, "--out", "killed", "--quiet"],
        cwd=folder,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while _n_records(folder) < after and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return _n_records(folder)


def _n_records(folder: Path) -> int:
    return len(list(folder.glob("killed/runs/*.json")))
