"""Verdicts of people on the events of an earlier run."""

from argparse import _ArgumentGroup
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._clock import read_time
from skanomaly._compat import import_extra
from skanomaly._text import closest
from skanomaly.cli._errors import InputError, bad_input
from skanomaly.cli._reading import index_of, scan_table_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.detection import Detection
    from skanomaly.events import Event

Verdict = tuple[str, "Event"]

_SPAN = ("span_start", "span_stop")
_COLUMNS, _KNOWN = ("start", "stop", "verdict"), ("confirm", "dismiss")


def add_feedback(group: _ArgumentGroup) -> None:
    """Add the option for the file of verdicts."""
    group.add_argument(
        "--feedback",
        metavar="FILE",
        help="events.csv of an earlier run on this series, with a column 'verdict': "
        "confirm, dismiss or empty. The threshold follows, and what was dismissed is "
        "ignored",
    )


def read_feedback(file: str | None, series: "DataFrame") -> list[Verdict]:
    """Return the verdicts of a file with the events that they are about.

    Parameters
    ----------
    file : str or None
        Table of events with a column ``verdict``. None if there is none.
    series : DataFrame of shape (n_samples, n_channels)
        Series that the events are in: at their times, if it has times, else at their
        numbers.

    Raises
    ------
    InputError
        If a column is missing, a verdict is unknown or an event is not in the series.
    """
    from skanomaly.reading import naming_lines

    if file is None:
        return []
    table, dialect = scan_table_of(file)
    with naming_lines(dialect, len(table)):
        return _verdicts(file, table, series)


def follow(detection: "Detection", verdicts: list[Verdict]) -> "Detection":
    """Return a detection after all verdicts."""
    with bad_input():
        for verdict, event in verdicts:
            if verdict == "confirm":
                detection = detection.confirm(event)
            else:
                detection = detection.dismiss(event)
    return detection


def _verdicts(file: str, table: "DataFrame", series: "DataFrame") -> list[Verdict]:
    from skanomaly.events import Event

    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        raise InputError(
            f"{file} has no column {missing[0]!r}. Pass the events.csv of a run, with "
            "a column 'verdict' that says confirm, dismiss or nothing."
        )
    verdict = table["verdict"].astype(object)
    texts = verdict.where(verdict.notna(), "").astype(str).str.strip().str.lower()
    starts, lengths = _places(file, table, series)
    spans = _spans(table, starts)
    verdicts = []
    for row, text in enumerate(texts):
        if not text:
            continue
        if text not in _KNOWN:
            raise InputError(
                f"{file}, row {row}: the verdict {text!r} is unknown. It must be "
                f"confirm, dismiss or empty.{closest(text, _KNOWN)}"
            )
        start, stop = int(starts[row]), int(starts[row] + lengths[row])
        if not 0 <= start < stop <= len(series):
            raise InputError(
                f"{file}, row {row}: the event is not in the series, which has "
                f"{len(series):,} samples from {series.index[0]} to "
                f"{series.index[-1]}. Pass the events of a run on this series."
            )
        verdicts.append((text, Event(start, stop, stop - start, start, **spans[row])))
    return verdicts


def _places(
    file: str, table: "DataFrame", series: "DataFrame"
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the position of the first sample of each event, or -1, and its length."""
    numbers: Any = table[["start", "stop"]].to_numpy()
    if len(numbers) and numbers.dtype.kind not in "iu":
        raise InputError(
            f"{file}: start and stop must be whole numbers of samples. Pass the "
            "events.csv of a run as it was written."
        )
    starts, lengths = numbers[:, 0].astype(np.intp), np.diff(numbers).ravel()
    index = index_of(series)
    if "start_time" not in table or table["start_time"].isna().all():
        return starts, lengths
    if index is None:
        raise InputError(
            f"{file} holds times of events, but the samples of the series are only "
            "numbered. Name their column with --time."
        )
    times = _like_index(file, table["start_time"], index)
    found = np.asarray(index.searchsorted(times))
    there = np.minimum(found, len(index) - 1)
    return np.where(index[there] == times, found, -1), lengths


def _spans(table: "DataFrame", starts: NDArray[np.intp]) -> list[dict[str, int]]:
    """Return the run that each event was cut from, where the table has it."""
    if not {*_SPAN} <= set(table.columns):
        return [{}] * len(table)
    pd = import_extra("pandas", extra="cli")
    numbers = table[[*_SPAN]].apply(pd.to_numeric, errors="coerce").to_numpy()
    moved = numbers - table[["start"]].to_numpy() + starts[:, np.newaxis]
    return [
        dict(zip(_SPAN, map(int, row), strict=True)) if np.isfinite(row).all() else {}
        for row in moved
    ]


def _like_index(file: str, column: Any, index: Any) -> Any:
    """Return times of events in the form of an index."""
    from skanomaly.preprocessing import parse_times

    pd = import_extra("pandas", extra="cli")
    if index.dtype.kind in "iuf":
        return pd.to_numeric(column, errors="coerce").to_numpy()
    try:
        times = parse_times(column)
    except ValueError as error:
        raise InputError(f"{file}: {error}") from error
    if index.tz is None:
        return times.tz_localize(None)
    if times.tz is not None:
        return times.tz_convert(index.tz)
    # A time without a zone is one of the zone of the series.
    zoned = times.tz_localize(index.tz, ambiguous="NaT", nonexistent="NaT")
    for row in np.flatnonzero(zoned.isna())[:1]:
        with bad_input():
            read_time(f"{file}, row {row}: ", times[row], index.tz)
    return zoned
