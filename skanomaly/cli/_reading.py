"""Reading of a series from a file, as the options say."""

import warnings
from argparse import Namespace
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from skanomaly import reading
from skanomaly._compat import import_extra
from skanomaly._text import closest
from skanomaly.cli._errors import InputError, bad_input, warn

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.datasets import Dialect
    from skanomaly.reading import ReadingReport


@dataclass(frozen=True, kw_only=True)
class Reading(reading.Reading):
    """Settings for reading a series from a file; saved with the model."""

    @classmethod
    def from_options(cls, options: Namespace, saved: dict[str, Any]) -> Self:
        """Return the settings of `options`, completed by those saved with the model."""
        merged = {}
        for field in fields(cls):
            said = getattr(options, field.name, None)
            merged[field.name] = saved.get(field.name) if said is None else said
        if not merged["series"]:
            merged["only"] = getattr(options, "only", None)
        return cls(**merged)

    def to_save(
        self, channel_names: tuple[str, ...], report: "ReadingReport | None" = None
    ) -> dict[str, Any]:
        """Return the settings as plain values, which later versions can read.

        Columns that were named are required in the next file too. A column that was
        found as the only numeric one may have another name there.
        """
        value = None if self.value is None else channel_names
        likely = channel_names if self.value is None else None
        # The next file has to have the same numbers taken off.
        offsets = self.offsets if report is None else report.offsets or self.offsets
        return asdict(self) | {
            "value": value,
            "likely": likely,
            "offsets": offsets,
        }


def read_reported(
    file: str,
    settings: reading.Reading,
    *,
    first: str | None = None,
    last: str | None = None,
    labels: str | None = None,
    ignore: str | None = None,
    leave_out: str | None = None,
) -> tuple["DataFrame", "ReadingReport"]:
    """Read the series of a file, print what to look at, and return the report too."""
    check_files(file)
    with bad_input(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # The report holds them too.
        series, report = reading.read_series(
            file,
            settings,
            first=first,
            last=last,
            labels=labels,
            ignore=ignore,
            leave_out=leave_out,
        )
    for text in report.warnings:
        warn(f"warning: {file}: {text}")
    return series, report


def read_series(file: str, settings: reading.Reading, **cut: Any) -> "DataFrame":
    """Read the series of a file; see :func:`skanomaly.reading.read_series`."""
    return read_reported(file, settings, **cut)[0]


def check_files(*files: str | None) -> None:
    """Raise with the closest name if one of the given files does not exist."""
    for file in files:
        if file in (None, "-"):
            continue
        path = Path(str(file))
        if not path.exists():
            near = path.parent.iterdir() if path.parent.is_dir() else ()
            hint = closest(path.name, (other.name for other in near))
            raise InputError(f"There is no file {file!r}.{hint}")


def read_table_of(file: str, *, header: bool | None = None) -> "DataFrame":
    """Return the table of a file, which must exist."""
    return scan_table_of(file, header=header)[0]


def scan_table_of(
    file: str, *, header: bool | None = None
) -> tuple["DataFrame", "Dialect"]:
    """Return the table of a file, which must exist, and how it was read."""
    from skanomaly.datasets import scan_table

    check_files(file)
    return scan_table(file, header=header)


def index_of(series: "DataFrame") -> Any:
    """Return the times of a series, or None if its samples are only numbered."""
    pd = import_extra("pandas", extra="cli")
    return None if isinstance(series.index, pd.RangeIndex) else series.index
