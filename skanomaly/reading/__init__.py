"""From any file to a series, with a report of how it was read."""

from skanomaly.reading._by_part import read_parts
from skanomaly.reading._choice import counts_samples, find_column
from skanomaly.reading._found import ReadingReport
from skanomaly.reading._from_file import read_series
from skanomaly.reading._lines import naming_lines
from skanomaly.reading._long import listed, series_in
from skanomaly.reading._settings import Reading

__all__ = [
    "Reading",
    "ReadingReport",
    "counts_samples",
    "find_column",
    "listed",
    "naming_lines",
    "read_parts",
    "read_series",
    "series_in",
]
