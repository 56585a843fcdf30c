"""Readers for files, and generators of series with known anomalies."""

from skanomaly.datasets._generators import PeriodicSeries, make_periodic
from skanomaly.datasets._odds import read_odds
from skanomaly.datasets._table import read_table

__all__ = ["PeriodicSeries", "make_periodic", "read_odds", "read_table"]
