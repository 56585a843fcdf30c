"""Report of how a file was read, for people to check."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from skanomaly._stamps import in_iso_order
from skanomaly._text import plural
from skanomaly.datasets import SEPARATORS


@dataclass(kw_only=True)
class ReadingReport:
    r"""Report of what was read from a file, and how, in two lines as a text.

    Parameters
    ----------
    file : str
        Path of the file.
    kind : str
        Kind of the file, such as ``"CSV"``.
    separator : str or None
        Separator of the fields of a text.
    decimal : str
        Decimal mark.
    thousands : str or None
        Mark of thousands.
    header : bool
        Whether the first line holds names.
    encoding : str or None
        Encoding of a text.
    n_rows : int
        Number of rows.
    time : list of str
        Columns of the times, none if samples are numbered.
    time_format : str
        Format of the times, or how their order was chosen.
    order : str
        Order of the rows in the file.
    step : str
        Usual step, or that of the aggregation.
    filled : str
        Number of steps without a record, and what they were filled with.
    values : dict of str to int
        Number of missing values of each column of values.
    left_out : dict of str to str
        Columns that might be values, and why they are not.
    offsets : dict of str to int
        Numbers that were taken off whole numbers too large for a float.
    notes : list of str
        What else was recognised.
    warnings : list of str
        What to look at before the result is believed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skanomaly.reading import read_series
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("at;cpu\n1.2.2024;0,5\n2.2.2024;0,7\n13.2.2024;1\n")
    ...     _, report = read_series(file, every="1D", agg="sum")
    >>> report.separator, report.decimal, report.time_format
    (';', ',', '%d.%m.%Y')
    """

    file: str
    kind: str = "CSV"
    separator: str | None = None
    decimal: str = "."
    thousands: str | None = None
    header: bool = True
    encoding: str | None = None
    n_rows: int = 0
    time: list[str] = field(default_factory=list)
    time_format: str = ""
    order: str = "as in the file"
    step: str = ""
    filled: str = ""
    values: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self._form()}.\n{self._content()}."

    def _form(self) -> str:
        parts = [f"{self.file}: {self.kind}, {plural(self.n_rows, 'row')}"]
        if self.separator is not None:
            named = SEPARATORS.get(self.separator, repr(self.separator))
            parts.append(f"separated by {named}")
        if self.kind == "CSV":
            parts.append(f"decimal mark {self.decimal!r}")
            if self.thousands is not None:
                parts.append(f"thousands {self.thousands!r}")
            parts.append("with a header" if self.header else "read without a header")
        if self.encoding is not None:
            parts.append(self.encoding)
        return ", ".join([*parts, *self.notes])

    def _content(self) -> str:
        if self.time:
            named = " and ".join(map(repr, self.time))
            told = f"times {named} ({self.time_format}), {self.order}"
        else:
            told = "no times: samples are numbered in the order of the file"
        told += f", step {self.step}" if self.step else ""
        told += f", {self.filled}" if self.filled else ""
        shown = [
            repr(name) + (f" ({count:,} missing)" if count else "")
            for name, count in self.values.items()
        ]
        told += f"; values {', '.join(shown[:12])}"
        told += f" and {len(shown) - 12} more" if len(shown) > 12 else ""
        for name, number in self.offsets.items():
            told += f"; {number} taken off {name!r}, which is too large for a float"
        if self.left_out:
            reasons = [f"{name!r} {why}" for name, why in self.left_out.items()]
            told += f"; left out: {', '.join(reasons[:12])}"
        return told[:1].upper() + told[1:]

    @property
    def forced_time_format(self) -> str | None:
        """Setting `time_format` that reads these times again; None for numbers."""
        if "%" not in self.time_format or self.kind != "CSV":
            return None
        form = self.time_format.removeprefix("digits ").split(", without a date")[0]
        return "ISO8601" if in_iso_order(form) else form

    def facts(self) -> Mapping[str, Any]:
        """Return what was found as plain values, without what is empty."""
        return {
            name: value
            for name, value in asdict(self).items()
            if value not in (None, "", [], {})
        }
