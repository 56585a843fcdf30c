"""Reading of a series from a file."""

import warnings
from argparse import Namespace
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly._text import closest, plural
from skanomaly.cli._errors import InputError, warn
from skanomaly.preprocessing import check_numeric, expand_patterns, parse_times

if TYPE_CHECKING:
    from pandas import DataFrame, DatetimeIndex, Series

# Rows in which to look for dates, since parsing a whole column is slow.
_N_ROWS_TO_TRY = 20


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Settings for reading a series from a file; saved with the model."""

    time: str | None = None
    value: Sequence[str] | None = None
    every: str | None = None
    agg: str | None = None
    fill: float | None = None
    interpolate: bool | None = None

    @classmethod
    def from_options(cls, options: Namespace, saved: dict[str, Any]) -> Self:
        """Return the settings of `options`, completed by those saved with the model."""
        merged = {}
        for field in fields(cls):
            said = getattr(options, field.name)
            merged[field.name] = saved.get(field.name) if said is None else said
        return cls(**merged)

    def to_save(self, channel_names: tuple[str, ...]) -> dict[str, Any]:
        """Return the settings as plain values, which later versions can read.

        Columns that were named are required in the next file too. A column that was
        found as the only numeric one is not saved, as its name may differ there.
        """
        value = None if self.value is None else channel_names
        return asdict(self) | {"value": value}


def read_series(
    file: str,
    reading: Reading,
    *,
    first: str | None = None,
    last: str | None = None,
    labels: str | None = None,
    ignore: str | None = None,
    leave_out: str | None = None,
) -> "DataFrame":
    """Read the series of a file.

    Parameters
    ----------
    file : str
        Path of a CSV or parquet file.
    reading : Reading
        Columns and how to aggregate their records.
    first, last : str, default=None
        Times that samples are kept between: `first` is included, `last` is not.
    labels : str, default=None
        Column of labels, which follows the channels. A sample that is aggregated from
        several records is anomalous if any of them is.
    ignore : str, default=None
        Column that says which samples are ignored, which becomes the last one in the
        same way.
    leave_out : str, default=None
        Column that is not used as a value, if there is one of this name.

    Returns
    -------
    series : DataFrame of shape (n_samples, n_channels)
        Finite floats in order of time, indexed by time or by sample number.
    """
    pd = import_extra("pandas", extra="cli")
    table = read_table_of(file)
    flags = _read_flags(table, labels, ignore)
    time = _time_column(pd, table, reading.time)
    values = _value_columns(pd, table, reading.value, {time, leave_out, *flags})
    for name in flags:
        if name in values:
            what = "the labels" if name == labels else "what is ignored"
            raise InputError(f"Column {name!r} holds {what}. Leave it out of --value.")
    for name in values:
        # Values of any type can be counted.
        if reading.agg != "count":
            check_numeric(table[name])
    if reading.every is not None:
        series = _aggregate(pd, table, time, values, flags, reading)
    else:
        if reading.agg is not None or reading.fill is not None:
            raise InputError("--agg and --fill need --every, the step to aggregate to.")
        series = _as_it_is(pd, table, time, [*values, *flags])
    series = series.astype(np.float64)
    if first is not None or last is not None:
        from skanomaly.preprocessing import select_dates

        if not isinstance(series.index, pd.DatetimeIndex):
            raise InputError("--from and --until need times. Name them with --time.")
        series = select_dates(series, first, last)
    if reading.every is None and isinstance(series.index, pd.DatetimeIndex):
        _warn_of_uneven_steps(file, series.index)
    series = _finite(series, interpolate=bool(reading.interpolate))
    if len(series) < 2:
        raise InputError(
            f"{file} holds a single sample. Pass a series of at least 2 samples."
        )
    return series


def check_files(*files: str | None) -> None:
    """Raise with the closest name if one of the given files does not exist."""
    for file in files:
        if file is not None and not (path := Path(file)).exists():
            near = path.parent.iterdir() if path.parent.is_dir() else ()
            hint = closest(path.name, (other.name for other in near))
            raise InputError(f"There is no file {file!r}.{hint}")


def read_table_of(file: str) -> "DataFrame":
    """Return the table of a file, which must exist."""
    from skanomaly.datasets import read_table

    check_files(file)
    table: DataFrame = read_table(file)
    return table


def _read_flags(
    table: "DataFrame", labels: str | None, ignore: str | None
) -> list[str]:
    """Convert the columns that say something of samples, and return their names."""
    flags = []
    if labels is not None:
        flags.append(_find(table, labels, "--labels"))
        table[labels] = _flags(table[labels], name=f"column {labels!r}")
    if ignore is not None:
        if ignore == labels:
            raise InputError(
                f"Column {ignore!r} holds the labels. Pass another --ignore-column."
            )
        flags.append(_find(table, ignore, "--ignore-column"))
        table[ignore] = _truthy(table[ignore])
    return flags


def _flags(column: "Series[Any]", *, name: str) -> NDArray[np.float64]:
    """Return 1.0 for the label of an anomaly and 0.0 for that of a normal sample."""
    from skanomaly.events import read_labels

    return read_labels(column.to_numpy(), name=name).astype(np.float64)


def _truthy(column: "Series[Any]") -> NDArray[np.float64]:
    """Return 1.0 where a column is true, a number but 0, or a text, and 0.0 elsewhere.

    The texts "false", "no" and "0" are not true.
    """
    known = column.astype(object).where(column.notna(), "")
    texts = known.astype(str).str.strip().str.lower()
    is_true = ~texts.isin(["", "0", "0.0", "false", "no"])
    return is_true.to_numpy().astype(np.float64)


def _find(table: "DataFrame", name: str, option: str) -> str:
    if name in table.columns:
        return name
    raise InputError(
        f"{option}: there is no column {name!r}.{closest(name, table.columns)} "
        f"The columns are: {', '.join(table.columns)}."
    )


def _time_column(pd: Any, table: "DataFrame", name: str | None) -> str | None:
    """Return the column of times; by default, the only one that holds dates."""
    if name is not None:
        return _find(table, name, "--time")
    dated = [str(name) for name in table if _holds_dates(pd, table[name])]
    return dated[0] if len(dated) == 1 else None


def _holds_dates(pd: Any, column: "Series[Any]") -> bool:
    """Return whether most of the first rows of a column are dates."""
    if pd.api.types.is_numeric_dtype(column):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        dates = pd.to_datetime(column.head(_N_ROWS_TO_TRY), errors="coerce", utc=True)
    return bool(dates.notna().mean() > 0.5)


def _value_columns(
    pd: Any,
    table: "DataFrame",
    names: Sequence[str] | None,
    no_values: Collection[str | None],
) -> list[str]:
    """Return the columns to use; by default, the only numeric one."""
    numeric = [
        str(name)
        for name in table
        if name not in no_values
        and pd.api.types.is_numeric_dtype(table[name])
        and not _is_row_number(str(name), table[name])
    ]
    if names is None:
        if len(numeric) == 1:
            return numeric
        if not numeric:
            raise InputError(
                "No column holds numbers, and a series needs one. The columns are: "
                f"{', '.join(map(str, table.columns))}."
            )
        listed = ", ".join(numeric[:12]) + (", ..." if len(numeric) > 12 else "")
        raise InputError(
            f"{len(numeric)} columns hold numbers: {listed}. Choose with --value, such "
            f"as --value {numeric[0]!r}, or --value '*' for all."
        )
    chosen = expand_patterns(names, table.columns, numeric)
    return [_find(table, name, "--value") for name in chosen]


def _is_row_number(name: str, column: "Series[Any]") -> bool:
    """Return whether a column is the index that a DataFrame writes to its CSV."""
    return name.startswith("Unnamed:") and bool(column.diff().iloc[1:].eq(1).all())


def _aggregate(
    pd: Any,
    table: "DataFrame",
    time: str | None,
    values: list[str],
    flags: list[str],
    reading: Reading,
) -> "DataFrame":
    from skanomaly.preprocessing import aggregate_series

    if time is None:
        raise InputError(
            f"--every needs times. Name their column with --time. The columns are: "
            f"{', '.join(table.columns)}."
        )
    if counts_samples(pd, table[time]):
        raise InputError(
            f"--every needs times, but column {time!r} holds small numbers, such as "
            f"{table[time].iloc[0]}. Name another column with --time."
        )
    agg = reading.agg or "sum"
    fill = reading.fill
    if fill is None:
        # A step without records has a sum and a count of 0, but no mean.
        fill = 0.0 if agg in ("sum", "count") and not reading.interpolate else nan
    flagged = None
    if flags:
        flagged = aggregate_series(
            table, time=time, value=flags, every=reading.every, agg="max", fill=0
        )
    if agg != "count":
        complete = np.isfinite(table[values].to_numpy(np.float64)).all(axis=1)
        if not reading.interpolate:
            _finite(table[values], interpolate=False)
        table = table.loc[complete]
    series: DataFrame = aggregate_series(
        table, time=time, value=values, every=reading.every, agg=agg, fill=fill
    )
    if flagged is not None:
        series[flags] = flagged.reindex(series.index, fill_value=0)
    return series


def _as_it_is(
    pd: Any, table: "DataFrame", time: str | None, values: list[str]
) -> "DataFrame":
    series = table[values].reset_index(drop=True)
    if time is None:
        return series
    if counts_samples(pd, table[time]):
        _finite(table[[time]], interpolate=False)
        series.index = pd.Index(table[time], name=time)
    else:
        series.index = parse_times(table[time])
    in_order: DataFrame = series.sort_index(kind="stable")
    return in_order


def counts_samples(pd: Any, column: "Series[Any]") -> bool:
    """Return whether a column holds sample numbers, not seconds since 1970.

    Seconds since 1970 are recognised from 1973 on, that is, from 1e8.
    """
    return bool(pd.api.types.is_numeric_dtype(column) and column.abs().max() < 1e8)


def _warn_of_uneven_steps(file: str, times: "DatetimeIndex") -> None:
    """Warn if samples are not evenly spaced, which every detector assumes."""
    steps = times[1:] - times[:-1]
    n_repeated = int((times[1:] == times[:-1]).sum())
    usual = steps.to_series().median()
    # Months, and days on which clocks change, differ by less than this.
    uneven = int(((steps < 0.5 * usual) | (steps > 1.5 * usual)).sum())
    if n_repeated:
        what = (
            f"{plural(n_repeated, 'time')} of {len(times):,} equal to the previous one"
        )
    elif uneven:
        what = (
            f"{plural(uneven, 'step')} of {len(steps):,} more than half shorter or "
            f"longer than the median step, {usual}"
        )
    else:
        return
    warn(
        f"warning: {file}: {what}. Aggregate the samples to equal steps with --every; "
        "for levels such as a temperature, also pass --agg mean --interpolate"
    )


def _finite(series: "DataFrame", *, interpolate: bool) -> "DataFrame":
    finite = np.isfinite(series.to_numpy(dtype=np.float64))
    if finite.all():
        return series
    if interpolate:
        from skanomaly.preprocessing import interpolate_series

        filled: DataFrame = interpolate_series(series)
        return filled
    row, channel = np.argwhere(~finite)[0]
    kind = "missing" if series.iloc[:, channel].isna().iloc[row] else "infinite"
    raise InputError(
        f"{plural(int((~finite).sum()), 'value')} missing or infinite: the "
        f"first, in column {series.columns[channel]!r} at {series.index.name or 'row'} "
        f"{series.index[row]}, is {kind}. Fill them with --interpolate."
    )


def index_of(series: "DataFrame") -> Any:
    """Return the times of a series, or None if its samples are only numbered."""
    pd = import_extra("pandas", extra="cli")
    return None if isinstance(series.index, pd.RangeIndex) else series.index
