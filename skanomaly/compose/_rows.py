"""Rows of an estimator that wraps others: validation, held-out part and memory."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import config_context
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import validate_data

from skanomaly._compat import take_rows
from skanomaly._ignored import Mask, bridged, near, read_ignored
from skanomaly._memory import identity, remember
from skanomaly.detection import innermost, reach_of
from skanomaly.windows import (
    Sequences,
    as_series,
    row_advance,
    sliding_view,
    validation_start,
)

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

    def _split(self, given: "Training") -> tuple["Training", int]:
        """Return the rows to train on, and the number of the first held-out row.

        All rows are trained on if none are held out, and the number is 0.
        """
        gap, known = gap_of(given.judged), given.known
        place = validation_start(len(known), self.validation_split, gap=gap)
        if place is None:
            return given, 0
        start = int(known[place])
        return given.part(slice(start - gap)), start

    def _fitted(self, given: "Training", compute: Callable[[], T]) -> T:
        """Return the result of a fit to rows, or the one that `memory` keeps."""
        self._identity = None
        if self.memory is None:
            return compute()
        self._identity = identity(self, given.ignored, *_content(given.rows))
        return remember(self.memory, self._identity, compute)

    def _known(self, rows: Any, compute: Callable[[], T], *question: Any) -> T:
        """Return the result of `compute`, or the one that `memory` keeps for rows."""
        if self.memory is None or self._identity is None:
            return compute()
        key = identity(self, self._identity, *question, *_content(rows))
        return remember(self.memory, key, compute)


def gap_of(rows: Any) -> int:
    """Return the number of following rows that a row overlaps with; 0 for records."""
    advance = _advance_of(rows)
    return -(-rows[0].size // advance) - 1 if advance else 0


def _advance_of(rows: Any, *, gaps: bool = False) -> int:
    """Return the number of values by which windows of a series advance, else 0."""
    if not isinstance(rows, np.ndarray):
        return 0
    return row_advance(rows.reshape(len(rows), -1), gaps=gaps)


def fit_ignoring(estimator: Any, X: Any, ignore: ArrayLike | None) -> Any:
    """Fit a pipeline or an outlier detector without some of the samples.

    It is ``estimator.fit(X, ignore=ignore)`` with metadata routing for this fit, and it
    also works for detectors of independent records that have no such parameter.

    Parameters
    ----------
    estimator : estimator
        Pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels) or (n_rows, n_features)
        Training series for a pipeline that cuts it into windows, or rows.
    ignore : array-like of shape (n_samples,) or None
        True for samples that nothing is learned from: neither the scale nor the period,
        the model or the threshold.

    Returns
    -------
    estimator : estimator
        The fitted estimator.

    Raises
    ------
    ValueError
        If `ignore` does not match X, or leaves out too much.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.compose import fit_ignoring
    >>> X = np.sin(np.arange(600) / 5).reshape(-1, 1)
    >>> X[100:150] = 99  # maintenance
    >>> ignore = np.arange(600) // 50 == 2
    >>> pipe = fit_ignoring(make_detector("pca", window=30), X, ignore)
    >>> bool(abs(pipe["seriesscaler"].mean_[0]) < 0.1)
    True
    """
    if ignore is None:
        return estimator.fit(X)
    with config_context(enable_metadata_routing=True):
        if _takes_mask(innermost(estimator)):
            return estimator.fit(X, ignore=ignore)
    if _takes_mask(estimator):
        raise ValueError(
            f"{type(innermost(estimator)).__name__} cannot leave out samples of the "
            "windows before it. Wrap it in skanomaly.ThresholdDetector."
        )
    training = Training.of(X, ignore)
    return estimator.fit(take_rows(training.rows, training.known))


def _takes_mask(estimator: Any) -> bool:
    with config_context(enable_metadata_routing=True):
        return bool(get_routing_for_object(estimator).consumes("fit", ["ignore"]))


@dataclass(frozen=True)
class Training:
    """Rows that a wrapper is fitted to, without those that are left out.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, ...) or sparse matrix
        Series, windows or records as they were passed, with NaN at ignored samples.
    ignored : ndarray of shape (n_rows,) of bool, or None
        Rows whose own sample is ignored.
    judged : ndarray of shape (n_rows, ...) or sparse matrix
        Rows to score, in which ignored samples of windows are interpolated.
    touched : ndarray of shape (n_rows,) of bool, or None
        Rows that hold an ignored sample.
    """

    rows: Any
    ignored: Mask | None
    judged: Any
    touched: Mask | None

    @classmethod
    def of(cls, rows: Any, ignore: ArrayLike | None) -> Self:
        """Find the rows that hold an ignored sample."""
        if not hasattr(rows, "shape"):
            rows = np.asarray(rows)
        ignored = read_ignored(ignore, rows.shape[0])
        advance = 0 if ignored is None else _advance_of(rows, gaps=True)
        if not advance:
            return cls(rows, ignored, rows, ignored)
        flat = rows.reshape(len(rows), -1)
        sequences = Sequences.from_rows(flat, advance, ignored)
        touched = np.ones(len(rows), dtype=bool)
        touched[sequences.untouched(sequences.window)] = False
        series, steps = as_series(flat, advance, gaps=True), sequences.ignored
        assert series is not None
        assert steps is not None
        judged = sliding_view(bridged(series, steps[0]), sequences.window)
        return cls(rows, ignored, judged.reshape(rows.shape), touched)

    @property
    def known(self) -> NDArray[np.intp]:
        """Rows without an ignored sample."""
        if self.touched is None:
            return np.arange(self.rows.shape[0])
        return np.flatnonzero(~self.touched)

    def part(self, some: Any) -> Self:
        """Return some of the rows, by a slice or by their numbers."""

        def taken(rows: Any) -> Any:
            if rows is None:
                return None
            return rows[some] if isinstance(some, slice) else take_rows(rows, some)

        names = ("rows", "ignored", "judged", "touched")
        return replace(self, **{name: taken(getattr(self, name)) for name in names})

    def fitted(self, estimator: Any) -> Any:
        """Return an estimator that is fitted to these rows."""
        # Windows of a part may hold ignored samples beyond it.
        return fit_ignoring(estimator, self.rows, self.touched)

    def learned(self, estimator: Any) -> NDArray[np.intp]:
        """Return the rows whose scores by a fitted estimator see no ignored sample."""
        rows = self.known
        if self.ignored is None:
            return rows
        seen = near(self.ignored, *reach_of(estimator))
        return rows[~seen[rows]]


def _content(rows: Any) -> list[Any]:
    """Return the content of rows, with each value of a series once."""
    if not isinstance(rows, np.ndarray):
        return [rows]
    flat, advance = rows.reshape(len(rows), -1), _advance_of(rows)
    return [rows.shape, flat[0], flat[1:, -advance:]] if advance else [rows]
