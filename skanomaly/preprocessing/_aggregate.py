"""Aggregation of raw records to a series with one row per time step."""

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly._frames import as_pandas
from skanomaly._text import closest
from skanomaly.preprocessing._columns import check_numeric
from skanomaly.preprocessing._times import parse_times

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = ("count", "nunique")
# Aggregations of no value at all that are 0, not unknown.
_ZERO = (*_COUNTS, "sum")


def aggregate_series(
    records: "pd.DataFrame",
    *,
    time: str,
    value: str | Sequence[str],
    every: Any,
    agg: str = "sum",
    fill: float | None = None,
) -> "pd.DataFrame":
    """Aggregate raw records, such as a log, to a regular series.

    Requires pandas. The records may be in any order and have gaps of any length. The
    series covers the whole time span of the records, so a single wrong date can make
    it very long.

    Parameters
    ----------
    records : DataFrame of shape (n_records, n_columns)
        One record per row, in a frame of pandas, polars or pyarrow.
    time : str
        Column with the time of each record: datetimes, strings, or numbers of seconds,
        milliseconds, microseconds or nanoseconds since 1970. The unit of numbers is
        inferred from the largest one.
    value : str or list of str
        Columns to aggregate. Each becomes a channel.
    every : str or Timedelta
        Length of a time step, such as ``"1min"``, ``"6h"`` or ``"1D"``.
    agg : str, default="sum"
        Name of a pandas aggregation, such as ``"sum"``, ``"mean"``, ``"max"`` or
        ``"count"``. Missing values are ignored.
    fill : float, default=None
        Value of a channel for time steps without any value. If None, 0 for sums and
        counts, and NaN for other aggregations, such as a mean.

    Returns
    -------
    series : DataFrame of shape (n_samples, n_channels)
        One row per time step, indexed by the beginning of the step.

    Raises
    ------
    ValueError
        If `records` is empty, a column is unknown or not numeric, a time cannot be
        parsed, or `every` or `agg` is invalid.

    Examples
    --------
    >>> import pandas as pd
    >>> from skanomaly import aggregate_series
    >>> log = pd.DataFrame(
    ...     {"at": ["10:03:20", "10:00:10", "10:00:50"], "bytes": [7, 1, 2]}
    ... )
    >>> log["at"] = "2024-01-01 " + log["at"]
    >>> aggregate_series(log, time="at", value="bytes", every="1min")["bytes"].tolist()
    [3, 0, 0, 7]
    """
    pd = import_extra("pandas", extra="cli")
    records = as_pandas(records)
    names = [value] if isinstance(value, str) else list(dict.fromkeys(value))
    if not names:
        raise ValueError("value is empty. Pass the name of at least one column.")
    for name in (time, *names):
        _check_column(records, name)
    if len(records) == 0:
        raise ValueError("records is empty. Pass at least one record.")
    if agg not in _COUNTS:
        for name in names:
            check_numeric(records[name])
    step = _parse_step(pd, every)

    times = parse_times(records[time])
    # Aggregations such as "first" depend on the order.
    values = records[names].set_axis(times).sort_index(kind="stable")
    buckets = values.resample(step, closed="left", label="left")
    try:
        series = buckets.agg(agg)
        if series.ndim != 2 or list(series.columns) != names:
            raise TypeError("it does not return one number per column")
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"agg={agg!r} could not be applied ({error}). Pass the name of a pandas "
            "aggregation such as 'sum', 'mean', 'median', 'min', 'max' or 'count'."
        ) from error
    return series.mask(buckets.count() == 0, of_nothing(agg) if fill is None else fill)


def of_nothing(agg: str) -> float:
    """Return the aggregate of no value at all: 0 for sums and counts, else NaN.

    Parameters
    ----------
    agg : str
        Name of a pandas aggregation.
    """
    return 0 if agg in _ZERO else nan


def _check_column(records: "pd.DataFrame", name: str) -> None:
    columns = [str(column) for column in records.columns]
    if name in records.columns:
        return
    raise ValueError(
        f"there is no column {name!r}. The columns are: {', '.join(columns)}."
        f"{closest(name, columns)}"
    )


def _parse_step(pd: Any, every: Any) -> Any:
    try:
        step = pd.tseries.frequencies.to_offset(every)
    except (TypeError, ValueError):
        step = None
    if step is None or step.n <= 0:
        raise ValueError(
            f"every={every!r} is not a length of time. Pass a positive number with a "
            "unit, such as '30s', '1min', '6h' or '1D'."
        )
    return step
