"""Labelled data, validated before training."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._validation import check_finite
from skanomaly.events import read_labels


@dataclass(frozen=True, eq=False)
class LabelledData:
    """Series or table with its true labels and the length of its training part.

    Detectors are fitted on ``X[:train_size]`` without labels and evaluated on all of X,
    including the training part, as in the benchmark TSB-AD.

    Parameters
    ----------
    name : str
        Name of the data set in the results.
    X : array-like of shape (n_samples, n_channels) or (n_samples,)
        Series, or table with one record per row. Finite numbers.
    y : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. If all
        labels are 1, no sample is anomalous.
    train_size : int
        Number of samples at the beginning to train on, at least 2.
    records : bool, default=False
        Whether the rows are independent records, for which metrics of events, buffers
        and delays are not defined.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_channels)
    y : ndarray of bool of shape (n_samples,)
        True for anomalous samples.

    Raises
    ------
    ValueError
        If values, shapes or `train_size` are not as described above.

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
            raise ValueError(f"Data set {self.name!r}: {error}") from error
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
            f"X has {len(X)} samples and y has {len(y)} labels. Pass one label per "
            "sample."
        )
    size = np.asarray(train_size)
    number = size.shape == () and size.dtype.kind in "iuf"
    if not number or size != np.floor(size) or not 2 <= size <= len(X):
        raise ValueError(
            f"train_size must be a whole number of samples from 2 to {len(X)}, the "
            f"length of X, got {train_size!r}."
        )
