"""Intervals without an alarm: a file of them, or a column of the series."""

from argparse import Namespace, _ArgumentGroup
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._ignored import near
from skanomaly.cli._errors import InputError
from skanomaly.cli._reading import index_of, scan_table_of

if TYPE_CHECKING:
    from pandas import DataFrame

Interval = tuple[int, int]

_BOUNDS = ["start", "stop"]


def add_ignore(group: _ArgumentGroup) -> None:
    """Add the options for what is ignored."""
    group.add_argument(
        "--ignore",
        metavar="FILE",
        help="file of intervals, such as holidays or maintenance, with the columns "
        "'start' and 'stop': times or numbers of samples, the stop not included. "
        "Nothing is learned from them, and no event is in them",
    )
    group.add_argument(
        "--ignore-column",
        metavar="COL",
        help="column that is true, or not 0 or empty, where samples are ignored",
    )


def ignored_intervals(
    options: Namespace,
    series: "DataFrame",
    flags: NDArray[np.bool_] | None,
    *,
    other: "DataFrame | None" = None,
) -> tuple[Interval, ...]:
    """Return the intervals of a series that are ignored.

    Parameters
    ----------
    options : Namespace
        Options of the command.
    series : DataFrame of shape (n_samples, n_channels)
        The series.
    flags : ndarray of shape (n_samples,) of bool, or None
        Samples that ``--ignore-column`` says are ignored.
    other : DataFrame, default=None
        Another series, in which intervals of the file may lie instead.

    Raises
    ------
    InputError
        If an interval cannot be read, is reversed, or holds no sample.
    """
    from skanomaly.events import runs
    from skanomaly.reading import naming_lines

    found: list[Interval] = []
    if flags is not None:
        starts, stops = runs(flags)
        found += zip(starts.tolist(), stops.tolist(), strict=True)
    if options.ignore is None:
        return tuple(found)
    table, dialect = scan_table_of(options.ignore)
    with naming_lines(dialect, len(table)):
        return (*found, *_from_table(options, table, series, other))


def _from_table(
    options: Namespace, table: Any, series: "DataFrame", other: "DataFrame | None"
) -> list[Interval]:
    """Return the intervals of a table in positions of the series."""
    from skanomaly.detection import to_positions

    found: list[Interval] = []
    known = [series] if other is None else [series, other]
    # Numbers are those of the index, if it holds numbers, else of samples.
    has_numbers = index_of(series) is not None and series.index.dtype.kind in "iuf"
    number = float if has_numbers else int
    for row, interval in enumerate(_read(options, table, number)):
        try:
            places = [to_positions([interval], index_of(x), len(x)) for x in known]
        except ValueError as error:
            raise InputError(f"{options.ignore}, row {row}: {error}") from error
        if other is not None and isinstance(interval[0], int):
            raise InputError(
                f"{options.ignore}, row {row}, holds numbers of samples, which may be "
                "those of either file. Pass times, or train without --train."
            )
        if not any(places):
            raise InputError(
                f"{options.ignore}, row {row}: no sample lies from {interval[0]} to "
                f"{interval[1]}. The series lasts from {series.index[0]} to "
                f"{series.index[-1]}."
            )
        found += places[0]
    return found


def without(
    pipeline: Any, scores: NDArray[np.float64], ignored: NDArray[np.bool_] | None
) -> NDArray[np.float64]:
    """Return scores, NaN where they see a sample that is ignored."""
    from skanomaly.detection import reach_of

    if ignored is None:
        return scores
    return np.where(near(ignored, *reach_of(pipeline)), np.nan, scores)


def _read(options: Namespace, table: Any, number: type) -> list[tuple[Any, Any]]:
    """Return the intervals of a table as numbers of a type, or as times."""
    from skanomaly.preprocessing import read_times
    from skanomaly.reading import counts_samples

    file = options.ignore
    table.columns = table.columns.str.strip().str.lower()
    missing = [name for name in _BOUNDS if name not in table.columns]
    if missing:
        raise InputError(
            f"{file} has no column {missing[0]!r}. It has: {', '.join(table.columns)}. "
            "Pass a file with the columns 'start' and 'stop'."
        )
    bounds: list[list[Any]] = []
    for name in _BOUNDS:
        column = table[name]
        if counts_samples(column):
            bad = (column.isna() | (number is int) & (column % 1 != 0)).to_numpy()
            if bad.any():
                row = int(bad.argmax())
                raise InputError(
                    f"{file}, row {row}: {name} {column.iloc[row]} is not the number "
                    "of a sample. Pass whole numbers, or times."
                )
            bounds.append(column.astype(number).tolist())
        else:
            try:
                times, _ = read_times(column, day_first=options.day_first)
                bounds.append(times.to_list())
            except ValueError as error:
                raise InputError(f"{file}: {error}") from error
    return list(zip(*bounds, strict=True))
