"""Checks of input that several layers share; each error says what to do."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def check_finite(
    values: NDArray[Any],
    *,
    name: str = "X",
    first_row: int = 0,
    allow_nan: bool = False,
) -> None:
    """Raise if `values` holds NaN or infinity, and say where the first one is.

    Parameters
    ----------
    values : ndarray of shape (n_samples, ...)
        Numbers to look at.
    name : str, default="X"
        What to call the values in the error.
    first_row : int, default=0
        Position of what the error calls row 0; what lies before counts to it.
    allow_nan : bool, default=False
        Whether NaN is accepted, so that infinity alone is refused.

    Raises
    ------
    ValueError
        If any value is infinite, or NaN unless that is allowed.
    """
    # The sum is finite for all but pathological data, and needs no temporary.
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

    Raises
    ------
    ValueError
        If there are no values, other ones, several per sample, NaN or infinity.
    """
    column = np.asarray(values)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.ndim != 1 or column.size == 0:
        raise ValueError(
            f"{name} must be one value per sample, got an array of shape "
            f"{column.shape}."
        )
    if column.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be numbers or booleans, got values of type {column.dtype}."
        )
    check_finite(column, name=name)
    return column.astype(np.float64, copy=False)


def check_count(name: str, value: Any, *, least: int) -> None:
    """Raise unless `value` is a whole number of at least `least`.

    Parameters
    ----------
    name : str
        Name of the parameter in the error.
    value : int
        Value to check.
    least : int
        Smallest value that is valid.

    Raises
    ------
    ValueError
        If it is not.
    """
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"{name} must be an integer of at least {least}, got {value!r}."
        )


def check_lengths(n_samples: int, **columns: Any) -> None:
    """Raise unless each column that is given has one value per sample.

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
                f"{name} has {len(column)} values for {n_samples} samples: pass both "
                "for the same samples."
            )
