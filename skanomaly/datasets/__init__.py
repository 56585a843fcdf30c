"""Generated series with known anomalies, and readers for files of data."""

from skanomaly.datasets._dialect import SEPARATORS, Dialect
from skanomaly.datasets._generators import PeriodicSeries, make_periodic
from skanomaly.datasets._odds import read_odds
from skanomaly.datasets._pieces import scan_parts
from skanomaly.datasets._table import read_table, scan_table

__all__ = [
    "SEPARATORS",
    "Dialect",
    "PeriodicSeries",
    "make_periodic",
    "read_odds",
    "read_table",
    "scan_parts",
    "scan_table",
]
