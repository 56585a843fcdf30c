"""Series of a file that is larger than memory, part by part."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly.datasets import scan_parts
from skanomaly.reading._found import ReadingReport
from skanomaly.reading._from_file import series_of
from skanomaly.reading._settings import Reading

if TYPE_CHECKING:
    from pandas import DataFrame

# Settings by which a sample depends on records that may be in another part.
_ACROSS = ("every", "agg", "fill", "interpolate", "incomplete", "series", "only")


def read_parts(
    path: str | PathLike[str], reading: Reading, *, n_rows: int
) -> tuple[ReadingReport, Iterator["DataFrame"]]:
    r"""Read a series from a file that is larger than memory, part by part.

    How the file is read is found from its first part, as :func:`read_series` does, and
    holds for the others.

    Parameters
    ----------
    path : str or path-like
        CSV, or Parquet, that is not compressed as a whole, in order of time.
    reading : Reading
        Columns and formats.
    n_rows : int
        Number of rows of a part. The last one may have up to twice as many.

    Returns
    -------
    report : ReadingReport
        How the first part was read.
    parts : iterator of DataFrame of shape (n_samples, n_channels)
        Finite floats, indexed by time or by sample number.

    Raises
    ------
    ValueError
        If the file has no reading or several, if `reading` aggregates or interpolates,
        or, when a part is reached, if it differs from the first one.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skanomaly.reading import Reading, read_parts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("cpu\n" + "1.5\n2.5\n" * 50)
    ...     report, parts = read_parts(file, Reading(), n_rows=30)
    ...     [part.index[0] for part in parts]
    [0, 30, 60]
    """
    for name in _ACROSS:
        if getattr(reading, name) is not None:
            raise ValueError(
                f"The setting {name!r} needs the whole series. Read it as a whole, or "
                "prepare it before it is read in blocks."
            )
    with closing(scan_parts(path, n_rows, **reading.table_settings())) as parts:
        _, report = series_of(path, *next(parts), reading)
    return report, _parts(path, _settled(reading, report), n_rows)


def _settled(reading: Reading, report: ReadingReport) -> Reading:
    """Return settings that read a further part as the first one was read."""
    is_text = report.kind == "CSV"
    return replace(
        reading,
        time=report.time[0] if report.time else None,
        value=list(report.values),
        sep=report.separator,
        decimal=report.decimal if is_text else reading.decimal,
        thousands=report.thousands,
        header=report.header if is_text else reading.header,
        encoding=report.encoding,
        time_format=report.forced_time_format,
        offsets=report.offsets or reading.offsets,
    )


def _parts(path: Any, reading: Reading, n_rows: int) -> Iterator["DataFrame"]:
    pd = import_extra("pandas", extra="cli")
    start, last = 0, None
    for table, dialect in scan_parts(path, n_rows, **reading.table_settings()):
        stop = start + len(table)
        try:
            series, _ = series_of(path, table, dialect, reading)
        except ValueError as error:
            raise ValueError(f"In rows {start:,} to {stop - 1:,}: {error}") from error
        if isinstance(series.index, pd.RangeIndex):
            series.index = pd.RangeIndex(start, stop)
        elif last is not None and series.index[0] < last:
            raise ValueError(
                f"The times go back from {last} to {series.index[0]} at row {start:,} "
                "or after it. Sort the file by its times, the oldest first."
            )
        start, last = stop, series.index[-1]
        yield series
