"""Command line as it comes, without a choice of detector, window or threshold."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from _figures._command import skanomaly
from _figures._figure import Figure, read_series
from _figures.sp500 import CRASHES
from _figures.vpc import SPIKE
from _figures.waveform import CHANGE
from _figures.workshop import ANOMALIES, NORMAL

READ_LOGS = "--time Start --every 1min --agg sum --train-fraction 0.8 --value ABBytes"


def figures(data: Path) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        for part in (_waveform, _load_curves, _returns, _flow_logs):
            yield from part(data / "seeds", Path(folder))


def _waveform(seeds: Path, folder: Path) -> Iterator[Figure]:
    for name in ("normal", "abn"):
        # On one line in the original, as no table is.
        np.savetxt(folder / f"{name}.csv", read_series(seeds / f"waveform/{name}.csv"))
    found = _positions(_detect(folder, "abn.csv --train normal.csv"))
    yield Figure(
        f"waveform: one event, from within 100 samples of {CHANGE:,} to the end",
        {"events": found},
        met=len(found) == 1
        and abs(found[0][0] - CHANGE) <= 100
        and found[0][1] >= 2 * CHANGE - 100,
    )
    found = _positions(_detect(folder, "normal.csv"))
    n_samples = len(read_series(seeds / "waveform/normal.csv"))
    yield Figure(
        "waveform: at most one event in 100,000 samples of normal.csv",
        {"events": found, "samples": n_samples},
        met=len(found) <= n_samples / 100_000,
    )


def _load_curves(seeds: Path, folder: Path) -> Iterator[Figure]:
    train = seeds / "workshop/timeseries1.csv"
    for name in (*ANOMALIES, *NORMAL[1:]):
        said = f"{seeds}/workshop/{name}.csv --train {train}"
        found = _positions(_detect(folder, said))
        truth = ANOMALIES.get(name, ())
        near = [
            start - 2 <= at < stop + 2
            for (start, stop), at in zip(found, truth, strict=False)
        ]
        yield Figure(
            f"{name}: {len(truth)} anomalies within 2 samples and nothing else",
            {"truth": truth, "events": found},
            met=len(found) == len(truth) and all(near),
        )


def _returns(seeds: Path, folder: Path) -> Iterator[Figure]:
    closes = pd.read_csv(seeds / "sp500/S_P_500_Index_Data.csv")
    closes.index = pd.to_datetime(closes.pop("date"), format="%d-%b-%y")
    np.log(closes).diff().dropna().to_csv(folder / "returns.csv")
    events = _detect(folder, "returns.csv --all")["events"]
    hit = {
        crash: any(
            event["start_time"] <= f"{month}-31" and event["stop_time"] >= f"{month}-01"
            for event in events
            for month in months
        )
        for crash, months in CRASHES.items()
    }
    yield Figure(
        f"daily returns of the S&P 500: {' and '.join(CRASHES)} are events",
        {
            "hit": hit,
            "events": [(one["start_time"], one["stop_time"]) for one in events],
        },
        met=all(hit.values()),
    )


def _flow_logs(seeds: Path, folder: Path) -> Iterator[Figure]:
    file = seeds / "vpc-flow-logs/data_example.csv"
    for said in ("", "--threshold sigma:3 --threshold-on scored"):
        answer = _detect(folder, f"{file} {READ_LOGS} {said}")
        events = [(one["start_time"], one["stop_time"]) for one in answer["events"]]
        spike = any(start <= SPIKE < stop for start, stop in events)
        # A spike of 84 % of this one is in the training part.
        yield Figure(f"flow logs {said}", {"spike": spike, "events": events})


def _detect(folder: Path, said: str) -> dict[str, Any]:
    return skanomaly("detect", *said.split(), "--json", folder=folder).answer


def _positions(answer: dict[str, Any]) -> list[tuple[int, int]]:
    return [(event["start"], event["stop"]) for event in answer["events"]]
