"""Preprocessing of raw records and series, and splits by time."""

from skanomaly.preprocessing._aggregate import aggregate_series, of_nothing
from skanomaly.preprocessing._columns import check_numeric, expand_patterns
from skanomaly.preprocessing._gaps import interpolate_series
from skanomaly.preprocessing._number_times import (
    read_dates,
    read_digits,
    read_serial,
    span_of_numbers,
)
from skanomaly.preprocessing._scaler import SeriesScaler
from skanomaly.preprocessing._smooth import smooth_series
from skanomaly.preprocessing._split import select_dates, split_series
from skanomaly.preprocessing._times import looks_like_times, parse_times, read_times

__all__ = [
    "SeriesScaler",
    "aggregate_series",
    "check_numeric",
    "expand_patterns",
    "interpolate_series",
    "looks_like_times",
    "of_nothing",
    "parse_times",
    "read_dates",
    "read_digits",
    "read_serial",
    "read_times",
    "select_dates",
    "smooth_series",
    "span_of_numbers",
    "split_series",
]
