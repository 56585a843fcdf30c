"""Conversion of a series to windows and back."""

from skanomaly.windows._examples import Examples, Windows, block_size, padded
from skanomaly.windows._overlap import moving_mean, overlap_mean
from skanomaly.windows._period import find_period
from skanomaly.windows._sequences import (
    Sequences,
    row_means,
    to_float32,
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
    "block_size",
    "find_period",
    "moving_mean",
    "overlap_mean",
    "padded",
    "row_advance",
    "row_means",
    "sliding_view",
    "to_float32",
    "validation_start",
]
