"""Data frames of the samples and the events of a detection."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly.events import Event

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.detection._detection import Detection


def scores_frame(detection: "Detection") -> "DataFrame":
    """Return a table of the samples: time, values, expected values, score and label."""
    pandas = import_extra("pandas", extra="cli")
    names, series = column_names(detection), detection.series
    index = np.arange(series.n_samples) if series.index is None else series.index
    columns: dict[str, Any] = {names["index"][0]: index}
    matrices = {
        "values": series.values,
        "expected": detection.expected,
        "expected_lower": detection.expected_lower,
        "expected_upper": detection.expected_upper,
        "channel_errors": detection.channel_errors,
    }
    for kind, matrix in matrices.items():
        if matrix is not None:
            columns |= dict(zip(names[kind], matrix.T, strict=True))
    if detection.own_error is not None:
        columns["own_error"] = detection.own_error
    columns |= {
        "score": detection.scores,
        "severity": detection.severities,
        "label": detection.labels,
    }
    if series.truth is not None:
        columns["truth"] = series.truth.astype(np.int64)
    frame: DataFrame = pandas.DataFrame(columns)
    return frame


def column_names(detection: "Detection") -> dict[str, list[str]]:
    """Return the column names of the table of samples, grouped by content.

    Parameters
    ----------
    detection : Detection
        Detection returned by :func:`skanomaly.detect`.

    Returns
    -------
    columns : dict of str to list of str
        Columns of ``"index"``, ``"values"``, ``"score"``, ``"severity"`` and
        ``"label"``, and, if the detection has them, of ``"expected"``,
        ``"expected_lower"``, ``"expected_upper"``, ``"channel_errors"``,
        ``"own_error"`` and ``"truth"``.

    Examples
    --------
    >>> from skanomaly import Detection
    >>> from skanomaly.detection import TimeSeries, column_names
    >>> found = Detection(series=TimeSeries([1, 2]), scores=[-1, -1], offset=-2)
    >>> column_names(found)["values"]
    ['x0']
    """
    names = detection.series.channel_names
    columns = {"index": ["sample" if detection.series.index is None else "time"]}
    if detection.expected is not None:
        columns["expected"] = [f"expected_{name}" for name in names]
    if detection.channel_errors is not None:
        columns["channel_errors"] = [f"error_{name}" for name in names]
    if detection.own_error is not None:
        columns["own_error"] = ["own_error"]
    if detection.series.truth is not None:
        columns["truth"] = ["truth"]
    columns |= {name: [name] for name in ("score", "severity", "label")}
    taken = {name for kind in columns.values() for name in kind}
    # A channel "lower_x" has the expected values "expected_lower_x".
    for kind in ("expected_lower", "expected_upper"):
        if getattr(detection, kind) is not None:
            columns[kind] = [_free(f"{kind}_{name}", taken) for name in names]
    return columns | {"values": [_free(name, taken) for name in names]}


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other column has."""
    while name in taken:
        name += "_value"
    taken.add(name)
    return name


def events_frame(detection: "Detection") -> "DataFrame":
    """Return a table of the events, which has its columns even without events."""
    pandas = import_extra("pandas", extra="cli")
    names = [field.name for field in fields(Event)]
    frame: DataFrame = pandas.DataFrame(
        [asdict(event) for event in detection.events], columns=names
    )
    return frame
