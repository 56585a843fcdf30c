"""A series with its index, names, training part and truth: checked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import import_extra
from skanomaly._text import plural
from skanomaly._validation import check_lengths
from skanomaly.events import Event, find_events, read_labels

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, init=False)
class TimeSeries:
    """Hold a series with what is known of its samples and channels.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, n_channels)
        The series, in the order of time. NaN is a missing value.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples; None for the index of a data frame, or sample
        numbers.
    channel_names : sequence of str, default=None
        One name per channel; None for the columns of a data frame, or ``x0``, ``x1``,
        ...
    n_train : int, default=0
        Number of samples at the start that the detector was trained on.
    truth : array-like of shape (n_samples,), default=None
        Labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or booleans.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_channels)
        The series.
    index : Any or None
        As given, or that of the data frame; None for sample numbers, which the default
        index of a data frame is as well.
    channel_names : tuple of str
        One name per channel.
    n_train : int
        As given.
    truth : ndarray of shape (n_samples,) of bool or None
        Whether each sample is anomalous; None where it is not known.

    Raises
    ------
    ValueError
        If index, names, `n_train` or truth do not fit the values.

    Examples
    --------
    >>> from skanomaly.detection import TimeSeries
    >>> series = TimeSeries([1.0, 2.0, 9.0], truth=[0, 0, 1])
    >>> series.values.shape, series.channel_names, series.truth
    ((3, 1), ('x0',), array([False, False,  True]))
    """

    values: Floats
    index: Any
    channel_names: tuple[str, ...]
    n_train: int
    truth: NDArray[np.bool_] | None

    def __init__(
        self,
        values: ArrayLike,
        *,
        index: Any = None,
        channel_names: Sequence[Any] | None = None,
        n_train: int = 0,
        truth: ArrayLike | None = None,
    ) -> None:
        columns = _as_columns(values)
        n_samples, n_channels = columns.shape
        index = _index_of(values, index)
        if index is not None:
            _check_index(index, n_samples)
        if not 0 <= n_train <= n_samples:
            raise ValueError(
                f"n_train={n_train} of {n_samples} samples can't have been trained on: "
                "pass how many of them, at the start, were."
            )
        anomalous = None if truth is None else read_labels(truth, name="truth")
        check_lengths(n_samples, truth=anomalous)
        fields = {
            "values": columns,
            "index": index,
            "channel_names": _names_of(values, channel_names, n_channels),
            "n_train": int(n_train),
            "truth": anomalous,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.values)

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_names)

    @cached_property
    def positions(self) -> NDArray[Any]:
        """Places of the samples on an axis, as `as_positions` returns them."""
        return as_positions(self.index, self.n_samples)

    @cached_property
    def true_events(self) -> tuple[Event, ...] | None:
        """Events of the truth; None where it is not known."""
        return None if self.truth is None else tuple(find_events(self.truth))

    def like_values(self, matrix: ArrayLike, *, name: str) -> Floats:
        """Return a matrix in the shape of the values, or raise.

        Parameters
        ----------
        matrix : array-like of the shape of the values
            One value for each value.
        name : str
            What to call it in the error.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_channels)
            One column per channel.

        Raises
        ------
        ValueError
            If there is another number of samples or channels.
        """
        columns = _as_columns(matrix)
        if columns.shape != self.values.shape:
            raise ValueError(
                f"{name} has shape {columns.shape}, values {self.values.shape}; give "
                f"one {name} value for each value."
            )
        return columns


def as_positions(index: Any, n_samples: int) -> NDArray[Any]:
    """Return the index of a series as an array that can be placed on an axis.

    Parameters
    ----------
    index : array-like of shape (n_samples,) or None
        Times or numbers of the samples; None for sample numbers.
    n_samples : int
        Number of samples.

    Returns
    -------
    positions : ndarray of shape (n_samples,), of numbers or datetime64
        Times with a zone as their local wall time.

    Raises
    ------
    ValueError
        If the index has another length.

    Examples
    --------
    >>> from skanomaly.detection import as_positions
    >>> as_positions(None, 3)
    array([0, 1, 2])
    """
    if index is None:
        return np.arange(n_samples)
    _check_index(index, n_samples)
    if getattr(index, "tz", None) is not None:
        index = index.tz_localize(None)
    positions: NDArray[Any] = np.asarray(index)
    if positions.dtype.kind not in "iufM":
        pandas = import_extra("pandas", extra="plot")
        positions = np.asarray(pandas.DatetimeIndex(index).tz_localize(None))
    return positions


def _as_columns(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"a series has shape (n_samples,) or (n_samples, n_channels), not "
            f"{array.shape}."
        )
    return array.reshape(len(array), -1)


def _index_of(values: Any, index: Any) -> Any:
    if index is not None or not hasattr(values, "columns"):
        return index
    # The numbers that rows of a data frame have by themselves are no index.
    numbers = [getattr(values.index, name, None) for name in ("start", "step")]
    return None if numbers == [0, 1] else values.index


def _check_index(index: Any, n_samples: int) -> None:
    if len(index) != n_samples:
        raise ValueError(
            f"index has {len(index)} entries for {n_samples} samples: give one entry "
            "per sample, or None for sample numbers."
        )


def _names_of(
    values: Any, names: Sequence[Any] | None, n_channels: int
) -> tuple[str, ...]:
    if names is None:
        names = getattr(values, "columns", None)
    if names is None:
        names = [f"x{channel}" for channel in range(n_channels)]
    if len(names) != n_channels:
        raise ValueError(
            f"there are {len(names)} channel_names for "
            f"{plural(n_channels, 'channel')}: pass one per channel."
        )
    return tuple(map(str, names))
