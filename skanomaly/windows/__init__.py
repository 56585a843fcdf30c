"""Conversion of a series to windows and back."""

from skanomaly.windows._overlap import moving_mean, overlap_mean
from skanomaly.windows._period import find_period
from skanomaly.windows._sequences import (
    Examples,
    Sequences,
    Windows,
    validation_start,
)
from skanomaly.windows._shingler import Shingler
from skanomaly.windows._view import as_series, row_advance, sliding_view

__all__ = [
    "Examples",
    "Sequences",
    "Shingler",
    "Windows",
    "as_series",
    "find_period",
    "moving_mean",
    "overlap_mean",
    "row_advance",
    "sliding_view",
    "validation_start",
]
