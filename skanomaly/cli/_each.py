"""Each series of a table of several, in a folder of its own."""

import csv
import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly.cli._errors import InputError, bad_input
from skanomaly.cli._reading import Reading, check_files

if TYPE_CHECKING:
    from skanomaly.detection import Detection

_HEADS = ("series", "folder", "samples", "events", "anomalous", "largest", "error")


def detect_each(
    options: Namespace, reading: Reading, detect: Callable[[Namespace], "Detection"]
) -> None:
    """Detect on each series of a file, and write and print a summary of all."""
    from skanomaly.reading import series_in

    check_files(options.file)
    with bad_input():
        names = series_in(options.file, reading)
    folders = _folders(names)
    rows = []
    for name, folder in folders.items():
        out = Path(options.out, folder)
        said = {"only": name, "out": str(out), "quiet": True, "json": False}
        try:
            detection = detect(Namespace(**(vars(options) | said)))
        except InputError as error:  # The other series are none the worse for it.
            rows.append(dict.fromkeys(_HEADS, "") | {"series": name, "error": error})
            continue
        rows.append(_summary(name, out, detection))
    if all(row["error"] for row in rows):
        raise InputError(f"no series could be used. {name}: {rows[-1]['error']}")
    summary = Path(options.out, "summary.csv")
    _write(summary, rows)
    if not (options.quiet or options.json):
        _print(rows, summary)


def _folders(names: dict[str, int]) -> dict[str, str]:
    """Return a different name of a folder for each series."""
    folders: dict[str, str] = {}
    for name in names:
        folder = re.sub(r"[^\w.-]+", "_", name).strip("._") or "series"
        while folder.lower() in map(str.lower, folders.values()):
            folder += "_"
        folders[name] = folder
    return folders


def _summary(name: str, out: Path, detection: "Detection") -> dict[str, Any]:
    events = detection.events
    return {
        "series": name,
        "folder": str(out),
        "samples": detection.series.n_samples,
        "events": len(events),
        "anomalous": sum(event.length for event in events),
        "largest": f"{max((event.severity for event in events), default=0.0):.4g}",
        "error": "",
    }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    staged = path.with_name(f".{path.name}")
    with staged.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _HEADS)
        writer.writeheader()
        writer.writerows(rows)
    staged.replace(path)


def _print(rows: list[dict[str, Any]], summary: Path) -> None:
    rich_console = import_extra("rich.console", extra="cli")
    rich_table = import_extra("rich.table", extra="cli")
    # Brackets and colons in names are no markup.
    console = rich_console.Console(
        highlight=False, markup=False, emoji=False, soft_wrap=True
    )
    table = rich_table.Table(title=f"{len(rows):,} series", title_justify="left")
    for head in _HEADS:
        table.add_column(head)
    for row in rows:
        table.add_row(*(str(row[head]) for head in _HEADS))
    console.print(table)
    console.print(f"Wrote {summary}")
