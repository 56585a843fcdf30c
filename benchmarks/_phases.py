"""Run ``skanomaly detect`` in this process and print the seconds of its phases.

It is started by ``cli.py`` with the time of its start and the arguments, and imports
nothing before that is not timed. The time of a phase does not include that of others
within it.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

# Functions whose time a phase is, and the modules that call them.
PHASES = {
    "reading": [("skanomaly.cli._detect", "_parts")],
    "waiting for Keras": [("skanomaly.cli._detect", "load_keras")],
    "fit": [("skanomaly.cli._detect", "train")],
    "scoring": [("skanomaly.cli._detect", "_detected")],
    "drawing": [("skanomaly.report", "draw_report"), ("skanomaly.report", "draw_page")],
    "writing": [("skanomaly.report", "write_report")],
}


class Clock:
    """Seconds of phases that may lie within each other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._within = 0.0

    def timed(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, whose calls add to a phase."""

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            start, former, self._within = time.perf_counter(), self._within, 0.0
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - start
                known = self.seconds.get(phase, 0.0)
                self.seconds[phase] = known + took - self._within
                self._within = former + took

        return call

    def patch(self, phase: str, place: Any, name: str) -> None:
        """Time a function or method where it is called from."""
        setattr(place, name, self.timed(phase, getattr(place, name)))


def main(start: float, arguments: list[str]) -> dict[str, float]:
    """Run the command line; return the seconds of its phases."""
    began = time.time()
    clock, keras = Clock(), Clock()
    clock.timed("imports but for Keras", load)()
    for phase, functions in PHASES.items():
        for module, name in functions:
            clock.patch(phase, import_module(module), name)
    report = import_module("skanomaly.report")
    draw = report.draw_report

    def draw_report(*args: Any) -> Any:
        figure = draw(*args)
        clock.patch("drawing", figure, "savefig")  # which does most of the work
        return figure

    report.draw_report = draw_report
    # In another thread, at the same time as reading.
    keras.patch("import of Keras", import_module("skanomaly._keras"), "_load")
    code = import_module("skanomaly.cli").main(arguments)
    if code:
        sys.exit(code)
    ended = time.time()
    other = ended - began - sum(clock.seconds.values())
    return {
        "start of Python": began - start,
        **clock.seconds,
        "other": other,
        **keras.seconds,
        "ended": ended,
    }


def load() -> None:
    """Import what the command line imports before it reads."""
    lasting_imports = import_module("skanomaly._keras").lasting_imports
    with lasting_imports():
        import_module("skanomaly.cli._parser").make_parser()
        import_module("skanomaly.report")


if __name__ == "__main__":
    print(json.dumps(main(float(sys.argv[1]), sys.argv[2:])))
