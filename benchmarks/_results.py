"""Reading and writing of result files, and the origin of their numbers."""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import skanomaly

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("numpy", "scipy", "scikit-learn", "scikeras", "keras", "tensorflow")


def data_folder() -> Path:
    """Return the folder of the real series, or exit with the variable to set."""
    folder = os.environ.get("SKANOMALY_DATA")
    if not folder or not Path(folder).is_dir():
        came = f"is not a folder: {folder}" if folder else "is not set"
        sys.exit(
            f"The environment variable SKANOMALY_DATA {came}. Set it to the folder of "
            "the real series, for example: export SKANOMALY_DATA=~/data"
        )
    return Path(folder).resolve()


def origin() -> dict[str, Any]:
    """Return the origin of numbers: machine, versions, commit and date."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        # Results of former runs do not change the software.
        "clean": _git("status", "--porcelain", "--", ".", ":!benchmarks/results") == "",
        "machine": {
            "cpu": _cpu(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(_memory() / 2**30, 1),
            "os": platform.platform(),
            "load_at_start": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
            "skanomaly": skanomaly.__version__,
        },
    }


def read_json(path: Path) -> dict[str, Any]:
    """Return the content of a file, or an empty dict if it does not exist."""
    return json.loads(path.read_text()) if path.exists() else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file in one step, so that an interrupted run keeps the former one."""
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=1, default=_plain) + "\n")
    temporary.replace(path)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=RESULTS.parent.parent,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    return next(named, platform.processor())


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
