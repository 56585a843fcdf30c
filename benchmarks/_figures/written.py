"""Series written in many ways: read back, or refused where they have two readings."""

import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from _figures._figure import Figure
from skanomaly.reading import read_series

sys.path.insert(0, str(Path(__file__).parents[2]))  # the tests are not installed
from tests.reading.written import is_equal, outcome, written

N_WAYS = 500
N_ROWS = 1_000_000
# Format of the times, separator and decimal mark of a long file.
LONG = {
    "ISO 8601": ("%Y-%m-%d %H:%M:%S", ",", "."),
    "day first, decimal commas": ("%d.%m.%Y %H:%M:%S", ";", ","),
    "seconds since 1970": (None, ",", "."),
}


def figures(data: Path) -> Iterator[Figure]:
    del data  # all series are generated
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield _counts(Path(folder))
        for name, (form, sep, decimal) in LONG.items():
            yield _times(Path(folder), name, form, sep, decimal)


def _counts(folder: Path) -> Figure:
    found = {seed: outcome(written(seed), folder) for seed in range(N_WAYS)}
    counts = Counter(
        f"{kind}: {reason}" if kind == "refused" else kind
        for kind, reason in found.values()
    )
    unread = [
        seed
        for seed, (kind, _) in found.items()
        if kind == "refused" and not _is_read_as_said(seed, folder)
    ]
    return Figure(
        f"of {N_WAYS} ways to write a series, none is read as another series, and each "
        "refused one is read with the setting that the message names, but for times "
        "without a date that are shuffled",
        {**dict(sorted(counts.items())), "refused and not read with it": len(unread)},
        met=counts["wrong"] == 0 and not unread,
    )


def _is_read_as_said(seed: int, folder: Path) -> bool:
    one = written(seed)
    if one.way["times"] == "clock" and one.way["order"] == "shuffled":
        return True
    (folder / "series.csv").write_bytes(one.data)
    series, _ = read_series(folder / "series.csv", interpolate=True, **one.settings)
    return is_equal(one, series)


def _times(folder: Path, name: str, form: str | None, sep: str, decimal: str) -> Figure:
    file = folder / "long.csv"
    times = pd.date_range("2020-01-01", periods=N_ROWS, freq="s")
    values = np.random.default_rng(0).normal(10, 1, N_ROWS).round(3)
    seconds = times.to_numpy("datetime64[s]").astype(np.int64)
    cells = seconds if form is None else times.strftime(form)
    pd.DataFrame({"time": cells, "v": values}).to_csv(
        file, index=False, sep=sep, decimal=decimal
    )
    theirs = min(_seconds(lambda: _pandas(file, form, sep, decimal)) for _ in range(4))
    ours = min(_seconds(lambda: read_series(file)) for _ in range(4))
    return Figure(
        f"{N_ROWS:,} rows with times as {name} are read in at most twice the time of "
        "pandas.read_csv with the right arguments",
        {"seconds": ours, "seconds of pandas": theirs, "ratio": ours / theirs},
        met=ours <= 2 * theirs,
    )


def _seconds(call: Any) -> float:
    start = process_time()  # of the processor, which others may use as well
    call()
    return process_time() - start


def _pandas(file: Path, form: str | None, sep: str, decimal: str) -> None:
    times = {} if form is None else {"parse_dates": ["time"], "date_format": form}
    table = pd.read_csv(file, sep=sep, decimal=decimal, **times)
    if form is None:
        table["time"] = pd.to_datetime(table["time"], unit="s")
