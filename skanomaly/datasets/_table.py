"""Reader for tables of numbers in CSV and Parquet files."""

import csv
import gzip
import io
import zlib
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra

if TYPE_CHECKING:
    from pandas import DataFrame

_SEPARATORS = ",;\t"


def read_table(path: str | PathLike[str]) -> "DataFrame":
    """Read a table from a CSV or Parquet file.

    Requires pandas, and pyarrow for Parquet. CSV files must be encoded in UTF-8, with
    or without a byte order mark, and may be compressed with gzip. Fields are separated
    by commas, semicolons or tabs, lines by any line ending. A first line of numbers, or
    of numbers and times, is data. A header in which all names are numbers is therefore
    read as data.

    Parameters
    ----------
    path : str or path-like
        Path of the file.

    Returns
    -------
    table : DataFrame of shape (n_rows, n_columns)
        One row per line. Without a header, a single column is named ``"value"``, and
        several columns are named ``"0"``, ``"1"``, ... A file with a single line of
        numbers is read as one column. In a table with a single column, an empty line is
        a missing value; otherwise empty lines are skipped.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If pandas, or pyarrow for a Parquet file, is not installed.
    ValueError
        If the path is a folder, the file is damaged or holds no table, or its lines
        have different numbers of fields.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skanomaly.datasets import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("1.5,2.5,4.0")
    ...     read_table(file)["value"].tolist()
    [1.5, 2.5, 4.0]
    """
    pd = import_extra("pandas", extra="cli")
    path = Path(path)
    head = read_head(path, 4)
    table: DataFrame
    if head == b"PAR1":
        table = _read_parquet(pd, path)
    else:
        table = _parse(pd, path, _read_text(path, gzipped=head[:2] == b"\x1f\x8b"))
    if table.empty:
        raise ValueError(
            f"{path} has no row of data, only a header. Pass a file with at least one "
            "row of data."
        )
    return table


def read_head(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a file, which identify its format."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}. Check the path.")
    if path.is_dir():
        raise ValueError(f"{path} is a folder. Pass the path of a file.")
    with path.open("rb") as file:
        head = file.read(size)
    if not head:
        raise ValueError(f"{path} is empty. It must hold at least one number.")
    return head


def _read_parquet(pd: Any, path: Path) -> Any:
    import_extra("pyarrow", extra="cli")
    try:
        table: Any = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path} is a damaged Parquet file ({error}). Download or save it again."
        ) from error
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()  # The index often holds the times.
    table.columns = [str(name) for name in table.columns]
    return table


def _read_text(path: Path, *, gzipped: bool) -> str:
    opener: Any = gzip.open if gzipped else open
    try:
        with opener(path, "rt", encoding="utf-8-sig") as file:
            text: str = file.read()
    except UnicodeDecodeError:
        text = "\0"
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path} is a damaged gzip file ({error}). Download or save it again."
        ) from error
    if "\0" in text:
        raise ValueError(
            f"{path} is neither a text file in UTF-8 nor a Parquet file. Save the "
            "table as CSV in UTF-8."
        )
    if not text.strip():
        raise ValueError(f"{path} is empty. It must hold at least one number.")
    return text.strip("\n") + "\n"


def _parse(pd: Any, path: Path, text: str) -> Any:
    first, _, rest = text.partition("\n")
    separator = max(_SEPARATORS, key=first.count)
    fields = first.split(separator)
    if not rest and all(map(_is_number, fields)):
        return pd.DataFrame({"value": np.array(fields, dtype=np.float64)})
    _check_widths(path, text, separator)
    names = ["value"] if len(fields) == 1 else [str(i) for i in range(len(fields))]
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=separator,
            low_memory=False,
            skipinitialspace=True,
            skip_blank_lines=len(fields) > 1,
            **({"header": None, "names": names} if _is_data(fields) else {}),
        )
    except pd.errors.ParserError as error:
        raise ValueError(
            f"{path} could not be read as CSV ({error}). Save the table as CSV again."
        ) from error


def _check_widths(path: Path, text: str, separator: str) -> None:
    """Raise if lines have different numbers of fields.

    pandas would fill short lines with NaN, and use the first fields of long lines as
    the index.
    """
    if '"' in text:
        rows = csv.reader(io.StringIO(text), delimiter=separator)
        widths = [(rows.line_num, len(row)) for row in rows if row]
    else:
        lines = enumerate(text.split("\n"), start=1)
        widths = [(n, line.count(separator) + 1) for n, line in lines if line]
    expected = widths[0][1]
    for number, width in widths:
        if width != expected:
            raise ValueError(
                f"{path} is ragged: line {number} has {width} fields and line 1 has "
                f"{expected}. Save the table with the same number of fields in every "
                "line."
            )


def _is_data(fields: list[str]) -> bool:
    values = [field.strip().strip('"') for field in fields]
    # An empty field is a missing value. A line of times only may be a header of dates.
    return any(map(_is_number, values)) and all(
        not value or _is_number(value) or _is_time(value) for value in values
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
