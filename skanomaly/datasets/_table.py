"""Reader for tables in text files, Parquet, Feather, Excel and JSON lines."""

import codecs
import csv
import io
import json
import re
import warnings
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._cells import is_open_column
from skanomaly._compat import import_extra
from skanomaly.datasets._dialect import NOWHERE, Dialect, Forced, find_dialect
from skanomaly.datasets._source import decode, read_bytes
from skanomaly.exceptions import TwoReadingsError

if TYPE_CHECKING:
    from pandas import DataFrame

_SEPARATORS = ",;\t"


def read_table(
    path: str | PathLike[str],
    *,
    sep: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
) -> "DataFrame":
    r"""Read a table from a file: its separator, decimal mark, header and encoding.

    Requires pandas, pyarrow for Parquet and Feather, and openpyxl for Excel. Files may
    be compressed with gzip, bzip2, xz or Zstandard. What is not given is found if the
    first lines have one consistent reading. :func:`skanomaly.reading.read_series`
    also finds the times and values of a series.

    Parameters
    ----------
    path : str or path-like
        Path of the file, or ``"-"`` for standard input.
    sep : str, default=None
        Separator of the fields, such as ``";"`` or ``"\t"``. If None, that of comma,
        semicolon, tab, bar and spaces by which all lines have as many fields.
    decimal : {".", ","}, default=None
        Decimal mark. If None, that of the first lines.
    header : bool, default=None
        Whether the first line holds the names of the columns. If None, a first line of
        numbers, or of numbers and times, is data, unless it counts the columns or the
        years, and the numbers below it are of another kind.
    encoding : str, default=None
        Encoding of the text. If None, UTF-8, UTF-16, or latin-1 if only usual letters
        and signs of Western languages are in it.

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
        If pandas, or the package that the format needs, is not installed.
    ValueError
        If the path is a folder, the file is damaged or holds no table, its lines
        have different numbers of fields, or its first lines have two readings.

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
    return scan_table(path, sep=sep, decimal=decimal, header=header, encoding=encoding)[
        0
    ]


def scan_table(
    path: str | PathLike[str],
    *,
    sep: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
) -> tuple["DataFrame", Dialect]:
    """Read a table and return how it was read; see :func:`read_table`.

    Parameters
    ----------
    path, sep, decimal, header, encoding
        As for :func:`read_table`.

    Returns
    -------
    table : DataFrame of shape (n_rows, n_columns)
        One row per line.
    dialect : Dialect
        How the file is a table.
    """
    pd = import_extra("pandas", extra="cli")
    path = Path(path)
    data = read_bytes(path)
    kind = _binary_kind(data)
    if kind is not None:
        table = _read_binary(pd, path, data, kind)
        dialect = Dialect(kind=kind)
    else:
        raw, encoding = decode(path, data, encoding)
        text = raw if _is_bare(raw) else raw.strip("\n") + "\n"
        forced = Forced(sep=sep, decimal=decimal, header=header)
        if text.startswith("{"):
            table, dialect = _read_json(pd, path, text), Dialect(kind="JSON lines")
        elif re.match(r"\[\s*\{", text):
            table, dialect = (
                _read_json(pd, path, text, whole=True),
                Dialect(kind="JSON"),
            )
        else:
            known = data if text is raw and _is_text_of(data, encoding) else b""
            table, dialect = parse(pd, path, text, forced, known)
        dialect = replace(dialect, encoding=encoding, raw=raw)
    check_rows(path, table.size)
    return table, dialect


def check_rows(path: Path, n_rows: int) -> None:
    """Raise if a table has no row of data."""
    if not n_rows:
        raise ValueError(
            f"{path} has no row of data, only a header. Pass a file with at least one "
            "row of data."
        )


def _is_bare(text: str) -> bool:
    """Return whether a text begins with a line and ends with one, as a strip leaves."""
    return text[:1] != "\n" and text[-1] == "\n" and text[-2:-1] != "\n"


def _binary_kind(data: bytes) -> str | None:
    if data.startswith(b"PAR1"):
        return "Parquet"
    if data.startswith(b"ARROW1") or data.startswith(b"FEA1"):
        return "Feather"
    if data.startswith(b"PK\x03\x04") and b"xl/" in data:
        return "Excel"
    return None


def _read_binary(pd: Any, path: Path, data: bytes, kind: str) -> Any:
    if kind == "Excel":
        import_extra("openpyxl", extra="excel")
        read = pd.read_excel
    else:
        import_extra("pyarrow", extra="cli")
        read = {"Parquet": pd.read_parquet, "Feather": pd.read_feather}[kind]
    try:
        table: Any = read(io.BytesIO(data))
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"{path} is a damaged {kind} file ({error}). Download or save it again."
        ) from error
    return with_index(table)


def with_index(table: Any) -> Any:
    """Return a table with the column that a file has as its index."""
    pd = import_extra("pandas", extra="cli")
    if not isinstance(table.index, pd.RangeIndex):
        table = table.reset_index()  # The index often holds the times.
    table.columns = [str(name) for name in table.columns]
    return table


def _read_json(pd: Any, path: Path, text: str, *, whole: bool = False) -> Any:
    """Read one object per line, or a list of objects."""
    try:
        rows = (
            json.loads(text)
            if whole
            else [json.loads(line) for line in text.splitlines() if line.strip()]
        )
    except ValueError as error:
        raise ValueError(
            f"{path} could not be read as JSON ({error}). Write one object per line, "
            "or a list of objects."
        ) from error
    # Objects within objects become columns such as "host.cpu".
    nested = any(isinstance(cell, dict) for row in rows[:1] for cell in row.values())
    return pd.json_normalize(rows) if nested else pd.DataFrame(rows)


def _is_text_of(data: bytes, encoding: str) -> bool:
    """Return whether bytes are those of their text in UTF-8."""
    marked = data.startswith(codecs.BOM_UTF8)
    return encoding == "utf-8" and not marked and b"\r" not in data


def parse(
    pd: Any, path: Path, text: str, forced: Forced, known: bytes = b""
) -> tuple[Any, Dialect]:
    """Return the table of a text, whose bytes are `known` or empty, and its dialect."""
    whole = text
    row = _single_row(text, forced)
    if row is not None:
        return pd.DataFrame({"value": row}), Dialect(header=False)
    try:
        dialect, text = find_dialect(text, forced)
    except TwoReadingsError as error:
        raise TwoReadingsError(
            f"{path} has two readings: {error}", setting=error.setting
        ) from error
    if not text:
        raise ValueError(
            f"{path} has no row of data, only comments or a separator. Pass a file "
            "with at least one row of data."
        )
    separator = dialect.separator or max(_SEPARATORS, key=_first_line(text).count)
    first = _fields(text, separator)
    data = known if known and text is whole else text.encode()
    _check_widths(path, text, data, separator, len(first))
    names = ["value"] if len(first) == 1 else [str(i) for i in range(len(first))]
    settings: dict[str, Any] = {
        "sep": r"\s+" if separator == " " else separator,
        "skipinitialspace": _has_padding(data, separator),  # which takes a third longer
        "skip_blank_lines": len(first) > 1,
        "skiprows": [1] if dialect.units else None,
        **({} if dialect.header else {"header": None, "names": names}),
    }
    try:
        table = _read_csv(pd, data, decimal=dialect.decimal, **settings)
    except pd.errors.ParserError as error:
        _check_each_width(path, text, separator, len(first))
        raise ValueError(
            f"{path} could not be read as CSV ({error}). Save the table as CSV again."
        ) from error
    table.columns = [str(name).strip() for name in table.columns]
    # A separator at the end of each line begins a column without name and values.
    if table.columns[-1].startswith("Unnamed:") and table.iloc[:, -1].isna().all():
        table = table.iloc[:, :-1]
    if forced.decimal is None and dialect.decimal == "." and not dialect.proven:
        dialect = replace(dialect, grouped=_open_columns(pd, table, data, settings))
    separator_or_none = None if separator == NOWHERE else separator
    return table, replace(dialect, separator=separator_or_none)


def _read_csv(pd: Any, data: bytes, **settings: Any) -> Any:
    """Read a table in chunks, or as a whole where their types differ.

    Chunks take two thirds of the time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.DtypeWarning)
        try:
            table = pd.read_csv(io.BytesIO(data), **settings)
        except pd.errors.DtypeWarning:
            table = None
    # Whole numbers with and without a sign would become floats.
    if table is None or (table.select_dtypes("float").max() >= 2**63).any():
        table = pd.read_csv(io.BytesIO(data), low_memory=False, **settings)
    return table


def _open_columns(
    pd: Any, table: Any, data: bytes, settings: dict[str, Any]
) -> tuple[str, ...]:
    """Return columns in which 1.234, next to whole numbers, may be 1234.

    The numbers alone rule that out for nearly all columns; the text decides on others.
    """
    places = [
        place
        for place, name in enumerate(table.columns)
        if table[name].dtype.kind == "f" and _may_be_grouped(table[name].to_numpy())
    ]
    if not places:
        return ()
    cells = pd.read_csv(io.BytesIO(data), **settings, dtype="str")
    return tuple(
        str(table.columns[place])
        for place in places
        if is_open_column(cells.iloc[:, place].dropna())
    )


def _may_be_grouped(values: Any) -> bool:
    """Return whether numbers are whole, or from 1 on with up to three decimals."""
    known = values[np.isfinite(values)]
    is_whole = known == np.floor(known)
    scaled = 1000 * known[~is_whole]
    if not len(scaled) or not is_whole.any() or (np.abs(scaled) < 1000).any():
        return False
    return bool((np.abs(scaled - np.round(scaled)) < 1e-6).all())


def _single_row(text: str, forced: Forced) -> Any:
    """Return the numbers of a text of a single line of numbers, else None."""
    first = _first_line(text)
    if len(text) > len(first) + 1 or forced.header:
        return None
    fields = first.split(forced.sep or max(_SEPARATORS, key=first.count))
    try:
        return np.array(fields, dtype=np.float64)
    except ValueError:
        return None


def _first_line(text: str) -> str:
    """Return the first line of a text, which ends with a line feed."""
    return text[: text.index("\n")]


def _fields(text: str, separator: str) -> list[str]:
    """Return the fields of the first line."""
    first = _first_line(text)
    if separator == " ":
        first = first.strip()
    try:
        rows = csv.reader([first], delimiter=separator, skipinitialspace=True)
        return next(rows) or [first]  # of a single column, whose value is missing
    except csv.Error:
        return first.split(separator)


def _has_padding(data: bytes, separator: str) -> bool:
    """Return whether a field begins with spaces."""
    if b" " not in data:
        return False
    padded = (b"\n ", f"{separator} ".encode())
    return data.startswith(b" ") or any(sign in data for sign in padded)


def _check_widths(
    path: Path, text: str, data: bytes, separator: str, expected: int
) -> None:
    """Raise if lines have different numbers of fields.

    pandas would fill short lines with NaN, and use the first fields of long lines as
    the index. It refuses long ones further down, so that their total number tells.
    """
    bare = re.sub(rb'"[^"\n]*"', b"", data) if b'"' in data else data
    n_lines, n_separators = _count(bare, "\n"), _count(bare, separator)
    if separator == " " or b'"' in bare or n_separators != (expected - 1) * n_lines:
        _check_each_width(path, text, separator, expected)


def _count(data: bytes, sign: str) -> int:
    """Return how often a sign occurs in a text in UTF-8."""
    if not sign.isascii():
        return data.count(sign.encode())
    # This takes a fifth of the time.
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(sign)))


def _check_each_width(path: Path, text: str, separator: str, expected: int) -> None:
    """Raise with the first line that has another number of fields."""
    lines = text.split("\n")
    if separator == " ":
        lines = [line.strip() for line in lines]
    if '"' in text or separator == " ":
        rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        widths = ((rows.line_num, len(row)) for row in rows if row)
    else:
        counted = enumerate(lines, start=1)
        widths = ((n, line.count(separator) + 1) for n, line in counted if line)
    for number, width in widths:
        if width != expected:
            raise ValueError(
                f"{path} is ragged: line {number} has {width} fields and line 1 has "
                f"{expected}. Save the table with the same number of fields in every "
                "line, or pass its separator (--sep)."
            )
