"""Settings for reading a series from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reading:
    r"""Settings for reading a series from a file.

    Parameters
    ----------
    time : str, default=None
        Column of times. If None, the only one that holds times.
    value : sequence of str, default=None
        Columns of values, or patterns such as ``"cpu*"``. If None, the only column of
        numbers that neither count rows nor are times.
    likely : sequence of str, default=None
        Columns of values where `value` is None and the table has all of them, as those
        that a model was trained on. If it has not, another one is read with a warning.
    every : str, default=None
        Step to aggregate records to, such as ``"1min"``.
    agg : str, default=None
        Aggregation of the records of a step. With `every`, it may only be left out if
        each step has exactly one record.
    fill : float, default=None
        Value of steps without a record. If None, it is 0 for sums and counts that
        `agg` asks for, and unknown for other aggregations.
    interpolate : bool, default=None
        Whether missing values and steps are interpolated.
    incomplete : bool, default=None
        Whether the last step of `every` is kept if its records end before it does.
    sep : str, default=None
        Separator of the fields, such as ``";"`` or ``"\t"``.
    decimal, thousands : str, default=None
        Marks of decimals and of thousands.
    header : bool, default=None
        Whether the first line holds the names of the columns.
    encoding : str, default=None
        Encoding of the text.
    time_format : str, default=None
        Format of the times, as for `datetime.strptime`.
    day_first : bool, default=None
        Whether 01/02/2024 is the first of February.
    na_values : sequence of str, default=None
        Further cells that stand for missing values.
    series : str, default=None
        Column that says which of several series a row belongs to.
    only : str, default=None
        Series of that column to read.
    offsets : mapping of str to int, default=None
        Numbers to take off the whole numbers of columns that are too large for a
        float. If None, the first number of each such column.

    Examples
    --------
    >>> from skanomaly.reading import Reading
    >>> Reading(every="1h", agg="mean").every
    '1h'
    """

    time: str | None = None
    value: Sequence[str] | None = None
    likely: Sequence[str] | None = None
    every: str | None = None
    agg: str | None = None
    fill: float | None = None
    interpolate: bool | None = None
    incomplete: bool | None = None
    sep: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    header: bool | None = None
    encoding: str | None = None
    time_format: str | None = None
    day_first: bool | None = None
    na_values: Sequence[str] | None = None
    series: str | None = None
    only: str | None = None
    offsets: Mapping[str, int] | None = None

    def table_settings(self) -> dict[str, Any]:
        """Return the settings of `skanomaly.datasets.scan_table`."""
        names = ("sep", "decimal", "header", "encoding")
        settings = {name: getattr(self, name) for name in names}
        if self.decimal is None and self.thousands in (",", "."):
            settings["decimal"] = {",": ".", ".": ","}[self.thousands]
        return settings
