"""Validation of input that is shared by several layers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

# Precisions in which a series stays.
FLOATS = [np.float64, np.float32]


def check_finite(
    values: NDArray[Any],
    *,
    name: str = "X",
    first_row: int = 0,
    allow_nan: bool = False,
) -> None:
    """Raise with the first position if `values` holds NaN or infinity.

    Parameters
    ----------
    values : ndarray of shape (n_samples, ...)
        Numbers to check.
    name : str, default="X"
        Name of the values in the error message.
    first_row : int, default=0
        Position of row 0 of the error message; earlier positions are reported as row 0.
    allow_nan : bool, default=False
        Whether NaN is allowed. Infinity never is.

    Raises
    ------
    ValueError
        If any value is infinite, or NaN unless `allow_nan`.
    """
    # The sum is finite for nearly all valid data, and needs no temporary array.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.sum(values, dtype=np.float64)):
            return
    finite = np.isfinite(values)
    if allow_nan:
        finite |= np.isnan(values)
    if finite.all():
        return
    first = np.unravel_index(int(np.argmin(finite)), values.shape)
    n_bad = int(finite.size - np.count_nonzero(finite))
    kind = "NaN" if np.isnan(values[first]) else "infinity"
    row = max(0, int(first[0]) - first_row)
    refused = "infinity" if allow_nan else "NaN or infinity"
    raise ValueError(
        f"{name} contains {refused}: {n_bad} of {values.size} values, the first "
        f"({kind}) at row {row}. Fill gaps with skanomaly.interpolate_series, or drop "
        "these rows."
    )


def validated_series(
    estimator: BaseEstimator, X: ArrayLike, *, reset: bool, copy: bool = False
) -> NDArray[np.floating]:
    """Return a finite series in its precision, as a transformer sees or learns it.

    Parameters
    ----------
    estimator : estimator
        Transformer, which remembers number and names of the channels.
    X : array-like of shape (n_samples, n_channels)
        Series.
    reset : bool
        Whether to remember them, or to compare with those remembered.
    copy : bool, default=False
        Whether the result must not share memory with `X`.

    Returns
    -------
    series : ndarray of shape (n_samples, n_channels)

    Raises
    ------
    ValueError
        If `X` holds NaN or infinity, or has other channels.
    """
    series: NDArray[np.floating]
    if not reset and _is_like_training(estimator, X):
        series = np.array(X) if copy else X  # type: ignore[assignment]
    else:
        series = validate_data(
            estimator,
            X,
            reset=reset,
            dtype=FLOATS,
            ensure_all_finite=False,
            copy=copy,
        )
    check_finite(series)
    return series


def _is_like_training(estimator: Any, X: Any) -> bool:
    """Return whether a series is an array as `fit` saw, which takes long to check."""
    return (
        type(X) is np.ndarray
        and X.ndim == 2
        and X.dtype in FLOATS
        and X.shape[1] == getattr(estimator, "n_features_in_", None)
        and len(X) > 0
        and not hasattr(estimator, "feature_names_in_")
    )


def read_numbers(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return a column of finite numbers.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, 1)
        Numbers or booleans.
    name : str
        Name of the values in the error message.

    Returns
    -------
    values : ndarray of shape (n_samples,)
        Values as float64.

    Raises
    ------
    ValueError
        If `values` is empty, not numeric, holds several values per sample, NaN or
        infinity.
    """
    column = np.asarray(values)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim != 1 or column.size == 0:
        raise ValueError(
            f"{name} must be one value per sample, got an array of shape "
            f"{column.shape}. Pass an array of shape (n_samples,)."
        )
    if column.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be numbers or booleans, got values of type {column.dtype}."
        )
    check_finite(column, name=name)
    return column.astype(np.float64, copy=False)


def check_count(name: str, value: Any, *, least: int) -> None:
    """Raise unless `value` is an integer of at least `least`.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message.
    value : int
        Value to check.
    least : int
        Smallest valid value.

    Raises
    ------
    ValueError
        If `value` is not an integer or too small.
    """
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"{name} must be an integer of at least {least}, got {value!r}."
        )


def check_lengths(n_samples: int, **columns: Any) -> None:
    """Raise unless each column has one value per sample.

    Parameters
    ----------
    n_samples : int
        Number of samples.
    **columns : array-like or None
        Columns by name; None is not checked.

    Raises
    ------
    ValueError
        If a column has another length.
    """
    for name, column in columns.items():
        if column is not None and len(column) != n_samples:
            raise ValueError(
                f"{name} has {len(column)} values for {n_samples} samples. Pass one "
                "value per sample."
            )
