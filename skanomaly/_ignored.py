"""Samples that a fit leaves out."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from skanomaly._frames import refuse_column
from skanomaly._validation import FLOATS, check_finite

Mask = NDArray[np.bool_]

# Estimators with a mask ask for it by themselves, so that pipelines pass it on as soon
# as metadata routing is enabled.
REQUESTED = {"ignore": True}


def read_ignored(ignore: ArrayLike | None, n_rows: int) -> Mask | None:
    """Return which rows a fit leaves out, or None if it leaves out none.

    Parameters
    ----------
    ignore : array-like of shape (n_rows,) or None
        True, or 1, for the rows that are left out.
    n_rows : int
        Number of rows.

    Returns
    -------
    ignored : ndarray of shape (n_rows,) of bool, or None

    Raises
    ------
    ValueError
        If `ignore` has another length or other values, or leaves out all rows.
    """
    if ignore is None:
        return None
    given = np.asarray(ignore)
    ignored: Mask = given == 1
    is_flag = given.dtype.kind in "biuf" and bool((ignored | (given == 0)).all())
    if given.shape != (n_rows,) or not is_flag:
        raise ValueError(
            f"ignore must hold {n_rows} booleans, one per row of X, True for those to "
            f"leave out; got {given.dtype} of shape {given.shape}."
        )
    if ignored.all():
        raise ValueError("ignore leaves out all rows of X. Keep some to learn from.")
    return ignored if ignored.any() else None


def training_series(
    estimator: BaseEstimator, X: ArrayLike, ignore: ArrayLike | None
) -> tuple[NDArray[np.floating], Mask | None]:
    """Return a copy of a training series without what a fit leaves out.

    Parameters
    ----------
    estimator : estimator
        Transformer, which remembers number and names of the channels.
    X : array-like of shape (n_samples, n_channels)
        Series. Samples that are left out may be NaN.
    ignore : array-like of shape (n_samples,) or None
        True for the samples that are left out.

    Returns
    -------
    series : ndarray of shape (n_samples, n_channels)
        Series in which the samples that are left out are interpolated.
    ignored : ndarray of shape (n_samples,) of bool, or None
        Which samples these are, None if there are none.

    Raises
    ------
    ValueError
        If another sample is NaN or infinite, or `ignore` does not match the series.

    Warns
    -----
    UserWarning
        If `X` has an index of times that are not in order.
    """
    refuse_column(X)
    _warn_of_order(X)
    series = validate_data(
        estimator, X, reset=True, dtype=FLOATS, ensure_all_finite=False, copy=True
    )
    ignored = read_ignored(ignore, len(series))
    if ignored is not None:
        series = bridged(series, ignored)
    check_finite(series)
    return series, ignored


def _warn_of_order(X: Any) -> None:
    """Warn of an index of times that goes back, as windows are of consecutive rows."""
    index = getattr(X, "index", None)
    in_order = getattr(index, "is_monotonic_increasing", True)
    if getattr(getattr(index, "dtype", None), "kind", "") == "M" and not in_order:
        warnings.warn(
            "the times of X are not in order, and windows of consecutive rows are no "
            "windows of time. Sort X by its index, the oldest sample first.",
            stacklevel=4,
        )


def bridged(series: NDArray[np.floating], ignored: Mask) -> NDArray[np.floating]:
    """Return a copy of a series with some samples interpolated from the others.

    Parameters
    ----------
    series : ndarray of shape (n_samples, n_channels)
        Series.
    ignored : ndarray of shape (n_samples,) of bool
        Samples to interpolate, not all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly._ignored import bridged
    >>> bridged(np.array([[1.0], [9.0], [3.0]]), np.array([False, True, False])).T
    array([[1., 2., 3.]])
    """
    there, known = np.flatnonzero(ignored), np.flatnonzero(~ignored)
    filled = series.copy()
    for column in filled.T:
        # An infinite value is refused where it stands, not where it leads to NaN.
        with np.errstate(invalid="ignore"):
            column[there] = np.interp(there, known, column[known])
    return filled


def near(ignored: Mask, before: int, after: int) -> Mask:
    """Return which samples have an ignored one within so many before or after.

    Parameters
    ----------
    ignored : ndarray of shape (n_samples,) of bool
        Ignored samples.
    before, after : int
        Number of earlier and of later samples to look at.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly._ignored import near
    >>> near(np.array([False, False, True, False, False, False]), 2, 0)
    array([False, False,  True,  True,  True, False])
    """
    n = len(ignored)
    counted = np.concatenate([[0], np.cumsum(ignored)])
    place = np.arange(n)
    first, last = np.maximum(place - before, 0), np.minimum(place + after + 1, n)
    found: Mask = counted[last] > counted[first]
    return found


def check_ignored(kept: Any, window: int) -> None:
    """Raise if too few rows are left to learn from."""
    if len(kept) < 2:
        raise ValueError(
            f"ignore leaves {len(kept)} rows of {window} steps to learn from, and at "
            "least 2 are needed. Ignore fewer samples, or use a shorter window."
        )
