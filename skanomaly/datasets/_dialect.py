"""Dialect of a table in a text: separator, header, comments, units, decimal mark."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial

from skanomaly._cells import decide_marks, kind_of
from skanomaly.datasets._header import has_header, is_units
from skanomaly.exceptions import TwoReadingsError

Rows = list[list[str]]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "spaces"}
# Lines at the beginning of a file that show what it holds.
N_LINES = 200
_LONGEST_HEAD = 1_000_000
_TYPED = frozenset(("number", "time"))
# The separator of a table with a single column, which occurs nowhere.
NOWHERE = "\x1f"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """Form of a table in a file.

    Parameters
    ----------
    kind : str, default="CSV"
        Kind of the file.
    separator : str or None, default=None
        Separator of fields; None for a single column, and for files that need none.
    decimal : str, default="."
        Decimal mark, as far as the first lines say.
    header : bool, default=True
        Whether the first line holds the names of the columns.
    encoding : str or None, default=None
        Encoding of the text.
    notes : tuple of str, default=()
        What else was recognised, such as lines of comments that were left out.
    units : bool, default=False
        Whether the second line holds the units of the columns.
    proven : bool, default=False
        Whether a cell of the first lines proves the decimal mark.
    grouped : tuple of str, default=()
        Columns in which 1.234 may be 1234, as it is next to whole numbers.
    raw : str, default=""
        Text of the file, for messages that name its lines.
    """

    kind: str = "CSV"
    separator: str | None = None
    decimal: str = "."
    header: bool = True
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    units: bool = False
    proven: bool = False
    grouped: tuple[str, ...] = ()
    raw: str = field(default="", repr=False, compare=False)

    def line_of(self, row: int, n_rows: int) -> str | None:
        """Return where a row is in the file, from 1 on; None in files without lines.

        Parameters
        ----------
        row : int
            Row of the table, from 0 on.
        n_rows : int
            Number of rows of the table, which are the last ones of the file.
        """
        if self.kind == "Excel":
            return f"row {row + 2} of the sheet"
        if self.kind == "JSON":
            return f"number {row + 1} of the list"
        lines = self._lines_of_rows()
        return f"line {lines[row - n_rows]}" if len(lines) >= n_rows else None

    def _lines_of_rows(self) -> list[int]:
        """Return the first line of each record, a header among them."""
        lines = self.raw.rstrip("\n").split("\n") if self.raw else []
        starts = [*range(1, len(lines) + 1)]
        if '"' in self.raw:
            reader = csv.reader(lines, delimiter=self.separator or NOWHERE)
            ends = [reader.line_num for _ in reader]
            starts = [1, *(end + 1 for end in ends[:-1])]
        return [
            number
            for number in starts
            # In a table with a single column, an empty line is a missing value.
            if (lines[number - 1].strip() or self.separator is None)
            and not lines[number - 1].startswith("#")
        ]


@dataclass(frozen=True, kw_only=True)
class Forced:
    """Facts that the caller states about a file; None for what is to be found."""

    sep: str | None = None
    decimal: str | None = None
    header: bool | None = None


def split_lines(lines: list[str], separator: str | None) -> Rows:
    """Return the fields of lines that are not empty; empty if they cannot be split."""
    if separator is None:
        return [[line.strip()] for line in lines if line.strip()]
    if separator == " ":
        lines = [line.strip() for line in lines]
    try:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        return [row for row in reader if row]
    except csv.Error:
        return []


def head_of(text: str) -> list[str]:
    """Return the first lines of a text, all of them whole."""
    lines = text[:_LONGEST_HEAD].split("\n", N_LINES + 1)
    if len(text) > _LONGEST_HEAD and len(lines) > 1:
        lines = lines[:-1]
    return lines[:N_LINES]


def find_dialect(text: str, forced: Forced) -> tuple[Dialect, str]:
    """Return the dialect of a text, and the text without what is no table."""
    text, notes, sep = _without_extras(text)
    if not text.strip():
        return Dialect(notes=tuple(notes)), ""
    separator = forced.sep or sep or _separator(head_of(text), forced.decimal)
    if separator is None:
        text, separator, skipped = _without_preamble(text)
        notes += skipped
    lines = head_of(text)
    rows = split_lines(lines, separator)
    rows = rows or split_lines(lines, None)
    header = forced.header
    if header is None:
        # Lines of different widths are refused later, with the number of the line.
        header = separator is None or has_header(rows)
    if header is None:
        raise TwoReadingsError(
            f"the first line, {lines[0][:60]!r}, may be a header of numbers or data. "
            "Pass header as True or False (--header yes or --header no).",
            setting="header",
        )
    body = rows[1:] if header else rows
    units = header and is_units(body)
    body = body[1:] if units else body
    dialect = Dialect(
        separator=separator,
        header=header,
        notes=tuple(notes),
        units=units,
    )
    if units:
        named = ", ".join(cell for cell in (rows[1]) if cell)
        dialect = replace(dialect, notes=(*notes, f"a row of units left out: {named}"))
    decimal, proven = _decimal(body, separator)
    decimal = forced.decimal or decimal
    return replace(dialect, decimal=decimal, proven=proven), text


def _without_extras(text: str) -> tuple[str, list[str], str | None]:
    """Return the text without a line ``sep=;`` and comments, and that separator."""
    notes = []
    sep, text = without_separator_line(text)
    if text.startswith("#") and _is_header(text):
        text = text[1:].lstrip(" ")
    if "#" in text and (text.startswith("#") or "\n#" in text):
        text, count = re.subn(r"(?m)^#.*\n", "", text)
        notes.append(f"{count} lines of comments left out")
    return text, notes, sep


def without_separator_line(text: str) -> tuple[str | None, str]:
    """Return the separator that a first line ``sep=;`` states, and what follows."""
    if found := re.match(r'"?sep=(.)"?\s*\n', text, re.IGNORECASE):
        return found[1], text[found.end() :]
    return None, text


def _is_header(text: str) -> bool:
    """Return whether a first line that begins with # has as many fields as the next."""
    first, *others = head_of(text)
    if not others or others[0].startswith("#"):
        return False
    separator = _separator(others)
    rows = split_lines([first[1:].lstrip(), *others[:5]], separator)
    if separator in (None, NOWHERE) or len({len(row) for row in rows}) != 1:
        return False
    return all(kind_of(cell) == "text" for cell in rows[0] if cell)


def _separator(lines: list[str], decimal: str | None = None) -> str | None:
    """Return the separator with which all lines have as many fields, and best ones."""
    found = {sep: share for sep in SEPARATORS if (share := _share(lines, sep)) >= 0}
    if not found:
        return NOWHERE if _is_one_column(lines) else None
    best = max(found.values())
    named = [sep for sep, share in found.items() if share == best]
    alone = _share(lines, None)
    # Numbers with commas may be one column too, which other columns would tell.
    if named == [","] and alone >= best and decimal == ",":
        return NOWHERE
    if len(named) > 1 or (named != [","] and best > 0 and alone >= best):
        others = [SEPARATORS[sep] for sep in named] + ["none"] * (alone >= best)
        raise TwoReadingsError(
            f"fields may be separated by {' or by '.join(others)}, as in the line "
            f"{lines[-2 if len(lines) > 1 else 0][:60]!r}. Pass sep (--sep).",
            setting="sep",
        )
    return NOWHERE if alone > best else named[0]


def _is_one_column(lines: list[str]) -> bool:
    """Return whether lines hold one number each, below a name without a separator."""
    first, *others = [line.strip() for line in lines if line.strip()] or [""]
    if kind_of(first) == "text" and any(sep in first for sep in ",;\t|"):
        return False
    kinds = {kind_of(line) for line in others}
    return "number" in kinds and kinds <= {"number", "missing", "mark"}


def _share(lines: list[str], separator: str | None) -> float:
    """Return the share of numbers and times in the fields, -1 if widths differ."""
    rows = split_lines(lines, separator)
    widths = {len(row) for row in rows}
    if len(widths) != 1 or (widths == {1} and separator is not None):
        return -1.0
    body = rows[1:] or rows
    kinds = Counter(kind_of(cell) for row in body for cell in row)
    known = sum(kinds.values()) - kinds["missing"] - kinds["mark"]
    return sum(kinds[kind] for kind in _TYPED) / max(known, 1)


def _without_preamble(text: str) -> tuple[str, str | None, list[str]]:
    """Leave out first lines without a separator if all others have as many fields."""
    lines = head_of(text)
    for start in range(1, min(30, len(lines) - 2)):
        found = {sep: _share(lines[start:], sep) for sep in SEPARATORS}
        best = max(found, key=lambda sep: found[sep])
        before = split_lines(lines[:start], best)
        if found[best] > 0.6 and all(len(row) == 1 for row in before):
            text = "\n".join([*lines[start:], *text.split("\n")[len(lines) :]])
            text = text.lstrip("\n")
            return text, best, [f"{start} lines before the table left out"]
    return text, None, []


def _decimal(body: Rows, separator: str | None) -> tuple[str, bool]:
    """Return the decimal mark of the first lines, and whether they prove it."""
    width = max(map(len, body), default=0)
    columns = [[row[i].strip() for row in body if i < len(row)] for i in range(width)]
    numbers = [
        [cell for cell in cells if kind_of(cell) == "number"] for cells in columns
    ]
    marks = decide_marks(
        [partial(_occurs, cells) for cells in numbers], by_comma=separator == ","
    )
    if isinstance(marks, str) or not marks.proven or marks.thousands is not None:
        return ".", False
    return marks.decimal, True


def _occurs(cells: list[str], pattern: str) -> bool:
    return any(re.search(pattern, cell) for cell in cells)
