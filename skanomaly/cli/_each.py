"""Each series of a table of several, in a folder of its own."""

import csv
import json
import re
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly.cli._console import make_console, print_whole
from skanomaly.cli._errors import InputError, bad_input, warn
from skanomaly.cli._reading import Reading, check_files
from skanomaly.cli._types import MODEL_NAMES

if TYPE_CHECKING:
    from skanomaly.detection import Detection

_SUMMARY = "summary.csv"  # no folder has this name
_HEADS = (
    *("series", "samples", "events", "anomalous_samples", "first_event"),
    *("worst_event", "highest_severity", "threshold", "error", "folder"),
)


def names_in(options: Namespace, reading: Reading) -> list[str]:
    """Return the names of the series of the file."""
    from skanomaly.reading import series_in

    check_files(options.file)
    if options.file == "-":
        raise InputError(
            "standard input can be read only once, but each of its series is read by "
            "itself. Save it to a file, or choose one with --only."
        )
    with bad_input():
        return list(series_in(options.file, reading))


def on_each(
    options: Namespace, names: Iterable[str], run: Callable[[Namespace], "Detection"]
) -> None:
    """Run a command on each series of a file; write and print a summary of all."""
    rows: list[dict[str, Any]] = []
    folders = {name: Path(options.out, one) for name, one in _folders(names).items()}
    for name, out in folders.items():
        said = {"only": name, "out": str(out), "quiet": True, "json": False}
        try:
            detection = run(Namespace(**(vars(options) | said)))
        except InputError as error:  # The other series are none the worse for it.
            failed = {"series": name, "error": str(error)}
            rows.append(dict.fromkeys(_HEADS, "") | failed)
            continue
        rows.append(_summary(name, out, detection))
    if all(row["error"] for row in rows):
        raise InputError(
            f"no series could be used. {rows[-1]['series']}: {rows[-1]['error']}"
        )
    for row in rows:
        if row["error"]:
            warn(f"warning: series {row['series']!r}: {row['error']}")
            _withdraw(options, folders[row["series"]])
    summary = Path(options.out, _SUMMARY)
    _write(summary, rows)
    if options.json:
        print(json.dumps({"command": options.command, "series": rows}, default=str))
    elif not options.quiet:
        _print(rows, summary)


def _withdraw(options: Namespace, out: Path) -> None:
    """Rename what an earlier run found in a series that fails now, as it looks new."""
    from skanomaly.report import withdraw_report

    trains = options.command == "detect" and options.model is None
    try:
        withdraw_report(out, with_model=trains)
    except OSError as error:  # which must not keep the summary from being written
        warn(f"warning: {out} may hold files of an earlier run: {error}")


def models_in(folder: str) -> dict[str, str]:
    """Return the models of the series that are in folders below one, by their names.

    There are none if the path is that of a model, or of the folder of a single run.
    """
    from skanomaly.persistence import read_manifest

    found: dict[str, str] = {}
    for path in sorted(Path(folder).glob(f"*/{MODEL_NAMES[0]}")):
        with bad_input():
            reading = read_manifest(path).reading
        if reading.get("series") and reading.get("only") is not None:
            found[str(reading["only"])] = str(path)
    return found


def _folders(names: Iterable[str]) -> dict[str, str]:
    """Return a different name of a folder for each series."""
    folders: dict[str, str] = {}
    for name in names:
        folder = re.sub(r"[^\w.-]+", "_", name).strip("._") or "series"
        while folder.lower() in (_SUMMARY, *map(str.lower, folders.values())):
            folder += "_"
        folders[name] = folder
    return folders


def _summary(name: str, out: Path, detection: "Detection") -> dict[str, Any]:
    events = detection.events
    worst = max(events, key=lambda event: event.severity, default=None)
    starts = [
        ""
        if event is None
        else event.start
        if event.start_time is None
        # The place of a sample without a time is its number.
        else str(event.start_time)
        for event in (next(iter(events), None), worst)
    ]
    return {
        "series": name,
        "samples": detection.series.n_samples,
        "events": len(events),
        "anomalous_samples": sum(event.length for event in events),
        "first_event": starts[0],
        "worst_event": starts[1],
        "highest_severity": "" if worst is None else worst.severity,
        "threshold": 0.0 - detection.offset,
        "error": "",
        "folder": str(out),
    }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row to read, with six digits of each float."""
    return {
        name: f"{value:.6g}" if isinstance(value, float) else value
        for name, value in row.items()
    }


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    staged = path.with_name(f".{path.name}")
    with staged.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _HEADS)
        writer.writeheader()
        writer.writerows(map(_rounded, rows))
    staged.replace(path)


def _print(rows: list[dict[str, Any]], summary: Path) -> None:
    rich_table = import_extra("rich.table", extra="cli")
    console = make_console()
    table = rich_table.Table(title=f"{len(rows):,} series", title_justify="left")
    shown = [head for head in _HEADS[:-2] if any(row[head] != "" for row in rows)]
    for head in shown:
        table.add_column(head.replace("_", " "))
    for row in map(_rounded, rows):
        table.add_row(*(str(row[head]) for head in shown))
    print_whole(console, table)
    console.print(f"Wrote {summary}")
