"""Labelled data, checked before anything is trained on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._validation import check_finite
from skanomaly.events import read_labels


@dataclass(frozen=True, eq=False)
class LabelledData:
    """A series or a table with its truth, and the part that detectors learn from.

    Detectors are fitted on ``X[:train_size]`` without labels and judged on all of X,
    training part included, as the benchmark TSB-AD does.

    Parameters
    ----------
    name : str
        What the results call it.
    X : array-like of shape (n_samples, n_channels) or (n_samples,)
        The series, or a table with one record a row. Finite numbers.
    y : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Nothing but
        1 is a series without an anomaly.
    train_size : int
        Samples at the beginning that detectors learn from, 2 at least.
    records : bool, default=False
        Whether the rows are independent records, so that metrics of events, of buffers
        and of delays mean nothing.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_channels)
    y : ndarray of bool of shape (n_samples,)
        True where a sample is anomalous.

    Raises
    ------
    ValueError
        If values, shapes or `train_size` do not fit what is described above.

    Examples
    --------
    >>> from skanomaly.evaluation import LabelledData
    >>> LabelledData("cpu", [1.0, 2.0, 1.0, 9.0], [0, 0, 0, 1], train_size=3).X.shape
    (4, 1)
    """

    name: str
    X: NDArray[np.float64]
    y: NDArray[np.bool_]
    train_size: int
    records: bool = False

    def __post_init__(self) -> None:
        try:
            X = _as_numbers(self.X)
            y = read_labels(self.y, name="y")
            _check_parts(X, y, self.train_size)
        except ValueError as error:
            raise ValueError(f"data set {self.name!r}: {error}") from error
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "train_size", int(self.train_size))


def _as_numbers(values: Any) -> NDArray[np.float64]:
    try:
        X = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X must hold numbers ({error}).") from error
    if X.ndim == 1:
        X = X[:, np.newaxis]
    if X.ndim != 2 or X.shape[1] == 0:
        raise ValueError(
            f"X must have the shape (n_samples, n_channels), got {X.shape}."
        )
    check_finite(X)
    return X


def _check_parts(X: NDArray[np.float64], y: NDArray[np.bool_], train_size: Any) -> None:
    if len(X) != len(y):
        raise ValueError(
            f"X has {len(X)} samples and y has {len(y)} labels: pass one for each."
        )
    size = np.asarray(train_size)
    number = size.shape == () and size.dtype.kind in "iuf"
    if not number or size != np.floor(size) or not 2 <= size <= len(X):
        raise ValueError(
            f"train_size must be a whole number of samples from 2 to {len(X)}, the "
            f"length of X, got {train_size!r}."
        )
