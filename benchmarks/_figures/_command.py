"""Command line, run in a process of its own as by a user."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Done:
    """Result of a command."""

    code: int
    out: str
    message: str  # first line of the error
    seconds: float

    @property
    def answer(self) -> dict[str, Any]:
        """JSON object printed with ``--json``."""
        if self.code != 0:
            raise RuntimeError(f"exit code {self.code}: {self.message}")
        return json.loads(self.out)


def skanomaly(*arguments: str, folder: Path) -> Done:
    """Run ``skanomaly`` in a folder and return its result."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "skanomaly", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    seconds = time.perf_counter() - start
    # Warnings and messages of TensorFlow may precede the error.
    errors = (line for line in done.stderr.splitlines() if ": error: " in line)
    message = next(errors, "").replace(f"{folder}/", "")
    return Done(done.returncode, done.stdout, message, round(seconds, 2))
