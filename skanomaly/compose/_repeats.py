"""Repeated rows, among which a density of neighbours is not defined."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.neighbors import LocalOutlierFactor

# Distances are equal up to this multiple of the largest value.
_EQUAL = 1e-9


def with_enough_neighbors(estimator: Any, rows: Any, known: NDArray[np.intp]) -> Any:
    """Return a local outlier factor with more neighbours than rows are repeated.

    A row with as many repetitions as neighbours has an infinite density, and each row
    next to it an outlier factor of millions. Another estimator is returned as it is.
    Only the `known` rows count.
    """
    steps = [step for _, step in getattr(estimator, "steps", [("", estimator)])]
    inner = steps[-1]
    if not isinstance(inner, LocalOutlierFactor) or not isinstance(rows, np.ndarray):
        return estimator
    rows = rows[known]
    for step in steps[:-1]:
        rows = clone(step).fit_transform(rows)
    rows = np.asarray(rows).reshape(len(rows), -1)
    if rows.dtype.kind not in "iuf" or not np.isfinite(rows).all():
        return estimator  # which refuses them itself
    repeats = _most_repeats(rows)
    if repeats <= inner.n_neighbors or repeats >= len(rows) - 1:
        return estimator
    # Twice as many, so that other rows decide on the density of repeated ones.
    count = min(2 * repeats, len(rows) - 1)
    warnings.warn(
        f"a row of the training series is repeated {repeats:,} times, which is more "
        f"than n_neighbors={inner.n_neighbors} of LocalOutlierFactor, so that "
        f"densities would be infinite. n_neighbors={count} is taken; another detector "
        "suits a series with few different values better.",
        stacklevel=3,
    )
    inner.set_params(n_neighbors=count)
    return estimator


def _most_repeats(rows: NDArray[np.floating]) -> int:
    """Return how often the most frequent row occurs."""
    unit = _EQUAL * max(float(np.abs(rows).max()), np.finfo(float).tiny)
    _, counts = np.unique(np.round(rows / unit), axis=0, return_counts=True)
    return int(counts.max())
