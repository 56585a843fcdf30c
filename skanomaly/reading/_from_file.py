"""From a file to a series, and a report of how it was read."""

import warnings
from contextlib import nullcontext
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly.datasets import Dialect, scan_table
from skanomaly.preprocessing import check_numeric, read_times, select_dates
from skanomaly.reading._aggregated import to_steps, without_incomplete
from skanomaly.reading._choice import (
    counts_samples,
    time_columns,
    unread_times,
    value_columns,
)
from skanomaly.reading._flags import check_no_values, read_flags
from skanomaly.reading._found import ReadingReport
from skanomaly.reading._lines import naming_lines
from skanomaly.reading._long import rows_of_one
from skanomaly.reading._numbers import Numbers, read_numbers
from skanomaly.reading._order import (
    check_range,
    check_steps,
    in_order,
    step_of,
    uneven_steps,
)
from skanomaly.reading._parts_of_times import columns_of_parts, join_parts
from skanomaly.reading._settings import Reading
from skanomaly.reading._values import (
    check_sentinels,
    check_size,
    finite,
    take_off_offsets,
)

if TYPE_CHECKING:
    from pandas import DataFrame

_DEFAULT = Reading()


def read_series(
    path: str | PathLike[str],
    reading: Reading = _DEFAULT,
    *,
    first: str | None = None,
    last: str | None = None,
    labels: str | None = None,
    ignore: str | None = None,
    leave_out: str | None = None,
    **settings: Any,
) -> tuple["DataFrame", ReadingReport]:
    r"""Read a series from a file, or refuse where it has more than one reading.

    Whatever is not set is found: if there is one consistent reading, it is taken, and
    the report says so; if there are two, the error names the setting that decides.

    Parameters
    ----------
    path : str or path-like
        CSV, Excel, JSON lines, Parquet or Feather, also compressed; ``"-"`` for
        standard input.
    reading : Reading, default=Reading()
        Columns, formats and aggregation.
    first, last : str, default=None
        Times that samples are kept between: `first` is included, `last` is not.
    labels : str, default=None
        Column of labels, which follows the values. A sample that is aggregated from
        several records is anomalous if any of them is.
    ignore : str, default=None
        Column that is true, or not 0 or empty, where samples are ignored, which becomes
        the last one in the same way.
    leave_out : str, default=None
        Column that is not used as a value, if there is one of this name.
    **settings : Any
        Fields of :class:`Reading` that replace those of `reading`.

    Returns
    -------
    series : DataFrame of shape (n_samples, n_channels)
        Finite floats in order of time, indexed by time or by sample number.
    report : ReadingReport
        What was read, and how.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If pandas, or the package that the format needs, is not installed.
    ValueError
        If the file has no reading, or several.

    Warns
    -----
    UserWarning
        If the result should be looked at, as where steps are uneven.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skanomaly.reading import read_series
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("at;cpu\n31.1.2024;0,5\n1.2.2024;0,7\n")
    ...     series, report = read_series(file)
    >>> series["cpu"].tolist()
    [0.5, 0.7]
    >>> report.decimal, report.time_format
    (',', '%d.%m.%Y')
    """
    reading = replace(reading, **settings)
    table, dialect = scan_table(path, **reading.table_settings())
    series, report = series_of(
        path,
        table,
        dialect,
        reading,
        (first, last),
        labels=labels,
        ignore=ignore,
        leave_out=leave_out,
    )
    for text in report.warnings:
        warnings.warn(f"{path}: {text}", stacklevel=2)
    return series, report


def series_of(
    path: Any,
    table: Any,
    dialect: Dialect,
    reading: Reading,
    cut: tuple[str | None, str | None] = (None, None),
    *,
    labels: str | None = None,
    ignore: str | None = None,
    leave_out: str | None = None,
) -> tuple["DataFrame", ReadingReport]:
    """Return the series in a table, and a report of how it was read."""
    n_rows = len(table)
    table, rows = rows_of_one(table, reading)
    with naming_lines(dialect, n_rows, rows):
        report, series, values, flags = _chosen(
            path, table, dialect, reading, labels, ignore, leave_out
        )
    series = _cut(series, *cut)
    is_whole = cut == (None, None)
    with naming_lines(dialect, n_rows, rows) if is_whole else nullcontext():
        series = _regular(series, values, flags, reading, report)
        series = _cut(series, *cut)
        series = finite(series, interpolate=bool(reading.interpolate))
    if len(series) < 2:
        raise ValueError(
            f"{path} holds a single sample. Pass a series of at least 2 samples."
        )
    return series, report


def _chosen(
    path: Any,
    table: Any,
    dialect: Dialect,
    reading: Reading,
    labels: str | None,
    ignore: str | None,
    leave_out: str | None,
) -> tuple[ReadingReport, Any, list[str], list[str]]:
    """Return the series in the order of the file, its values and its flags."""
    report, numbers = _begin(path, table, dialect, reading)
    flags = read_flags(table, labels, ignore)
    unflagged = table.drop(columns=list(flags))
    time, alike = time_columns(unflagged, reading.time)
    others = [*time, *flags, leave_out, *alike, reading.series]
    values = _values(table, reading, numbers, report, others)
    check_no_values(values, labels, ignore)
    report.time = time
    report.warnings += _of_times_unused(unflagged, time, alike)
    for name, flag in flags.items():
        table[name] = flag
    series = _indexed(table, time, [*values, *flags], report, reading)
    return report, series, values, list(flags)


def _begin(
    path: Any, table: Any, dialect: Dialect, reading: Reading
) -> tuple[ReadingReport, Numbers]:
    """Convert the columns of numbers, and report on the file."""
    numbers = read_numbers(table, dialect, reading)
    report = ReadingReport(
        file=str(path),
        kind=dialect.kind,
        separator=dialect.separator,
        decimal=numbers.decimal,
        thousands=numbers.thousands if numbers.grouped else None,
        header=dialect.header,
        encoding=dialect.encoding,
        n_rows=len(table),
        notes=[*dialect.notes, *numbers.notes],
        warnings=numbers.warnings,
    )
    return report, numbers


def _values(
    table: Any,
    reading: Reading,
    numbers: Numbers,
    report: ReadingReport,
    no_values: list[str | None],
) -> list[str]:
    """Return the columns of values, which become floats unless they are counted."""
    broken = {} if reading.agg == "count" else numbers.broken
    bare = report.separator == "," and not report.header and len(table.columns) == 2
    hint = " If the comma is a decimal mark, pass --decimal ','." if bare else ""
    names = _likely(table, reading) if reading.value is None else reading.value
    values, report.left_out = value_columns(table, names, no_values, broken, hint)
    if names is None and reading.likely and values != [*reading.likely]:
        report.warnings.append(
            f"there is no column {reading.likely[0]!r}, which the model was trained "
            f"on: {values[0]!r} is read"
        )
    if reading.agg != "count":
        taken, rounded = take_off_offsets(table, values, reading.offsets)
        if taken and reading.every is not None and (reading.agg or "sum") == "sum":
            rounded += [
                f"the sums of {name!r} are those without {taken[name]} per record"
                for name in taken
            ]
        report.offsets = taken
        report.warnings += rounded
        # Values of any type can be counted.
        for name in values:
            check_numeric(table[name])
        check_size(table[values])
        if reading.na_values is None:
            check_sentinels(table[values])
    report.values = {name: int(table[name].isna().sum()) for name in values}
    return values


def _likely(table: Any, reading: Reading) -> list[str] | None:
    """Return the columns that are likely if the table has all of them."""
    names = list(reading.likely or ())
    # Numbers are the names of a table without a header.
    is_there = names and all(n in table.columns and not n.isdigit() for n in names)
    return names if is_there else None


def _of_times_unused(table: Any, time: list[str], alike: list[str]) -> list[str]:
    """Return one line on columns that look like times, if none of them is used."""
    unread = [] if time else unread_times(table, time)
    if not time and alike:
        named = ", ".join(map(repr, alike))
        return [
            f"the columns {named} hold times: the order of the file is taken. Choose "
            "one with --time"
        ]
    if unread:
        cell = str(table[unread[0]].dropna().head(1).squeeze())
        return [
            f"column {unread[0]!r} is named like times, but the format of {cell!r} is "
            "not known: the order of the file is taken. Pass --time-format"
        ]
    return []


def _indexed(
    table: Any,
    time: list[str],
    columns: list[str],
    report: ReadingReport,
    reading: Reading,
) -> Any:
    """Return the columns of a series by its times, in the order of the file."""
    pd = import_extra("pandas", extra="cli")
    series = table[columns].reset_index(drop=True)
    if not time:
        if reading.every is not None:
            raise ValueError(
                f"--every needs times. Name their column with --time. The columns are: "
                f"{', '.join(table.columns)}."
            )
        return series
    column = table[time[0]]
    if time == columns_of_parts(table):
        column = join_parts(table, time)
    elif len(time) == 2:
        column = column.astype(str) + " " + table[time[1]].astype(str).str.strip()
        column.name = time[0]
    elif reading.time_format is None and counts_samples(column):
        if reading.every is not None:
            raise ValueError(
                f"--every needs times, but column {time[0]!r} holds small numbers, "
                f"such as {column.iloc[0]}. Name another column with --time."
            )
        finite(table[time], interpolate=False)
        series.index = pd.Index(column, name=time[0])
        report.time_format = "numbers"
        return series
    times, report.time_format = read_times(
        column, time_format=reading.time_format, day_first=reading.day_first
    )
    series.index = times
    return series


def _cut(series: Any, first: str | None, last: str | None) -> Any:
    """Return the samples from one time to another."""
    pd = import_extra("pandas", extra="cli")
    if first is None and last is None:
        return series
    if not isinstance(series.index, pd.DatetimeIndex):
        raise ValueError("--from and --until need times. Name them with --time.")
    return select_dates(series, first, last)


def _regular(
    series: Any,
    values: list[str],
    flags: list[str],
    reading: Reading,
    report: ReadingReport,
) -> Any:
    """Return a series in order of time, aggregated if that is asked for."""
    pd = import_extra("pandas", extra="cli")
    timed = isinstance(series.index, pd.DatetimeIndex)
    if timed:
        check_range(series.index)
        if reading.every is not None:
            check_steps(series.index, reading.every)
    if reading.every is not None and reading.agg != "count" and not reading.interpolate:
        finite(series[values].reset_index(drop=True), interpolate=False)
    if report.time:
        series, report.order = in_order(series, aggregated=reading.every is not None)
    if reading.every is None:
        if reading.agg is not None or reading.fill is not None:
            raise ValueError("--agg and --fill need --every, the step to aggregate to.")
        series = series.astype(np.float64)
        if timed:
            report.step = step_of(series.index)
            uneven = uneven_steps(series.index)
            report.warnings += [] if uneven is None else [uneven]
        return series
    records = series.index
    series, report.filled = to_steps(pd, series, values, flags, reading)
    series = series.astype(np.float64)
    if not reading.incomplete:
        series, said = without_incomplete(pd, series, records, reading.every)
        report.notes += [said] if said else []
    report.step = f"{reading.every} ({reading.agg or 'sum'})"
    return series
