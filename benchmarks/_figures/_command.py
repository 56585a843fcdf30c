"""The command line, run as a user does: in a process of its own."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    message: str  # first line of the error
    seconds: float

    @property
    def answer(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        if self.code != 0:
            raise RuntimeError(f"exit code {self.code}: {self.message}")
        return json.loads(self.out)


def skanomaly(*arguments: str, folder: Path) -> Done:
    """Run ``skanomaly`` in a folder."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "skanomaly", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    seconds = time.perf_counter() - start
    # A word of warning may come before, and TensorFlow has much to say.
    errors = (line for line in done.stderr.splitlines() if ": error: " in line)
    message = next(errors, "").replace(f"{folder}/", "")
    return Done(done.returncode, done.stdout, message, round(seconds, 2))
