"""Rows of an estimator that wraps others: validation, held-out part and memory."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sklearn.utils.validation import validate_data

from skanomaly._memory import identity, remember
from skanomaly.windows import row_advance, validation_start

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator as _Base
else:
    _Base = object

T = TypeVar("T")


class RowsMixin(_Base):
    """Validate, split and remember rows, which the estimators within see as they are.

    The estimator has the parameters `validation_split` and `memory`.
    """

    validation_split: float
    memory: Any
    _identity: str | None  # key of the fit in `memory`

    def _check_rows(self, X: Any, *, reset: bool) -> Any:
        """Return validated rows in their own shape, as an array or sparse matrix."""
        shape = X.shape if getattr(X, "ndim", 2) == 3 else None
        rows = validate_data(
            self,
            X if shape is None else X.reshape(len(X), -1),
            reset=reset,
            accept_sparse="csr",
            ensure_all_finite=False,  # some estimators accept gaps, the others raise
            ensure_min_samples=2 if reset else 1,
        )
        return rows if shape is None else rows.reshape(shape)

    def _split(self, rows: Any) -> tuple[Any, int]:
        """Return the rows to train on, and the number of the first held-out row.

        All rows are trained on if none are held out, and the number is 0.
        """
        gap = gap_of(rows)
        start = validation_start(rows.shape[0], self.validation_split, gap=gap)
        return (rows, 0) if start is None else (rows[: start - gap], start)

    def _fitted(self, rows: Any, compute: Callable[[], T]) -> T:
        """Return the result of a fit to rows, or the one that `memory` keeps."""
        self._identity = None
        if self.memory is None:
            return compute()
        self._identity = identity(self, *_content(rows))
        return remember(self.memory, self._identity, compute)

    def _known(self, rows: Any, compute: Callable[[], T], *question: Any) -> T:
        """Return the result of `compute`, or the one that `memory` keeps for rows."""
        if self.memory is None or self._identity is None:
            return compute()
        key = identity(self, self._identity, *question, *_content(rows))
        return remember(self.memory, key, compute)


def gap_of(rows: Any) -> int:
    """Return the number of following rows that a row overlaps with; 0 for records."""
    if not isinstance(rows, np.ndarray):
        return 0
    flat = rows.reshape(len(rows), -1)
    advance = row_advance(flat)
    return -(-flat.shape[1] // advance) - 1 if advance else 0


def _content(rows: Any) -> list[Any]:
    """Return the content of rows, with each value of a series once."""
    if not isinstance(rows, np.ndarray):
        return [rows]
    flat = rows.reshape(len(rows), -1)
    advance = row_advance(flat)
    return [rows.shape, flat[0], flat[1:, -advance:]] if advance else [rows]
