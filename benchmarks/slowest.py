"""Record the 40 slowest tests and their share of the total time.

``python benchmarks/slowest.py`` runs all tests and writes ``results/tests.json``; with
the path of a JUnit report (``make PYTEST_ARGS=--junitxml=report.xml test``) it reads
that instead of running them.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from _results import RESULTS, origin, write_json

N_SLOWEST = 40
# Tests that take longer are left out of `make quick`.
SLOW_FROM = 1.0  # seconds


def durations(report: Path) -> Iterator[tuple[str, float]]:
    """Yield name and seconds of each test of a JUnit report."""
    for case in ElementTree.parse(report).iter("testcase"):
        yield f"{case.get('classname')}::{case.get('name')}", float(case.get("time", 0))


def slowest(report: Path) -> dict[str, object]:
    """Return the slowest tests of a report, with their shares of the whole."""
    found = sorted(durations(report), key=lambda one: -one[1])
    total = sum(seconds for _, seconds in found)
    return {
        "n_tests": len(found),
        "seconds": round(total, 1),
        "slowest": [
            {"test": name, "seconds": round(took, 2), "share": round(took / total, 4)}
            for name, took in found[:N_SLOWEST]
        ],
        "slow": sorted(name for name, took in found if took >= SLOW_FROM),
    }


def main() -> None:
    """Run the tests if there is no report of them, and record the slowest."""
    with TemporaryDirectory() as folder:
        report = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "tests.xml")
        if len(sys.argv) == 1:
            pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2"]
            subprocess.run([*pytest, f"--junitxml={report}"], check=True)
        write_json(RESULTS / "tests.json", {"origin": origin(), **slowest(report)})


if __name__ == "__main__":
    main()
