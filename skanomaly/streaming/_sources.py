"""Series that need not fit into memory, read from their first sample to their last."""

import mmap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly._frames import named
from skanomaly._validation import check_finite

Cut = Callable[[int, int], Any]


@dataclass(frozen=True)
class Source:
    """Series that is read in pieces.

    Parameters
    ----------
    pieces : callable
        Returns an iterator of pieces of at most so many samples, if it can choose.
    n_samples : int or None, default=None
        Number of samples; None if only the end will show it.
    columns : list of str or None, default=None
        Names of the channels of a table.
    """

    pieces: Callable[[int], Iterator[Any]]
    n_samples: int | None = None
    columns: list[str] | None = None


def source_of(given: Any, columns: Sequence[str] | None = None) -> Source:
    """Return what was given as a source of pieces.

    Parameters
    ----------
    given : array, data frame, path, ParquetFile or iterable of pieces
        Anything with a shape and slices, a file ``.parquet`` or ``.npy``, or an
        iterable of arrays, data frames or record batches.
    columns : sequence of str or None, default=None
        Columns to read of a table; None for all that hold numbers.

    Raises
    ------
    ValueError
        If it is none of these, or has not two dimensions.
    """
    if isinstance(given, str | Path):
        given = _opened(Path(given))
    if hasattr(given, "iter_batches"):
        return _of_parquet(given, columns)
    if hasattr(given, "shape"):
        return _of_array(given, columns)
    if isinstance(given, Iterable):
        return Source(lambda _: iter(given))
    raise ValueError(
        f"source is of type {type(given).__name__}. Pass an array of shape (n_samples, "
        "n_channels), also a memory map or one of Zarr or HDF5, a Parquet file, or an "
        "iterator of such arrays."
    )


def _opened(path: Path) -> Any:
    if path.suffix == ".npy":
        return np.load(path, mmap_mode="r")
    if path.suffix in (".parquet", ".pq"):
        parquet = import_extra("pyarrow.parquet", extra="cli")
        return parquet.ParquetFile(path)
    raise ValueError(
        f"source is the file {path.name}, but only .parquet and .npy are read in "
        "blocks. Open it and pass the array, or an iterator of its parts, such as "
        "pandas.read_csv(path, chunksize=100_000)."
    )


def _of_array(array: Any, columns: Sequence[str] | None) -> Source:
    if len(array.shape) != 2:
        raise ValueError(
            f"source has shape {tuple(array.shape)}, but a series has shape "
            "(n_samples, n_channels). A single channel has shape (n_samples, 1)."
        )
    rows = getattr(array, "iloc", array)
    n_samples = int(array.shape[0])

    def pieces(size: int) -> Iterator[Any]:
        for first in range(0, n_samples, size):
            yield rows[first : min(first + size, n_samples)]
            let_go(array)

    names = list(columns or array.columns) if is_table(array) else None
    return Source(pieces, n_samples, names)


def _of_parquet(file: Any, columns: Sequence[str] | None) -> Source:
    chosen = list(columns or _numeric(file.schema_arrow))

    def pieces(size: int) -> Iterator[Any]:
        yield from file.iter_batches(batch_size=size, columns=chosen)

    check_columns(chosen, file.schema_arrow.names)
    return Source(pieces, int(file.metadata.num_rows), chosen)


def _numeric(schema: Any) -> list[str]:
    """Return the columns that hold numbers or booleans."""
    types = import_extra("pyarrow.types", extra="cli")
    kinds = (types.is_integer, types.is_floating, types.is_boolean)
    return [one.name for one in schema if any(is_kind(one.type) for is_kind in kinds)]


def let_go(array: Any) -> None:
    """Take the pages of a memory map out of the memory of this process.

    They are read again from the file, or from the cache of the system, when they are
    needed. Otherwise, a process seems to hold all that it has ever read or written.
    """
    base = array
    while isinstance(base, np.ndarray):
        base = base.base
    # Changes of a private copy would be lost.
    is_shared = getattr(array, "mode", None) in ("r", "r+", "w+")
    if is_shared and isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def is_table(piece: Any) -> bool:
    """Return whether a piece of a series has columns with names."""
    return hasattr(piece, "columns") or _is_arrow(piece)


def _is_arrow(piece: Any) -> bool:
    return hasattr(piece, "schema") and hasattr(piece, "column")


def values_of(piece: Any, columns: Sequence[str] | None) -> NDArray[Any]:
    """Return a piece of a series as an array, of a table some columns.

    Parameters
    ----------
    piece : array-like, data frame or record batch
        Piece of shape (n_samples, n_channels).
    columns : sequence of str or None
        Columns of a table; None for all.

    Raises
    ------
    ValueError
        If a table lacks a column, or the values are no numbers.
    """
    if not is_table(piece):
        return _numbers(np.asarray(piece))
    names = _names_of(piece)
    check_columns(columns or (), names)
    read = _read_arrow if _is_arrow(piece) else _read_frame
    return _numbers(np.column_stack([read(piece, one) for one in columns or names]))


def _names_of(table: Any) -> list[str]:
    return list(table.schema.names if _is_arrow(table) else table.columns)


def _read_frame(frame: Any, name: str) -> NDArray[Any]:
    values: NDArray[Any] = frame[name].to_numpy()
    return values


def _read_arrow(table: Any, name: str) -> NDArray[Any]:
    values = table.column(name)
    whole = values.combine_chunks() if hasattr(values, "combine_chunks") else values
    array: NDArray[Any] = whole.to_numpy(zero_copy_only=False)
    return array


def check_columns(asked: Iterable[str], names: Sequence[str]) -> None:
    """Raise if a source lacks a column that is asked for."""
    for name in asked:
        if name not in names:
            raise ValueError(
                f"source has no column {name!r}, to which the model was fitted. Its "
                f"columns are: {', '.join(map(str, names))}."
            )


def _numbers(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"source holds values of type {values.dtype}, but a series consists of "
            "numbers. Leave out columns of times and texts."
        )
    return values


class Ahead:
    """Samples of a series from somewhere on, read as far as they are needed.

    Parameters
    ----------
    pieces : iterator
        Pieces of the series, in order.
    columns : list of str or None
        Names of the channels of the model.
    check : bool
        Whether samples must be finite.
    """

    def __init__(
        self, pieces: Iterator[Any], columns: list[str] | None, *, check: bool
    ) -> None:
        self._pieces, self._columns, self._check = pieces, columns, check
        self._held: NDArray[Any] | None = None
        self._start = self.stop = self._n_channels = 0
        self._is_table = False
        self._first_names: list[str] | None = None
        self.is_complete = False

    def read_to(self, stop: int) -> int:
        """Read up to a sample, or to the end, and return the end of what is held."""
        new = []
        while self.stop < stop and not self.is_complete:
            piece = next(self._pieces, None)
            if piece is None:
                self.is_complete = True
            else:
                new.append(self._values(piece))
                self.stop += len(new[-1])
        if new:
            held = [] if self._held is None else [self._held]
            self._held = np.concatenate(held + new)
        return self.stop

    def part(self, first: int, last: int) -> Any:
        """Return a copy of some of the samples, a data frame if the model knows names.

        Transformers may work in place, and the next part holds some samples again.
        """
        assert self._held is not None
        part = self._held[first - self._start : last - self._start].copy()
        return named(part, self._columns if self._is_table else None)

    def drop_to(self, first: int) -> None:
        """Forget the samples before one."""
        assert self._held is not None
        n_dropped = max(0, first - self._start)
        self._held = self._held[n_dropped:]
        self._start += n_dropped

    def _order_of(self, piece: Any) -> list[str] | None:
        """Return the columns of the first table if a later one has them, too."""
        if not self._is_table:
            return None
        names = _names_of(piece)
        self._first_names = self._first_names or names
        if len(names) != len(self._first_names):
            return None
        check_columns(self._first_names, names)
        return self._first_names

    def _values(self, piece: Any) -> NDArray[Any]:
        """Return a piece as an array, or raise if it does not fit the others."""
        self._is_table = is_table(piece)
        values = values_of(piece, self._columns or self._order_of(piece))
        if values.ndim != 2:
            raise ValueError(
                f"A piece of source has shape {values.shape}, but a piece of a series "
                "has shape (n_samples, n_channels)."
            )
        n_channels = values.shape[1]
        if self.stop and n_channels != self._n_channels:
            raise ValueError(
                f"The piece of source from sample {self.stop} on has {n_channels} "
                f"channels, those before it have {self._n_channels}."
            )
        self._n_channels = n_channels
        if self._check:
            check_finite(values, name="source", first_row=-self.stop)
        return values
