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
        ``expected_<channel>`` a channel where something was expected, ``score`` and
        ``label``. A channel that has one of these other names is told by the suffix
        ``_value``: the channel ``score`` is in the column ``score_value``.
    """
    pandas = import_extra("pandas", extra="cli")
    names = detection.channel_names
    columns: dict[str, Any] = {"time": detection.index}
    if detection.index is None:
        columns = {"sample": np.arange(len(detection.score))}
    ours = {"score": detection.score, "label": detection.label}
    expected: dict[str, Any] = {}
    if detection.expected is not None:
        expected_names = [f"expected_{name}" for name in names]
        expected = dict(zip(expected_names, detection.expected.T, strict=True))
    taken = {*columns, *expected, *ours}
    for name, values in zip(names, detection.values.T, strict=True):
        columns[_free(name, taken)] = values
    columns |= expected | ours
    frame: DataFrame = pandas.DataFrame(columns)
    return frame


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
