"""Columns that say something of each sample: its label, and whether it is ignored."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly.events import read_labels
from skanomaly.reading._choice import find_column

# Texts of a column that are not true.
_FALSE = ("", "0", "0.0", "false", "no")


def read_flags(
    table: Any, labels: str | None, ignore: str | None
) -> dict[str, NDArray[np.float64]]:
    """Return 1.0 for samples that are anomalous, or ignored, by their column."""
    if labels is not None and labels == ignore:
        raise ValueError(
            f"Column {ignore!r} holds the labels. Pass another --ignore-column."
        )
    flags = {}
    if labels is not None:
        cells = table[find_column(table, labels, "--labels")].to_numpy()
        flags[labels] = read_labels(cells, name=f"column {labels!r}").astype(np.float64)
    if ignore is not None:
        flags[ignore] = _truthy(table[find_column(table, ignore, "--ignore-column")])
    return flags


def check_no_values(values: list[str], labels: str | None, ignore: str | None) -> None:
    """Raise if a column of flags is one of the values."""
    for name, what in ((labels, "the labels"), (ignore, "what is ignored")):
        if name in values:
            raise ValueError(f"Column {name!r} holds {what}. Leave it out of --value.")


def _truthy(column: Any) -> NDArray[np.float64]:
    """Return 1.0 where a column is true, a number but 0, or a text, and 0.0 elsewhere.

    The texts "false", "no" and "0" are not true.
    """
    known = column.astype(object).where(column.notna(), "")
    texts = known.astype(str).str.strip().str.lower()
    truthy: NDArray[np.bool_] = (~texts.isin(_FALSE)).to_numpy()
    return truthy.astype(np.float64)
