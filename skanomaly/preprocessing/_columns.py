"""Validation and conversion of the columns of a table."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra

if TYPE_CHECKING:
    from pandas import Series


def check_numeric(column: "Series[Any]") -> None:
    """Raise a ValueError with the first non-numeric value if a column is not numeric.

    Parameters
    ----------
    column : Series of shape (n_rows,)
        Column to check.

    Raises
    ------
    ValueError
        If the column is not numeric.
    """
    pd = import_extra("pandas", extra="cli")
    if pd.api.types.is_numeric_dtype(column):
        return
    bad = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    row = int(bad.to_numpy().argmax())
    raise ValueError(
        f"column {column.name!r} is not numeric: row {row} holds "
        f"{column.iloc[row]!r}. Choose a numeric column, or count records with the "
        "aggregation 'count', which accepts values of any type."
    )


def expand_patterns(
    names: Iterable[str], columns: Collection[str], numeric: Iterable[str]
) -> list[str]:
    """Return names in which patterns are replaced by the matching numeric columns.

    Parameters
    ----------
    names : iterable of str
        Names of columns and patterns, such as ``cpu*``. The exact name of a column is
        never a pattern. A pattern without a match is kept.
    columns : collection of str
        Names of all columns.
    numeric : iterable of str
        Names of the numeric columns, the only ones that patterns match.

    Returns
    -------
    names : list of str
        Names of columns and patterns without a match, without duplicates.
    """
    known = list(numeric)
    found: list[str] = []
    for name in names:
        matching = [column for column in known if fnmatchcase(column, name)]
        found += [name] if name in columns else matching or [name]
    return list(dict.fromkeys(found))
