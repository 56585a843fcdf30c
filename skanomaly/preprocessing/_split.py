"""Selection and splits of series by time."""

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from skanomaly._clock import read_time
from skanomaly._compat import import_extra

if TYPE_CHECKING:
    import pandas as pd

Frame = TypeVar("Frame", "pd.DataFrame", "pd.Series[Any]")
SeriesLike = TypeVar("SeriesLike")


def select_dates(series: Frame, start: Any = None, stop: Any = None) -> Frame:
    """Select the samples in the half-open time interval ``[start, stop)``.

    Parameters
    ----------
    series : Series or DataFrame of length n_samples
        Samples with a ``DatetimeIndex``.
    start, stop : str or datetime, default=None
        Bounds of the interval; `start` is included, `stop` is not. A date without a
        time stands for its midnight. None stands for the beginning or the end of the
        series.

    Returns
    -------
    selected : Series or DataFrame
        The samples within the interval.

    Raises
    ------
    ValueError
        If the index is not a ``DatetimeIndex``, a date cannot be parsed, or no sample
        is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from skanomaly import select_dates
    >>> days = pd.date_range("2024-01-01", periods=5, freq="D")
    >>> series = pd.Series(range(5), index=days)
    >>> select_dates(series, "2024-01-02", "2024-01-04").tolist()
    [1, 2]
    """
    pd = import_extra("pandas", extra="cli")
    index = getattr(series, "index", None)
    if not isinstance(index, pd.DatetimeIndex):
        raise ValueError(
            "select_dates needs a series indexed by time, got an index of type "
            f"{type(index).__name__}. Use aggregate_series, or set a DatetimeIndex."
        )
    keep = np.ones(len(index), dtype=bool)
    if start is not None:
        keep &= index >= read_time("start=", start, index.tz)
    if stop is not None:
        keep &= index < read_time("stop=", stop, index.tz)
    if not keep.any():
        raise ValueError(
            f"no sample lies between start={start!r} and stop={stop!r}. The series "
            f"{_span(index)}."
        )
    return series[keep]


def split_series(
    series: SeriesLike,
    *,
    train_fraction: float | None = None,
    train_until: Any = None,
) -> tuple[SeriesLike, SeriesLike]:
    """Split a series into a training part and the samples after it.

    Exactly one of `train_fraction` and `train_until` must be given.

    Parameters
    ----------
    series : ndarray, list, Series or DataFrame of length n_samples
        Samples sorted by time.
    train_fraction : float, default=None
        Fraction of the samples in the training part, in (0, 1). The number of samples
        is rounded.
    train_until : str, datetime or int, default=None
        End of the training part, not included: a time, for a series with a
        ``DatetimeIndex``, or a number of samples.

    Returns
    -------
    train, rest : same type as `series`
        The two parts, neither of which is empty.

    Raises
    ------
    ValueError
        If not exactly one of `train_fraction` and `train_until` is given, its value is
        invalid, the times are not sorted, or a part would be empty.

    Examples
    --------
    >>> from skanomaly import split_series
    >>> split_series([1, 2, 3, 4, 5], train_fraction=0.6)
    ([1, 2, 3], [4, 5])
    """
    if (train_fraction is None) == (train_until is None):
        raise ValueError(
            "pass exactly one of train_fraction and train_until, got "
            f"train_fraction={train_fraction!r} and train_until={train_until!r}."
        )
    rows: Any = getattr(series, "iloc", series)
    n_samples = len(rows[:])
    if train_fraction is None:
        n_train = _samples_until(series, train_until)
    elif 0 < train_fraction < 1:
        n_train = round(train_fraction * n_samples)
    else:
        raise ValueError(
            f"train_fraction must lie between 0 and 1, got {train_fraction!r}."
        )
    if not 0 < n_train < n_samples:
        index = getattr(series, "index", None)
        raise ValueError(
            f"the split leaves {min(max(n_train, 0), n_samples)} samples for training "
            f"and {max(n_samples - max(n_train, 0), 0)} for the rest, and neither may "
            f"be empty. The series {_span(index, n_samples)}."
        )
    return rows[:n_train], rows[n_train:]


def _samples_until(series: Any, until: Any) -> int:
    index: Any = getattr(series, "index", None)
    if isinstance(until, int | np.integer) and not isinstance(until, bool):
        return int(until)
    if hasattr(index, "tz"):
        if not index.is_monotonic_increasing:
            raise ValueError("the times of the series are not sorted. Sort the series.")
        return int(index.searchsorted(read_time("train_until=", until, index.tz)))
    try:
        return int(str(until))
    except ValueError:
        raise ValueError(
            f"train_until={until!r} needs a series indexed by time, but this series is "
            "not. Pass a number of samples, or set a DatetimeIndex."
        ) from None


def _span(index: Any, n_samples: int = 0) -> str:
    if hasattr(index, "tz") and len(index):
        return f"lasts from {index.min()} to {index.max()}"
    return f"has {n_samples} samples"
