"""One series, written in many ways, and what reading it must give."""

import csv
import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skanomaly.exceptions import TwoReadingsError
from skanomaly.reading import read_series

FORMATS = {
    "ISO 8601": "%Y-%m-%d %H:%M:%S",
    "with T and zone": "%Y-%m-%dT%H:%M:%S+00:00",
    "day first": "%d/%m/%Y %H:%M",
    "month first": "%m/%d/%Y %H:%M",
    "dots": "%d.%m.%Y %H:%M:%S",
    "names": "%b %d, %Y @ %H:%M:%S.000",
    "log of a server": "[%d/%b/%Y:%H:%M:%S +0000]",
    "half days": "%m/%d/%Y %I:%M:%S %p",
    "digits": "%Y%m%d%H%M",
    "hours": "%Y%m%d%H",
    "clock": "%H:%M:%S",
    "epoch": "s",
    "milliseconds": "ms",
    "none": "",
}
WAYS = {
    "separator": [",", ";", "\t", "|", " "],
    "decimal": [".", ","],
    "header": [True, False],
    "quoted": [True, False],
    "times": list(FORMATS),
    "order": ["oldest first", "newest first", "shuffled"],
    "ending": ["\n", "\r\n", "\r"],
    "encoding": ["utf-8", "utf-8-sig", "utf-16", "latin-1"],
    "missing": [None, "", "NaN", "n/a", "-"],
    "kind": ["random", "fixed", "whole", "large", "grouped"],
    "n_days": [6, 11, 40],
}


@dataclass(frozen=True)
class Written:
    """A series in one way, with its true values and times."""

    way: dict[str, Any]
    data: bytes
    values: np.ndarray
    times: pd.DatetimeIndex | None
    settings: dict[str, Any]  # what says all that has to be guessed


def written(seed: int) -> Written:
    """Write a random series in a random way."""
    rng = np.random.default_rng(seed)
    way = {name: ways[rng.integers(len(ways))] for name, ways in WAYS.items()}
    if way["separator"] == " " and way["missing"] == "" and not way["quoted"]:
        way["missing"] = "NaN"  # Nothing is no field between spaces.
    n_samples = 24 * way["n_days"]
    cells, values = _cells(way["kind"], n_samples, rng)
    times = pd.date_range("2024-02-01", periods=n_samples, freq="h")
    stamps = _stamps(times, FORMATS[way["times"]])
    if way["missing"] is not None:
        for row in rng.choice(np.arange(1, n_samples - 1), 5, replace=False):
            cells[row], values[row] = way["missing"], np.nan
    if way["decimal"] == ",":
        cells = [cell.translate(str.maketrans(".,", ",.")) for cell in cells]
    order = _order(way["order"], n_samples, rng)
    rows = [[stamps[i], cells[i]] if stamps else [cells[i]] for i in order]
    if way["header"]:
        name = "Température" if way["encoding"] == "latin-1" else "value"
        rows.insert(0, ["time", name] if stamps else [name])
    if not stamps:
        values, times = values[order], None
    return Written(way, _bytes(rows, way), values, times, _settings(way))


def _cells(kind: str, n_samples: int, rng: Any) -> tuple[list[str], np.ndarray]:
    values = 50 + np.cumsum(rng.normal(0, 3, n_samples))
    if kind == "random":
        values = values.round(rng.integers(1, 6))
        return [repr(float(value)) for value in values], values
    if kind == "fixed":
        values = (np.abs(values) + 1).round(3)
        return [f"{value:.3f}" for value in values], values
    if kind == "whole":
        values = (10 * values).round()
        return [f"{value:.0f}" for value in values], values
    if kind == "large":
        values = (1e4 * values).round(2)
        return [f"{value:.2f}" for value in values], values
    values = (20 * np.abs(values)).round()
    return [f"{value:,.0f}" for value in values], values


def _stamps(times: pd.DatetimeIndex, form: str) -> list[str]:
    if form in ("s", "ms"):
        seconds = times.to_numpy("datetime64[s]").astype(np.int64)
        return [str(one * (1 if form == "s" else 1000)) for one in seconds]
    return [time.strftime(form) for time in times] if form else []


def _order(order: str, n_samples: int, rng: Any) -> np.ndarray:
    if order == "shuffled":
        return rng.permutation(n_samples)
    return np.arange(n_samples)[:: 1 if order == "oldest first" else -1]


def _bytes(rows: list[list[str]], way: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=way["separator"],
        quoting=csv.QUOTE_ALL if way["quoted"] else csv.QUOTE_MINIMAL,
        lineterminator=way["ending"],
    )
    writer.writerows(rows)
    return text.getvalue().encode(way["encoding"])


def _settings(way: dict[str, Any]) -> dict[str, Any]:
    form = FORMATS[way["times"]]
    settings = {
        "sep": way["separator"],
        "decimal": way["decimal"],
        "header": way["header"],
        "na_values": ["-"],
    }
    if way["kind"] == "grouped":
        settings["thousands"] = {".": ",", ",": "."}[way["decimal"]]
    if way["times"] in ("day first", "month first", "dots", "half days"):
        settings["day_first"] = form.startswith("%d")
    return settings


def outcome(one: Written, folder: Path) -> tuple[str, str]:
    """Return "read", "refused" or "wrong", and the reason of a refusal."""
    file, wrong = folder / "series.csv", ("wrong", str(one.way))
    file.write_bytes(one.data)
    try:
        series, report = read_series(file, interpolate=True)
    except TwoReadingsError as error:
        return "refused", error.setting
    except ValueError as error:
        return "refused", _reason(str(error))
    if is_equal(one, series):
        return "read", ""
    if any("marks thousands" in text for text in report.warnings):
        return ("read in another unit", "") if is_equal(one, 1000 * series) else wrong
    return wrong


def _reason(text: str) -> str:
    for reason, said in {
        "na_values": "na_values",
        "several columns": "columns hold numbers",
        "no date": "without a date",
    }.items():
        if said in text:
            return reason
    return text


def is_equal(one: Written, series: pd.DataFrame) -> bool:
    """Return whether a series that was read is the one that was written."""
    known = np.isfinite(one.values)
    if series.shape != (len(one.values), 1):
        return False
    if not np.allclose(series.to_numpy()[known, 0], one.values[known], rtol=1e-9):
        return False
    if one.times is None or one.way["times"] == "clock":
        return True
    times = series.index
    if not isinstance(times, pd.DatetimeIndex):
        return False
    times = times.tz_localize(None) if times.tz is not None else times
    return bool((times == one.times).all())


def some(count: int, start: int = 0) -> Any:
    """Return series written in different ways."""
    return islice(map(written, range(start, start + 10 * count)), count)
