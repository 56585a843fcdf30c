"""Aggregation of the records of a file to equal steps."""

from math import isnan, nan
from typing import Any

import numpy as np

from skanomaly.exceptions import TwoReadingsError
from skanomaly.preprocessing import aggregate_series, of_nothing
from skanomaly.reading._settings import Reading


def to_steps(
    pd: Any, records: Any, values: list[str], flags: list[str], reading: Reading
) -> tuple[Any, str]:
    """Return the series of records by their times, and what fills its empty steps."""
    agg, time = reading.agg or "sum", str(records.index.name)
    table = records.reset_index()
    flagged = None
    if flags:
        flagged = aggregate_series(
            table, time=time, value=flags, every=reading.every, agg="max", fill=0
        )
    if agg != "count":
        complete = np.isfinite(table[values].to_numpy(np.float64)).all(axis=1)
        table = table.loc[complete]
    if reading.agg is None:
        _refuse_several(table, time, values, reading)
    series = aggregate_series(
        table, time=time, value=values, every=reading.every, agg=agg, fill=nan
    )
    series, filled = _filled(series, agg, reading)
    if flagged is not None:
        series[flags] = flagged.reindex(series.index, fill_value=0)
    return series, filled


def _refuse_several(table: Any, time: str, values: list[str], reading: Reading) -> None:
    """Raise if a step has several records, of which nobody chose the aggregation."""
    counts = aggregate_series(
        table, time=time, value=values[:1], every=reading.every, agg="count", fill=0
    ).iloc[:, 0]
    if counts.max() > 1:
        raise TwoReadingsError(
            f"{int((counts > 1).sum()):,} of {len(counts):,} steps have several "
            f"records, the first at {(counts > 1).idxmax()}: their sum, or their mean. "
            "Pass --agg sum for amounts such as bytes, --agg mean (or max, ...) for "
            "levels such as a temperature, or --agg count for the number of records.",
            setting="agg",
        )


def _filled(series: Any, agg: str, reading: Reading) -> tuple[Any, str]:
    """Return a series whose steps without a record are filled, and with what."""
    empty = series.isna().all(axis=1)
    fill = reading.fill
    if fill is None:
        fill = nan if reading.interpolate else of_nothing(agg)
    said = f"{int(empty.sum()):,} of {len(series):,} steps have no record"
    if not empty.any():
        said = ""
    elif reading.interpolate and isnan(fill):
        said += ": interpolated"
    elif reading.agg is None and reading.fill is None:
        raise TwoReadingsError(
            f"{said}, the first from {empty.idxmax()}: 0, or unknown. Pass --agg sum "
            "(or count) if nothing happened in them, which is 0; for levels such as a "
            "temperature, --agg mean --interpolate; or another number as --fill.",
            setting="agg",
        )
    else:
        said += f": filled with {fill:g}"
    return series.fillna(fill), said


def without_incomplete(pd: Any, series: Any, times: Any, every: Any) -> tuple[Any, str]:
    """Leave out the last step if the records end before it does.

    The next record would come after the usual time between records.
    """
    ordered = times.sort_values()
    usual = (ordered[1:] - ordered[:-1]).to_series().median()
    end = series.index[-1] + pd.tseries.frequencies.to_offset(every)
    if len(series) < 2 or len(ordered) < 2 or ordered[-1] + usual >= end:
        return series, ""
    said = f"the last step, {series.index[-1]}, left out, as its records end before it"
    return series.iloc[:-1], said
