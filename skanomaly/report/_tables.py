"""What was computed, as data frames."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly.events import Event
from skanomaly.report._collect import Detection

if TYPE_CHECKING:
    from pandas import DataFrame


def scores_frame(detection: Detection) -> "DataFrame":
    """Return one row a sample: time, values, expected values, score and label.

    Parameters
    ----------
    detection : Detection
        What :func:`skanomaly.report.collect` returned.

    Returns
    -------
    frame : DataFrame
        Columns ``time`` (``sample`` where there is no index), one a channel, one
        ``expected_<channel>`` a channel where something was expected, one
        ``error_<channel>`` where the detector tells who is to blame, ``score``,
        ``label``, and ``truth`` where that is known. A channel that has one of these
        other names is told by the suffix ``_value``: the channel ``score`` is in the
        column ``score_value``.
    """
    pandas = import_extra("pandas", extra="cli")
    names = column_names(detection)
    index = detection.index
    columns: dict[str, Any] = {
        names["index"][0]: np.arange(len(detection.score)) if index is None else index
    }
    for kind in ("values", "expected", "channel_errors"):
        matrix = getattr(detection, kind)
        if matrix is not None:
            columns |= dict(zip(names[kind], matrix.T, strict=True))
    columns |= {"score": detection.score, "label": detection.label}
    if detection.truth is not None:
        columns["truth"] = detection.truth.astype(np.int64)
    frame: DataFrame = pandas.DataFrame(columns)
    return frame


def column_names(detection: Detection) -> dict[str, list[str]]:
    """Return the columns of the table of scores, by what they hold."""
    names = detection.channel_names
    columns = {"index": ["sample" if detection.index is None else "time"]}
    if detection.expected is not None:
        columns["expected"] = [f"expected_{name}" for name in names]
    if detection.channel_errors is not None:
        columns["channel_errors"] = [f"error_{name}" for name in names]
    if detection.truth is not None:
        columns["truth"] = ["truth"]
    columns |= {"score": ["score"], "label": ["label"]}
    taken = {name for kind in columns.values() for name in kind}
    return columns | {"values": [_free(name, taken) for name in names]}


def _free(name: str, taken: set[str]) -> str:
    """Take a name that no other column has."""
    while name in taken:
        name += "_value"
    taken.add(name)
    return name


def events_frame(detection: Detection) -> "DataFrame":
    """Return one row an event, with its columns even where there is none.

    Parameters
    ----------
    detection : Detection
        What :func:`skanomaly.report.collect` returned.

    Returns
    -------
    frame : DataFrame
        The fields of :class:`skanomaly.Event`.
    """
    pandas = import_extra("pandas", extra="cli")
    names = [field.name for field in fields(Event)]
    frame: DataFrame = pandas.DataFrame(
        [asdict(event) for event in detection.events], columns=names
    )
    return frame
