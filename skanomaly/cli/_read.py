"""``skanomaly read``: show how a file is read, without training."""

import shlex
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly.cli._console import make_console
from skanomaly.cli._errors import InputError, bad_input
from skanomaly.cli._options import add_reading
from skanomaly.cli._reading import Reading, check_files, read_reported

if TYPE_CHECKING:
    from skanomaly.reading import ReadingReport

SUMMARY = "show how a file is read, without training"
_N_SHOWN = 3


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly read``."""
    parser.description = (
        "Show how a file is read: its columns, what each is used for, and the command "
        "that forces each choice."
    )
    parser.add_argument("file", metavar="FILE", help="file of a series; - for stdin")
    add_reading(parser.add_argument_group("reading"))
    parser.set_defaults(run=read)


def read(options: Namespace) -> None:
    """Run ``skanomaly read``."""
    from skanomaly.datasets import scan_table

    reading = Reading.from_options(options, {})
    check_files(options.file)
    report, refusal = None, None
    try:
        _, report = read_reported(
            options.file, reading, first=options.first, last=options.last
        )
    except InputError as error:
        refusal = error
    if options.file == "-":  # It can be read only once.
        _print(report, None)
    else:
        with bad_input():
            table, _ = scan_table(options.file, **reading.table_settings())
        _print(report, table)
    if refusal is not None:
        raise refusal
    if report is not None:
        print(forced_command(report, reading))


def _print(report: "ReadingReport | None", table: Any) -> None:
    console = make_console()
    if report is not None:
        console.print(str(report))
    if table is not None:
        console.print(_columns(table, report))


def _columns(table: Any, report: "ReadingReport | None") -> Any:
    """Return a table of columns: type, first values and intended use."""
    rich_table = import_extra("rich.table", extra="cli")
    shown = rich_table.Table()
    for head in ("column", "type", "first values", "use"):
        shown.add_column(head, overflow="fold")
    for name in table.columns:
        cells = ", ".join(str(cell) for cell in table[name].head(_N_SHOWN))
        shown.add_row(str(name), _type(table[name]), cells, _use(name, report))
    return shown


def _type(column: Any) -> str:
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_datetime64_any_dtype(column):
        return "time"
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"


def _use(name: str, report: "ReadingReport | None") -> str:
    if report is None:
        return ""
    if name in report.time:
        return "time"
    if name in report.values:
        return "value"
    return report.left_out.get(name, "not used")


def forced_command(report: "ReadingReport", reading: Reading) -> str:
    """Return the command that reads a file in the same way without any guess."""
    words = ["skanomaly", "detect", report.file]
    if report.kind == "CSV":
        words += [] if report.separator is None else ["--sep", report.separator]
        words += ["--decimal", report.decimal]
        words += [] if report.thousands is None else ["--thousands", report.thousands]
        words += ["--header", "yes" if report.header else "no"]
        words += ["--encoding", str(report.encoding)]
    for cell in reading.na_values or ():
        words += [f"--na-values={cell}"]
    if report.time:
        words += ["--time", report.time[0]]
    if report.forced_time_format is not None:
        words += ["--time-format", report.forced_time_format]
    words += ["--value", *report.values]
    said = {
        "--series": reading.series,
        "--only": reading.only,
        "--every": reading.every,
        "--agg": reading.agg,
        "--fill": reading.fill,
    }
    for option, value in said.items():
        words += [] if value is None else [option, str(value)]
    words += ["--interpolate"] if reading.interpolate else []
    # As one types it in a shell that reads $'\t'.
    return shlex.join(words).replace("'\t'", "tab")
