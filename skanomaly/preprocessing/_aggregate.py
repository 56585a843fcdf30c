"""From raw records, each with its own time, to one row per time step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly._text import closest
from skanomaly.preprocessing._columns import check_numeric, parse_times

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = ("count", "nunique")


def aggregate_series(
    records: "pd.DataFrame",
    *,
    time: str,
    value: str | Sequence[str],
    every: Any,
    agg: str = "sum",
    fill: float = 0,
) -> "pd.DataFrame":
    """Aggregate raw records, such as a log, to a regular series.

    Needs pandas. Works for records in any order and with any gaps; the length of the
    result is that of the time span, so one stray date makes it very long.

    Parameters
    ----------
    records : DataFrame of shape (n_records, n_columns)
        One record per row.
    time : str
        Column with the time of each record: times, texts, or seconds, milliseconds,
        microseconds or nanoseconds since 1970, told apart by their size.
    value : str or list of str
        Columns to aggregate; they become the channels.
    every : str or Timedelta
        Length of a time step, such as ``"1min"``, ``"6h"`` or ``"1D"``.
    agg : str, default="sum"
        A pandas aggregation: ``"sum"``, ``"mean"``, ``"max"``, ``"count"``, ... Missing
        values are left out.
    fill : float, default=0
        Value of the steps without any record.

    Returns
    -------
    series : DataFrame of shape (n_samples, n_channels)
        One row per time step, indexed by the beginning of the step.

    Raises
    ------
    ValueError
        If a column is unknown or not numeric, a time cannot be read, or `every` or
        `agg` is unknown.

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
    names = [value] if isinstance(value, str) else list(dict.fromkeys(value))
    if not names:
        raise ValueError("value names no column: pass at least one.")
    for name in (time, *names):
        _check_column(records, name)
    if len(records) == 0:
        raise ValueError("records is empty: a series needs at least one record.")
    if agg not in _COUNTS:
        for name in names:
            check_numeric(records[name])
    step = _parse_step(pd, every)

    times = parse_times(records[time])
    # Sorted, as aggregations such as "first" depend on the order.
    values = records[names].set_axis(times).sort_index(kind="stable")
    buckets = values.resample(step, closed="left", label="left")
    try:
        series = buckets.agg(agg)
        if series.ndim != 2 or list(series.columns) != names:
            raise TypeError("it does not give one number per column")
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"agg={agg!r} could not be applied ({error}): pass the name of a pandas "
            "aggregation such as 'sum', 'mean', 'median', 'min', 'max' or 'count'."
        ) from error
    return series.mask(buckets.count() == 0, fill)


def _check_column(records: "pd.DataFrame", name: str) -> None:
    columns = [str(column) for column in records.columns]
    if name in records.columns:
        return
    raise ValueError(
        f"there is no column {name!r}; the columns are: {', '.join(columns)}."
        f"{closest(name, columns)}"
    )


def _parse_step(pd: Any, every: Any) -> Any:
    try:
        step = pd.tseries.frequencies.to_offset(every)
    except (TypeError, ValueError):
        step = None
    if step is None or step.n <= 0:
        raise ValueError(
            f"every={every!r} is no length of time: pass a number above 0 with a unit, "
            "such as '30s', '1min', '6h' or '1D'."
        )
    return step
