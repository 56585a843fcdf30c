"""Columns of texts that are numbers: marks, percents, signs, missing values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from skanomaly._cells import CURRENCIES, MISSING, Marks, decide_marks, kind_of
from skanomaly._compat import import_extra
from skanomaly.datasets import Dialect
from skanomaly.exceptions import TwoReadingsError
from skanomaly.preprocessing import looks_like_times
from skanomaly.reading._settings import Reading

# Cells by which a column of texts is one of numbers, before all cells are looked at.
_N_TRIED = 1000
_SPACES = "[ \u00a0\u2009\u202f'’]"
_GROUPED_BY_SPACE = rf"^[-+]?\d{{1,3}}(?:{_SPACES}\d{{3}})+(?:[.,]\d*)?$"


@dataclass
class Numbers:
    """Facts about the columns of numbers of a table."""

    decimal: str = "."
    thousands: str | None = None
    grouped: bool = False  # whether any number has the mark of thousands
    # Columns that hold numbers in most of their rows, and what is wrong in the others.
    broken: dict[str, ValueError] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def units_in(notes: Sequence[str]) -> list[str]:
    """Return the notes on signs that all numbers of a column have."""
    return [one for one in notes if one.startswith(("the percent signs", "the sign "))]


def has_own_minus(notes: Sequence[str]) -> bool:
    """Return whether numbers less than 0 have no minus in front."""
    return any(one.endswith("read as less than 0") for one in notes)


def read_numbers(table: Any, dialect: Dialect, reading: Reading) -> Numbers:
    """Convert the columns of numbers of a table in place."""
    pd = import_extra("pandas", extra="cli")
    wanted = [str(cell) for cell in reading.na_values or ()]
    found = Numbers(decimal=dialect.decimal)
    texts = {}
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column):
            table[name] = _without(column, wanted)
            continue
        column = _plain_objects(column)
        if pd.api.types.is_numeric_dtype(column):
            table[name] = column
        elif name != reading.time and _may_be_numbers(column, wanted):
            texts[name] = _clean(pd, column, wanted, found)
    marks = _marks(texts, table, dialect, reading)
    if not isinstance(marks, str):
        found.decimal, found.thousands, proven = marks
        if found.decimal == "," and not proven:
            found.warnings.append(
                "all numbers have three digits after their comma, which is read as the "
                "decimal mark. If it marks thousands, pass --thousands ,"
            )
    for name, text in texts.items():
        if marks == "open" and (cell := _first_open(text)) is not None:
            found.broken[name] = _two_readings(name, cell)
            continue
        _convert(pd, table, name, text, found)
    if reading.thousands != ".":
        for name in dialect.grouped:
            found.broken[name] = _two_readings(name, "1.234")
    return found


def _plain_objects(column: Any) -> Any:
    """Convert columns of Decimal and of categories, which Parquet files hold."""
    if column.dtype == "category":
        return column.astype(column.cat.categories.dtype)
    known = column.dropna() if column.dtype == object else column[:0]
    kinds = {type(value).__name__ for value in known.head(_N_TRIED)}
    return column.astype(np.float64) if kinds == {"Decimal"} else column


def _without(column: Any, wanted: Sequence[str]) -> Any:
    """Return a column of numbers without those that stand for missing values."""
    for cell in wanted:
        try:
            number = float(cell)
        except ValueError:
            continue
        column = column.mask(column == number)
    return column


def _may_be_numbers(column: Any, wanted: Sequence[str]) -> bool:
    """Return whether at least half of the cells are numbers, by some of them."""
    if looks_like_times(column):
        return False
    known = column.dropna()
    tried = known.iloc[:: max(1, len(known) // _N_TRIED)].astype(str)
    kinds = [kind_of(cell) for cell in tried if cell.strip() not in wanted]
    counted = [kind for kind in kinds if kind != "missing"]
    return 2 * counted.count("number") >= max(len(counted), 1)


def _clean(pd: Any, column: Any, wanted: Sequence[str], found: Numbers) -> Any:
    """Return texts without missing values, spaces, percents and signs of typography."""
    text = column.astype("string[pyarrow]").str.strip()
    text = text.mask(text.isin(list(wanted)) | text.str.lower().isin(list(MISSING)))
    text = text.str.replace("[\u2212\u2013]", "-", regex=True)
    text = _without_signs(text, column.name, found)
    percents = text.str.endswith("%").fillna(True)
    if percents.all():
        text = text.str.replace(r"\s*%$", "", regex=True)
        found.notes.append(f"the percent signs of {column.name!r} left out")
    grouped = text.str.contains(_GROUPED_BY_SPACE, regex=True).fillna(False)
    if grouped.any():
        bare = text[grouped].str.replace(_SPACES, "", regex=True)
        text = text.where(~grouped, bare.reindex(text.index))
        found.notes.append(f"the spaces between the digits of {column.name!r} left out")
    return text


def _without_signs(text: Any, name: Any, found: Numbers) -> Any:
    """Return texts without signs of currencies, and with the minus in front."""
    signs = text.str.extract(f"([{CURRENCIES}])", expand=False).dropna()
    # Several currencies are several units.
    if len(signs) == text.notna().sum() and signs.nunique() == 1:
        sign = signs.iloc[0]
        text = text.str.replace(rf"\s*\{sign}\s*", "", regex=True)
        found.notes.append(f"the sign {sign} of {name!r} left out")
    for form in (r"^\((.*)\)$", r"^([^-]*)-$"):
        negative = text.str.fullmatch(form).fillna(False)
        # Programs also write -0.00, whatever they write for less than 0.
        signed = text.str.match("-.*[1-9]").fillna(False)
        if negative.any() and not signed.any():
            text = text.mask(negative, text.str.replace(form, r"-\1", regex=True))
            what = "parentheses" if "(.*)" in form else "minus behind numbers"
            found.notes.append(f"the {what} of {name!r} read as less than 0")
    return text


def _marks(
    texts: dict[str, Any], table: Any, dialect: Dialect, reading: Reading
) -> Marks | str:
    """Return the marks of decimals and thousands, or why they cannot be told."""
    if reading.decimal or reading.thousands:
        other = {",": ".", ".": ","}
        decimal = reading.decimal or other.get(str(reading.thousands), dialect.decimal)
        grouped = reading.thousands or other[decimal]
        return Marks(decimal, grouped, proven=True)
    columns = [partial(_occurs, text) for text in texts.values()]
    floats = table.select_dtypes("float").to_numpy()
    if _has_parts(floats[:_N_TRIED]) or _has_parts(floats):
        # These were read with the mark of the first lines.
        columns.append(partial(_fits, dialect.decimal))
    return decide_marks(columns, by_comma=dialect.separator == ",")


def _has_parts(floats: Any) -> bool:
    """Return whether any number is not whole."""
    return bool((floats != np.floor(floats))[np.isfinite(floats)].any())


def _fits(decimal: str, pattern: str) -> bool:
    return bool(re.search(pattern, f"0{decimal}5"))


def _occurs(text: Any, pattern: str) -> bool:
    return bool(text.str.contains(pattern, regex=True).any())


def _first_open(text: Any) -> str | None:
    cells = text[
        text.str.contains(r"^[-+]?\d{1,3}[.,]\d{3}$", regex=True).fillna(False)
    ]
    return None if cells.empty else str(cells.iloc[0])


def _two_readings(name: str, cell: str) -> ValueError:
    mark = "," if "," in cell else "."
    return TwoReadingsError(
        f"column {name!r} has two readings: {cell!r} is {cell.replace(mark, '')} or "
        f"{cell.replace(mark, '.')}. Pass thousands={mark!r} (--thousands) or "
        f"decimal={mark!r} (--decimal), or choose another column with --value.",
        setting="decimal",
    )


def _convert(pd: Any, table: Any, name: str, text: Any, found: Numbers) -> None:
    """Convert a column of cleaned texts, or record which cell is no number."""
    bare = text
    if found.thousands is not None:
        mark = rf"\{found.thousands}"
        grouped = text.str.contains(
            rf"^[-+]?\d{{1,3}}(?:{mark}\d{{3}})+(?:\{found.decimal}\d*)?$", regex=True
        ).fillna(False)
        found.grouped |= bool(grouped.any())
        bare = text.mask(grouped, text.str.replace(found.thousands, "", regex=False))
    if found.decimal == ",":
        bare = bare.mask(bare.str.contains(".", regex=False).fillna(False), "x")
        bare = bare.str.replace(",", ".", regex=False)
    numbers = _whole(bare)
    if numbers is None:
        numbers = pd.to_numeric(bare.astype(object), errors="coerce")
    bad = (numbers.isna() & text.notna()).to_numpy()
    if not bad.any():
        table[name] = numbers if numbers.dtype == object else numbers.astype(np.float64)
        return
    row, count = int(bad.argmax()), int(bad.sum())
    if 2 * count > int(text.notna().sum()):
        return
    cell = str(table[name].iloc[row]).strip()
    more = f", and in {count - 1:,} more" if count > 1 else ""
    found.broken[name] = ValueError(
        f"column {name!r} holds numbers except in row {row}: {cell!r}{more}. If it "
        f"stands for a missing value, pass na_values (--na-values {cell!r}), "
        "or choose another column with --value."
    )


def _whole(text: Any) -> Any:
    """Return whole numbers beyond 64 bits as objects, None if there are none."""
    if not text.str.contains(r"^[-+]?\d{19,}$", regex=True).any():
        return None
    if not text.dropna().str.contains(r"^[-+]?\d+$", regex=True).all():
        return None
    return text.astype(object).map(int, na_action="ignore")
