"""Series of a file that is larger than memory, part by part."""

import re
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly._stamps import in_iso_order
from skanomaly.datasets import Dialect, scan_parts
from skanomaly.reading._found import ReadingReport
from skanomaly.reading._from_file import series_of
from skanomaly.reading._lines import moved_rows
from skanomaly.reading._numbers import has_own_minus, units_in
from skanomaly.reading._order import uneven_steps
from skanomaly.reading._settings import Reading

if TYPE_CHECKING:
    from pandas import DataFrame

# Numbers in warnings, and the plural of what they count.
_NUMBER = re.compile(r"\W*\d\S*|s\b")
# Settings by which a sample depends on records that may be in another part.
_ACROSS = ("every", "agg", "fill", "interpolate", "incomplete", "series", "only")
_WHOLE = re.compile(rf"--(?:{'|'.join(_ACROSS)})\b")


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

    Warns
    -----
    UserWarning
        When a later part is reached that should be looked at, as where steps are
        uneven: once for each reason, those in the report of the first part left out.

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
        table, dialect = next(parts)
        _, report = _read_part(path, table, dialect, reading)
    # Of a comma that is not proven, the report warns.
    decimal = report.decimal if dialect.proven or report.decimal == "," else None
    settled = _settled(reading, report, decimal or reading.decimal)
    return report, _parts(path, settled, n_rows)


def _read_part(
    path: Any, table: "DataFrame", dialect: Dialect, reading: Reading
) -> tuple["DataFrame", ReadingReport]:
    """Return the series of a part, and a report of advice that holds for parts."""
    try:
        series, report = series_of(path, table, dialect, reading)
    except ValueError as error:
        error.args = (_for_parts(str(error)),)
        raise
    return series, replace(report, warnings=[*map(_for_parts, report.warnings)])


def _for_parts(text: str) -> str:
    """Return advice with what is needed to follow it."""
    options = ", ".join(dict.fromkeys(_WHOLE.findall(text)))
    if not options:
        return text
    said = f"for {options}, read the whole file without --block, or prepare it"
    end = "." if text.endswith(".") else ""
    return f"{text.removesuffix('.')}. In blocks: {said} before{end}"


def _settled(reading: Reading, report: ReadingReport, decimal: str | None) -> Reading:
    """Return settings that read a further part as the first one was read."""
    is_text = report.kind == "CSV"
    return replace(
        reading,
        time=report.time[0] if report.time else None,
        value=list(report.values),
        sep=report.separator,
        decimal=decimal if is_text else reading.decimal,
        thousands=report.thousands,
        header=report.header if is_text else reading.header,
        encoding=report.encoding,
        time_format=report.forced_time_format,
        offsets=report.offsets or reading.offsets,
    )


def _parts(path: Any, reading: Reading, n_rows: int) -> Iterator["DataFrame"]:
    pd = import_extra("pandas", extra="cli")
    start, last = 0, None
    known = _Alike()
    for table, dialect in scan_parts(path, n_rows, **reading.table_settings()):
        stop = start + len(table)
        try:
            series, report = _read_part(path, table, dialect, reading)
            known.check(series, report, reading)
        except ValueError as error:
            said = moved_rows(str(error), start)
            raise ValueError(f"In rows {start:,} to {stop - 1:,}: {said}") from error
        if isinstance(series.index, pd.RangeIndex):
            series.index = pd.RangeIndex(start, stop)
        elif getattr(series.index, "tz", None) is not None and report.kind == "CSV":
            # The offsets of other parts may be others.
            series = series.tz_convert("UTC")
        times = series.index if last is None else series.index.insert(0, last)
        if times[0] > times[1]:
            raise ValueError(
                f"The times go back from {last} to {series.index[0]} at row {start:,} "
                "or after it. Sort the file by its times, the oldest first."
            )
        found: list[str] = [] if last is None else _between(times)
        for text in known.new([*report.warnings, *found], is_told=start == 0):
            said = moved_rows(text, start)
            warnings.warn(
                f"{path}: In rows {start:,} to {stop - 1:,}: {said}", stacklevel=2
            )
        start, last = stop, series.index[-1]
        yield series


def _between(times: Any) -> list[str]:
    """Return what is uneven from the last sample of one part to those of the next."""
    pd = import_extra("pandas", extra="cli")
    said = uneven_steps(times) if isinstance(times, pd.DatetimeIndex) else None
    return [] if said is None else [_for_parts(said)]


@dataclass
class _Alike:
    """Facts that all parts of a file share, and the warnings of each."""

    seen: dict[str, str] = field(default_factory=dict)
    warned: set[str] = field(default_factory=set)

    def new(self, texts: list[str], *, is_told: bool) -> list[str]:
        """Return the warnings whose words, without numbers, are those of no other."""
        found = {_NUMBER.sub("", text): text for text in texts}
        new = [text for words, text in found.items() if words not in self.warned]
        self.warned |= found.keys()
        return [] if is_told else new

    def check(
        self, series: "DataFrame", report: ReadingReport, reading: Reading
    ) -> None:
        """Raise if a part was read otherwise than those before it."""
        for what, (found, todo) in _facts(series, report, reading).items():
            before = self.seen.setdefault(what, found)
            if found != before:
                raise ValueError(
                    f"{what} differ within the file: {before} before, {found} here. "
                    f"{todo}"
                )


def _facts(
    series: "DataFrame", report: ReadingReport, reading: Reading
) -> dict[str, tuple[str, str]]:
    """Return how a part was read, and what to do if another part differs."""
    same = "Write all of them in the same way"
    notes = [one for one in report.notes if any(repr(n) in one for n in series)]
    facts = {
        "The decimal marks": (repr(report.decimal), "Pass the right one (--decimal)."),
        "The signs at numbers": (
            ", ".join(units_in(notes)) or "none",
            f"{same}, or as numbers only.",
        ),
    }
    if reading.time_format is None:
        form = report.time_format
        form = "ISO 8601" if "%" in form and in_iso_order(form) else form
        facts["The times"] = (form or "none", f"{same}.")
    own = has_own_minus(notes)
    if own or (series < 0).any(axis=None):
        how = "by parentheses or behind it" if own else "in front of it"
        facts["Signs of numbers less than 0"] = (how, f"{same}.")
    return facts
