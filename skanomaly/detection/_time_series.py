"""A validated series with its index, channel names, training part and true labels."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import import_extra
from skanomaly._frames import as_frame, as_pandas
from skanomaly._text import plural
from skanomaly._validation import check_lengths
from skanomaly.events import Event, find_events, read_labels

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, init=False)
class TimeSeries:
    """A time series with its index, channel names, training part and true labels.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, n_channels)
        The series, in temporal order. NaN marks a missing value.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, the index of a data frame, or sample
        numbers.
    channel_names : sequence of str, default=None
        One name per channel. If None, the columns of a data frame, or ``x0``, ``x1``,
        ...
    n_train : int, default=0
        Number of samples at the start that the detector was trained on.
    truth : array-like of shape (n_samples,), default=None
        True labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or
        booleans.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_channels)
        The series.
    index : array-like of shape (n_samples,) or None
        Index that was passed, or that of the data frame. None for sample numbers; the
        default index of a data frame counts as sample numbers.
    channel_names : tuple of str
        One name per channel.
    n_train : int
        Number of samples at the start that the detector was trained on.
    truth : ndarray of shape (n_samples,) of bool or None
        True for anomalous samples; None if the true labels are not known.

    Raises
    ------
    ValueError
        If `index`, `channel_names`, `n_train` or `truth` do not match the values.

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
        values = as_frame(values)
        columns = _as_columns(values)
        n_samples, n_channels = columns.shape
        index = index_of(values, index)
        if index is not None:
            _check_index(index, n_samples)
            _check_order(index)
        if not isinstance(n_train, Integral) or not 0 <= n_train <= n_samples:
            raise ValueError(
                f"n_train must be an integer between 0 and {n_samples}, the number of "
                f"samples; got {n_train}. Pass the number of samples at the start that "
                "were trained on."
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
        """Positions of the samples on an axis; see `as_positions`."""
        return as_positions(self.index, self.n_samples)

    @cached_property
    def true_events(self) -> tuple[Event, ...] | None:
        """Events of the true labels; None if these are not known."""
        return None if self.truth is None else tuple(find_events(self.truth))

    def like_values(self, matrix: ArrayLike, *, name: str) -> Floats:
        """Return a matrix as floats, or raise if its shape is not that of the values.

        Parameters
        ----------
        matrix : array-like of shape (n_samples,) or (n_samples, n_channels)
            Matrix with one entry per value of the series.
        name : str
            Name of the matrix in error messages.

        Returns
        -------
        columns : ndarray of shape (n_samples, n_channels)
            One column per channel.

        Raises
        ------
        ValueError
            If the number of samples or channels differs.
        """
        columns = _as_columns(matrix)
        if columns.shape != self.values.shape:
            raise ValueError(
                f"{name} has shape {columns.shape}, but the values have shape "
                f"{self.values.shape}. Pass one entry of {name} per value."
            )
        return columns


def as_positions(index: Any, n_samples: int) -> NDArray[Any]:
    """Convert the index of a series to positions on an axis.

    Parameters
    ----------
    index : array-like of shape (n_samples,) or None
        Times or numbers of the samples. If None, sample numbers.
    n_samples : int
        Number of samples.

    Returns
    -------
    positions : ndarray of shape (n_samples,), of numbers or datetime64
        Positions of the samples. Times with a time zone are converted to local wall
        time.

    Raises
    ------
    ValueError
        If the length of the index is not `n_samples`.

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
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"A series must hold numbers ({error}). Leave out other columns, and pass "
            "one of times as index=."
        ) from error
    if array.ndim not in (1, 2):
        raise ValueError(
            f"A series must have shape (n_samples,) or (n_samples, n_channels), got "
            f"{array.shape}. Pass one column per channel."
        )
    return array.reshape(len(array), -1)


def index_of(values: Any, index: Any = None) -> Any:
    """Return the index of a series.

    Parameters
    ----------
    values : array-like of shape (n_samples, n_channels)
        The series.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples, returned as they are; a column of another
        library than pandas as one of pandas.

    Returns
    -------
    index : Any or None
        If `index` is None, the index of a data frame, unless that only counts its rows;
        otherwise None.

    Examples
    --------
    >>> from skanomaly.detection import index_of
    >>> index_of([[1.0], [2.0]], ["a", "b"])
    ['a', 'b']
    """
    if index is not None:
        return as_pandas(index)
    values = as_frame(values)
    if not hasattr(values, "columns"):
        return None
    # The default index of a data frame only counts its rows.
    numbers = [getattr(values.index, name, None) for name in ("start", "step")]
    return None if numbers == [0, 1] else values.index


def _check_index(index: Any, n_samples: int) -> None:
    if len(index) != n_samples:
        raise ValueError(
            f"index has {len(index)} entries for {n_samples} samples. Pass one entry "
            "per sample, or None for sample numbers."
        )


def _check_order(index: Any) -> None:
    """Raise if an index of times or numbers ends before it begins."""
    # Times with a zone become objects of NumPy, so the kind is that of pandas.
    dtype = getattr(index, "dtype", None) or np.asarray(index).dtype
    if dtype.kind not in "iufM" or len(index) < 2:
        return
    places = getattr(index, "iloc", index)
    first, last = places[0], places[len(index) - 1]
    if last < first:
        raise ValueError(
            f"index runs backwards, from {first} to {last}. Sort the series by its "
            "index, the oldest sample first."
        )
    steps = _steps_of(index, dtype)
    if steps.size and (steps < 0).any():
        row = int((steps < 0).argmax()) + 1
        warnings.warn(
            f"index is not in order: it goes back from {places[row - 1]} to "
            f"{places[row]} in row {row}, and windows of consecutive rows are no "
            "windows of time. Sort the series by its index.",
            stacklevel=4,
        )


def _steps_of(index: Any, dtype: Any) -> NDArray[Any]:
    """Return the steps of an index as numbers."""
    if getattr(dtype, "tz", None) is not None:
        pandas = import_extra("pandas", extra="plot")
        index = pandas.DatetimeIndex(index).asi8
    numbers = np.asarray(index)
    if numbers.dtype.kind == "M":
        numbers = numbers.astype(np.int64)
    steps: NDArray[Any] = np.diff(numbers)
    return steps


def _names_of(
    values: Any, names: Sequence[Any] | None, n_channels: int
) -> tuple[str, ...]:
    if names is None:
        names = getattr(values, "columns", None)
    if names is None:
        names = [f"x{channel}" for channel in range(n_channels)]
    if len(names) != n_channels:
        raise ValueError(
            f"Got {len(names)} channel_names for {plural(n_channels, 'channel')}. Pass "
            "one name per channel."
        )
    texts = tuple(map(str, names))
    repeated = [name for name, n in Counter(texts).items() if n > 1]
    if repeated:
        raise ValueError(
            f"channel_names contains {repeated[0]!r} more than once. Pass a "
            "different name for each channel."
        )
    return texts
