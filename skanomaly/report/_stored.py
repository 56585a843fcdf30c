"""Storage of a run in a folder, from which its report can be created again."""

import json
from dataclasses import asdict, fields
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly import __version__
from skanomaly._compat import import_extra
from skanomaly.detection import (
    Detection,
    EventRule,
    RunFacts,
    TimeSeries,
    Verdicts,
    column_names,
)
from skanomaly.events import Gaps
from skanomaly.thresholds import ErrorTail

if TYPE_CHECKING:
    from pandas import Series

_FORMAT = 3
_MATRICES = (
    *("values", "expected", "expected_lower", "expected_upper"),
    *("channel_errors", "own_error"),
)
# Fields of the rule of events, which the format before had among the others.
_OLD_RULE = ("min_length", "merge_gap", "localize")


def dump_run(detection: Detection, scores: Path) -> str:
    """Return the JSON of a detection, except for the table in the file `scores`."""
    series, about = detection.series, detection.about
    run = {
        "format": _FORMAT,
        "skanomaly": __version__,
        "detector": about.detector,
        "window": about.window,
        "n_train": series.n_train,
        "rule": asdict(detection.rule) | {"ignore": detection.ignored},
        "own_in_unit": detection.own_in_unit,
        "gaps": list(detection.gaps),
        "threshold_source": detection.threshold_source,
        "verdicts": detection.verdicts and asdict(detection.verdicts),
        "title": about.title,
        "history": about.history,
        "made": about.made,
        "offset": str(detection.offset),  # JSON has no infinity
        "tail": None if detection.tail is None else asdict(detection.tail),
        "false_events": _false_events(detection),
        "channel_names": series.channel_names,
        "columns": column_names(detection),
        "index": _kind_of(series.index),
        "scores_sha256": _digest(scores),
    }
    return json.dumps(run, indent=1, default=_plain)


def read_run(folder: str | Path) -> Detection:
    """Read a detection written by :func:`write_report`, without its model.

    Parameters
    ----------
    folder : str or Path
        Folder with ``run.json`` and ``scores.csv``.

    Returns
    -------
    detection : Detection
        The detection that was written.

    Raises
    ------
    ValueError
        If the folder does not hold a run, if one of its files is damaged, or if they
        belong to different runs.
    """
    folder = Path(folder)
    if not folder.is_dir():
        state = "is a file" if folder.exists() else "does not exist"
        raise ValueError(
            f"The folder {folder} {state}. Pass a folder written by 'skanomaly detect' "
            "or 'skanomaly score'."
        )
    for name in ("run.json", "scores.csv"):
        if not (folder / name).is_file():
            raise ValueError(
                f"{folder} has no {name}, so it does not hold a run. Pass a folder "
                "written by 'skanomaly detect' or 'skanomaly score'."
            )
    try:
        return _read(folder / "run.json", folder / "scores.csv")
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{folder / 'run.json'} is damaged ({type(error).__name__}: {error}). Run "
            "'skanomaly detect' or 'skanomaly score' again."
        ) from error


def _read(path: Path, scores: Path) -> Detection:
    run = json.loads(path.read_text(encoding="utf-8"))
    if run["format"] == _FORMAT - 1:
        old = {name: run[name] for name in _OLD_RULE}
        run |= {"rule": old | {"in_training": run["first"] < run["n_train"]}}
    elif run["format"] != _FORMAT:
        raise ValueError(
            f"{path} has the format {run['format']!r}, of another version of skanomaly "
            f"({run.get('skanomaly')}). This version, {__version__}, reads the format "
            f"{_FORMAT}. Run 'skanomaly detect' or 'skanomaly score' again."
        )
    if run["scores_sha256"] != _digest(scores):
        raise ValueError(
            f"{scores} does not match run.json: it was changed, or belongs to another "
            "run. Run 'skanomaly detect' or 'skanomaly score' again."
        )
    return _detection(run, scores)


def _detection(run: dict[str, Any], path: Path) -> Detection:
    pandas = import_extra("pandas", extra="cli")
    # NumPy parses text into exactly the numbers that were written, whereas a rounded
    # score could lie on the other side of the threshold.
    scores = pandas.read_csv(path, dtype=str)
    columns, truth = run["columns"], None
    if "truth" in columns:
        truth = scores["truth"].to_numpy(dtype=np.float64)
    matrices = {
        name: scores[columns[name]].to_numpy(dtype=np.float64)
        for name in _MATRICES
        if name in columns
    }
    series = TimeSeries(
        matrices.pop("values"),
        index=_index(scores[columns["index"][0]], **run["index"]),
        channel_names=run["channel_names"],
        n_train=run["n_train"],
        truth=truth,
    )
    return Detection(
        series=series,
        scores=scores["score"].to_numpy(dtype=np.float64),
        offset=float(run["offset"]),
        tail=_tail(run.get("tail")),
        rule=EventRule(**run["rule"]),
        about=RunFacts(**{field.name: run[field.name] for field in fields(RunFacts)}),
        threshold_source=run["threshold_source"],
        verdicts=_verdicts(run.get("verdicts")),
        own_errors=matrices.pop("own_error", None),
        own_in_unit=run["own_in_unit"],
        gaps=_gaps(run),
        **matrices,
    )


def _gaps(run: dict[str, Any]) -> Gaps:
    """Return the gaps of a run; earlier ones had the same within and between parts."""
    return Gaps(*run["gaps"]) if "gaps" in run else Gaps(run["gap"], run["gap"])


def _false_events(detection: Detection) -> dict[str, Any] | None:
    """Return the number of false events to expect, for readers of the file."""
    found = detection.false_events
    return None if found is None else asdict(found)


def _verdicts(facts: dict[str, Any] | None) -> Verdicts | None:
    if facts is None:
        return None
    names = ("confirmed", "dismissed")
    lists = {name: tuple(map(tuple, facts[name])) for name in names}
    return Verdicts(**facts | lists)


def _tail(facts: dict[str, Any] | None) -> ErrorTail | None:
    if facts is None:
        return None
    lists = {name: tuple(facts[name]) for name in ("errors", "n_runs")}
    return ErrorTail(**facts | lists)


def _kind_of(index: Any) -> dict[str, str | None]:
    """Return the kind of the index and its time zone."""
    zone = getattr(index, "tz", None)
    kind = "times"
    if index is None:
        kind = "samples"
    elif np.asarray(index).dtype.kind in "iuf":
        kind = "numbers"
    return {"kind": kind, "zone": None if zone is None else str(zone)}


def _index(texts: "Series[str]", *, kind: str, zone: str | None) -> Any:
    """Return the times or numbers of the samples; None for sample numbers."""
    pandas = import_extra("pandas", extra="cli")
    if kind == "samples":
        return None
    if kind == "numbers":
        return pandas.Index(texts.to_numpy(dtype=np.float64), name=texts.name)
    times = pandas.to_datetime(texts, utc=zone is not None, format="ISO8601")
    index = pandas.DatetimeIndex(times, name=texts.name)
    return index if zone is None else index.tz_convert(zone)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _plain(value: Any) -> Any:
    """Convert a value without a JSON type to a number or a string."""
    return value.item() if isinstance(value, np.generic) else str(value)
