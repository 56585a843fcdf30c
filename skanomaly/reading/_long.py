"""Tables that hold several series below each other."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from skanomaly._text import closest, plural
from skanomaly.datasets import scan_table
from skanomaly.reading._choice import find_column
from skanomaly.reading._settings import Reading

_MOST_LISTED = 12


def series_in(path: str | PathLike[str], reading: Reading) -> dict[str, int]:
    r"""Return the names of the series of a file, and how many rows each has.

    Parameters
    ----------
    path : str or path-like
        Path of the file.
    reading : Reading
        How it is read; `reading.series` names the column of the names.

    Returns
    -------
    counts : dict of str to int
        Number of rows of each series, in the order of the file.

    Raises
    ------
    ValueError
        If there is no such column.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skanomaly.reading import Reading, series_in
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "hosts.csv")
    ...     _ = file.write_text("host,cpu\na,1.5\nb,2.5\na,1.6\n")
    ...     series_in(file, Reading(series="host"))
    {'a': 2, 'b': 1}
    """
    table, _ = scan_table(path, **reading.table_settings())
    return _counts(_names(table, reading))


def rows_of_one(table: Any, reading: Reading) -> tuple[Any, Any]:
    """Return the rows of the series that is asked for, and their numbers.

    Raises
    ------
    ValueError
        If none is asked for, with all of them.
    """
    if not reading.series:
        if reading.only is not None:
            raise ValueError("--only needs --series, the column of the names.")
        return table, np.arange(len(table))
    names = _names(table, reading)
    counts = _counts(names)
    if reading.only is None or reading.only not in counts:
        hint = "" if reading.only is None else closest(reading.only, counts)
        wrong = "" if reading.only is None else f"there is no series {reading.only!r}. "
        raise ValueError(
            f"{wrong}Column {reading.series!r} holds {listed(counts)}.{hint} Choose "
            "one with --only."
        )
    rows = np.flatnonzero(names == reading.only)
    return table.iloc[rows].reset_index(drop=True), rows


def listed(counts: Mapping[str, int]) -> str:
    """Return how many series there are, and the first of them with their rows."""
    shown = [f"{name} ({plural(n, 'row')})" for name, n in counts.items()]
    more = ", ..." if len(shown) > _MOST_LISTED else ""
    return f"{len(shown):,} series: {', '.join(shown[:_MOST_LISTED])}{more}"


def _names(table: Any, reading: Reading) -> Any:
    try:
        name = find_column(table, str(reading.series), "--series")
    except ValueError as error:
        raise ValueError(
            f"{error} Name the column of the series, or pass --series '' if the file "
            "holds a single one."
        ) from None
    return table[name].astype(str).str.strip()


def _counts(names: Any) -> dict[str, int]:
    return {str(name): int(n) for name, n in names.value_counts(sort=False).items()}
