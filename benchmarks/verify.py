"""Measure every claimed figure on the real series.

    python benchmarks/verify.py                 all sections
    python benchmarks/verify.py waveform vpc    these; the others are kept

Writes benchmarks/results/verify.json. Exit code 1 if a figure is not met.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from _figures import SECTIONS, Figure
from _results import RESULTS, data_folder, origin, read_json, write_json

FILE = RESULTS / "verify.json"
_MARKS = {True: "met", False: "NOT MET", None: "report"}
# Characters printed per value; the file has all of them.
_MOST = 100


def main() -> int:
    parser = ArgumentParser(description="Measure every claimed figure.")
    parser.add_argument(
        "sections",
        nargs="*",
        metavar="SECTION",
        help=f"of {', '.join(SECTIONS)}",
    )
    names = parser.parse_args().sections or list(SECTIONS)
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        parser.error(
            f"no section {unknown[0]!r}; the sections are {', '.join(SECTIONS)}"
        )
    data = data_folder()
    run = {**origin(), "seed": "0, where a figure names no other"}
    met = [_run(name, data, run) for name in names]
    return 0 if all(met) else 1


def _run(name: str, data: Path, run: dict[str, Any]) -> bool:
    """Measure a section and write it at once, as all sections take half an hour."""
    start = time.perf_counter()
    figures = []
    for figure in _measure(name, data):
        print(_line(name, figure), flush=True)
        figures.append(figure)
    _save(
        name,
        run,
        seconds=round(time.perf_counter() - start, 1),
        figures=[asdict(figure) for figure in figures],
    )
    return all(figure.met is not False for figure in figures)


def _measure(name: str, data: Path) -> Iterator[Figure]:
    try:
        yield from import_module(f"_figures.{name}").figures(data)
    except Exception as error:  # The other sections are measured all the same.
        yield Figure("the section runs to its end", {"error": repr(error)}, met=False)


def _line(name: str, figure: Figure) -> str:
    measured = ", ".join(f"{key} {_short(v)}" for key, v in figure.measured.items())
    return f"{_MARKS[figure.met]:7} | {name:16} | {figure.asked} | {measured}"


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def _save(name: str, run: dict[str, Any], **section: Any) -> None:
    """Write a section to the file, with a reference to its run."""
    former = read_json(FILE)
    sections = {**former.get("sections", {}), name: {"run": run["date"], **section}}
    runs = {**former.get("runs", {}), run["date"]: run}
    used = {section["run"] for section in sections.values()}
    write_json(
        FILE,
        {
            "runs": {date: runs[date] for date in sorted(used)},
            "sections": {name: sections[name] for name in SECTIONS if name in sections},
        },
    )


if __name__ == "__main__":
    sys.exit(main())
