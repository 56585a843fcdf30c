"""Series to work on: files of one's own, and generated ones with known anomalies."""

from skanomaly.datasets._files import read_table
from skanomaly.datasets._generators import PeriodicSeries, make_periodic

__all__ = ["PeriodicSeries", "make_periodic", "read_table"]
