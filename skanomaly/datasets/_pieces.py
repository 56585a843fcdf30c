"""Tables of parts of a file that is larger than memory."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, dropwhile, islice, repeat
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from skanomaly._compat import import_extra
from skanomaly.datasets._dialect import (
    N_LINES,
    Dialect,
    Forced,
    find_dialect,
    without_separator_line,
)
from skanomaly.datasets._source import compression_of, decode, read_head
from skanomaly.datasets._table import check_rows, parse, with_index
from skanomaly.exceptions import TwoReadingsError

if TYPE_CHECKING:
    from pandas import DataFrame

T = TypeVar("T")

# Bytes that show the encoding of a text.
_HEAD = 1_000_000


def scan_parts(
    path: str | PathLike[str],
    n_rows: int,
    *,
    sep: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
) -> Generator[tuple["DataFrame", Dialect]]:
    r"""Yield the tables of consecutive parts of a file, and how each was read.

    Parameters
    ----------
    path : str or path-like
        Text, or Parquet, that is not compressed as a whole.
    n_rows : int
        Number of rows of a part. The last one may have up to twice as many, as few rows
        by themselves do not show what they hold.
    sep, decimal, header, encoding
        As for :func:`read_table`.

    Yields
    ------
    table : DataFrame of shape (n_rows, n_columns)
        Rows of the part.
    dialect : Dialect
        How the part is a table.

    Raises
    ------
    ValueError
        If the file is of another kind, has no row of data, or has more than a header
        and a table.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skanomaly.datasets import scan_parts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("at;cpu\n1;0,5\n2;0,7\n3;0,9\n4;0,8\n5;1,5\n")
    ...     [table["cpu"].tolist() for table, _ in scan_parts(file, 2)]
    [[0.5, 0.7], [0.9, 0.8, 1.5]]
    """
    path = Path(path)
    head = read_head(path, _HEAD)
    kind = compression_of(head)
    if kind is not None:
        raise ValueError(
            f"{path} is compressed ({kind}). In blocks, only Parquet and plain text "
            "are read. Decompress it."
        )
    if head.startswith(b"PAR1"):
        yield from _of_parquet(path, n_rows)
        return
    _, encoding = decode(path, head, encoding, is_cut=len(head) == _HEAD)
    forced = Forced(sep=sep, decimal=decimal, header=header)
    yield from _of_text(path, n_rows, forced, encoding)


def _of_parquet(path: Path, n_rows: int) -> Iterator[tuple[Any, Dialect]]:
    pa = import_extra("pyarrow", extra="cli")
    parquet = import_extra("pyarrow.parquet", extra="cli")
    with parquet.ParquetFile(path) as file:
        check_rows(path, file.metadata.num_rows)
        for batches in _grouped(file.iter_batches(batch_size=n_rows), n_rows):
            table = pa.Table.from_batches(batches).to_pandas()
            yield with_index(table), Dialect(kind="Parquet")


def _of_text(
    path: Path, n_rows: int, forced: Forced, encoding: str
) -> Iterator[tuple[Any, Dialect]]:
    pd = import_extra("pandas", extra="cli")
    marks = _Marks(is_proven=forced.decimal is not None)
    with path.open(encoding=encoding) as file:
        # A mark at the beginning is no part of the first name.
        if file.read(1) != "\ufeff":
            file.seek(0)
        first = ""
        rows = _stripped(file)
        forced, head = _plain_head(path, list(islice(rows, N_LINES + 1)), forced)
        rows = chain(head, rows)
        begin = list(islice(rows, n_rows + 1))
        others: Iterator[list[str]] = iter(lambda: list(islice(rows, n_rows)), [])
        for lines in _grouped(chain([begin], others), n_rows):
            text = first + "".join(chain(*lines))
            table, dialect = parse(pd, path, text, forced)
            check_rows(path, table.size)
            _check_plain(path, dialect)
            marks.check(path, table, dialect)
            if not first and dialect.header:
                first = text.partition("\n")[0] + "\n"
            forced = Forced(
                sep=forced.sep or dialect.separator,
                decimal=dialect.decimal if marks.is_proven else None,
                header=dialect.header,
            )
            yield table, dialect


def _plain_head(
    path: Path, head: list[str], forced: Forced
) -> tuple[Forced, list[str]]:
    """Return the settings, and the first lines, without one that states a separator.

    Raises
    ------
    ValueError
        If they hold more than a header and a table. The lines of a part may be too few
        to show that.
    """
    sep, _ = without_separator_line(head[0] if head else "")
    if sep is not None:
        # Later parts begin with the names of the columns.
        head = list(dropwhile("\n".__eq__, head[1:]))
        forced = replace(forced, sep=forced.sep or sep)
    check_rows(path, len(head))
    with suppress(TwoReadingsError):  # which each part has by itself, or has not
        _check_plain(path, find_dialect("".join(head), forced)[0])
    return forced, head


def _check_plain(path: Path, dialect: Dialect) -> None:
    """Raise if lines of a text were left out, of which later parts do not know."""
    if dialect.notes:
        raise ValueError(
            f"{path} holds more than a header and a table: {', '.join(dialect.notes)}. "
            "In blocks, only plain tables are read. Remove these lines."
        )


@dataclass
class _Marks:
    """Findings of all parts of a text on 1.234, which may be 1234."""

    is_proven: bool
    short: set[str] = field(default_factory=set)  # columns with whole numbers
    long: set[str] = field(default_factory=set)  # from 1000 on, without a mark
    open: set[str] = field(default_factory=set)  # with three digits behind each dot

    def check(self, path: Path, table: "DataFrame", dialect: Dialect) -> None:
        """Raise if the parts so far have two readings, as a single text has."""
        self.is_proven |= dialect.proven
        for name in table.select_dtypes("number").columns:
            if not self.is_proven and name not in dialect.grouped:
                self._look_at(name, table[name].to_numpy(np.float64))
        both = (self.short & self.open) - self.long
        if both and not self.is_proven:
            name = min(both)
            raise TwoReadingsError(
                f"{path} has two readings: column {name!r} holds whole numbers in some "
                "parts, and numbers such as 1.234 in others, which are 1234 or 1.234. "
                "Pass thousands='.' (--thousands) or decimal='.' (--decimal).",
                setting="decimal",
            )

    def _look_at(self, name: str, values: Any) -> None:
        known = np.abs(values[np.isfinite(values) & (values != 0)])
        is_whole = known == np.floor(known)
        others, whole = known[~is_whole], known[is_whole]
        if len(others):
            scaled = 1000 * others
            is_open = not len(whole) and (others >= 1).all() and (others < 1000).all()
            # Next to whole numbers, the text of the part was looked at.
            if not is_open or (np.abs(scaled - np.round(scaled)) > 1e-6).any():
                self.is_proven = True
            self.open.add(name)
        if (whole < 1000).any():
            self.short.add(name)
        if (whole >= 1000).any():
            self.long.add(name)


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines without empty ones at both ends; elsewhere they may be values."""
    n_empty = 0
    for line in dropwhile("\n".__eq__, lines):
        if line == "\n":
            n_empty += 1
            continue
        yield from repeat("\n", n_empty)
        n_empty = 0
        yield line.removesuffix("\n") + "\n"


def _grouped(pieces: Iterable[T], n_rows: int) -> Iterator[list[T]]:
    """Yield pieces in groups of at least so many rows."""
    held: list[T] = []
    group: list[T] = []
    for piece in pieces:
        group.append(piece)
        if sum(map(len, group)) >= n_rows:  # type: ignore[arg-type]
            if held:
                yield held
            held, group = group, []
    if held or group:
        yield held + group
