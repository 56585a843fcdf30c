"""Files of all formats, compressed and from standard input, and long tables."""

import bz2
import gzip
import io
import json
import lzma
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from skanomaly.cli import main
from skanomaly.datasets import read_table
from skanomaly.reading import Reading, read_series, series_in

TIMES = pd.date_range("2024-02-01", periods=48, freq="h", name="time")
FRAME = pd.DataFrame({"cpu": np.arange(48) % 24 + 0.5}, index=TIMES)
TEXT = FRAME.to_csv().encode()


def check(found):
    np.testing.assert_array_equal(found["cpu"], FRAME["cpu"])
    assert (found.index == TIMES).all()


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzip.compress(TEXT),
        bz2.compress(TEXT),
        lzma.compress(TEXT),
        TEXT.decode().encode("utf-16"),
        TEXT.decode().encode("utf-16-le"),
        TEXT.decode().replace("cpu", "cpu").encode("utf-8-sig"),
    ],
    ids=["plain", "gzip", "bzip2", "xz", "utf-16", "utf-16-le", "utf-8-sig"],
)
def test_texts(tmp_path, data, monkeypatch):
    (tmp_path / "file").write_bytes(data)
    found, _ = read_series(tmp_path / "file")
    check(found)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    check(read_series("-")[0])


def test_zstandard(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    with pyarrow.CompressedOutputStream(str(tmp_path / "a.zst"), "zstd") as file:
        file.write(TEXT)
    check(read_series(tmp_path / "a.zst")[0])


def test_parquet_with_decimals(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    kind = pyarrow.decimal128(12, 3)
    cells = pyarrow.array([str(cell) for cell in FRAME["cpu"]]).cast(kind)
    table = pyarrow.table({"time": TIMES, "cpu": cells})
    pyarrow.parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    found, report = read_series(tmp_path / "a.parquet")
    check(found)
    assert report.kind == "Parquet"


def test_feather_and_lines_of_json(tmp_path):
    FRAME.reset_index().to_feather(tmp_path / "a.feather")
    check(read_series(tmp_path / "a.feather")[0])
    FRAME.reset_index().to_json(
        tmp_path / "a.jsonl", orient="records", lines=True, date_format="iso"
    )
    check(read_series(tmp_path / "a.jsonl")[0])


def test_excel(tmp_path):
    pytest.importorskip("openpyxl")
    FRAME.to_excel(tmp_path / "a.xlsx")
    found, report = read_series(tmp_path / "a.xlsx")
    check(found)
    assert report.kind == "Excel"


def test_whole_numbers_beyond_floats(tmp_path):
    start = 2**64 + 5
    rows = "".join(f"{start + i * i}\n" for i in range(30))
    (tmp_path / "a.csv").write_text("count\n" + rows)
    found, report = read_series(tmp_path / "a.csv")
    assert found["count"].tolist() == [i * i for i in range(30)]
    assert report.offsets == {"count": start}
    same, _ = read_series(tmp_path / "a.csv", offsets={"count": start - 7})
    assert same["count"].tolist() == [i * i + 7 for i in range(30)]


def test_stray_dates_are_not_filled(tmp_path):
    stray = "1970-01-01 00:00:00,1\n"
    (tmp_path / "a.csv").write_text("time,cpu\n" + stray + FRAME.to_csv(header=False))
    with pytest.raises(ValueError, match=r"row 0 \(1970-01-01 00:00:00\)"):
        read_series(tmp_path / "a.csv", every="1min")
    found, _ = read_series(tmp_path / "a.csv", every="1h", first="2000-01-01")
    check(found)


def test_last_step_is_left_out_if_it_is_incomplete(tmp_path):
    (tmp_path / "a.csv").write_bytes(TEXT)
    whole, _ = read_series(tmp_path / "a.csv", every="6h", agg="sum")
    assert len(whole) == 8
    part, report = read_series(tmp_path / "a.csv", every="5h", agg="sum")
    assert len(part) == 9
    assert "left out, as its records end" in str(report)
    kept = {"agg": "sum", "incomplete": True}
    assert len(read_series(tmp_path / "a.csv", every="5h", **kept)[0]) == 10


@pytest.fixture
def long_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 200))
    values = np.sin(np.arange(200) / 4) + noise
    values[1, 150:154] += 4
    times = pd.date_range("2024-01-01", periods=200, freq="h")
    frames = [
        pd.DataFrame({"t": times, "host": host, "cpu": row.round(3)})
        for host, row in zip(("a/1", "b"), values, strict=True)
    ]
    pd.concat(frames).sort_values("t").to_csv("hosts.csv", index=False)
    return tmp_path


def test_series_of_a_long_table(long_table, capsys):
    assert series_in("hosts.csv", Reading(series="host")) == {"a/1": 200, "b": 200}
    with pytest.raises(ValueError, match=r"2 series: .* Choose one with --only"):
        read_series("hosts.csv", series="host")
    found, _ = read_series("hosts.csv", series="host", only="b")
    assert found.shape == (200, 1)
    command = ["detect", "hosts.csv", "--series", "host", "--detector", "pca"]
    assert main([*command, "--only", "b", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [event["start"] for event in answer["events"]] == [150]
    assert main([*command, "--out", "all"]) == 0
    summary = pd.read_csv("all/summary.csv")
    assert summary["events"].tolist() == [0, 1]
    assert (long_table / "all" / "a_1" / "run.json").is_file()


FLAGGED = """at,off,cpu,y
3.1.2024 00:10,,1,0
1.1.2024 00:10,holiday,2,0
1.1.2024 00:40,,3,1
2.1.2024 00:10,no,4,0
"""


@pytest.mark.parametrize(
    ("every", "values", "off"),
    [(None, [2, 3, 4, 1], [1, 0, 0, 0]), ("1D", [5, 4, 1], [1, 0, 0])],
)
def test_labels_and_what_is_ignored_follow_their_samples(tmp_path, every, values, off):
    file = tmp_path / "a.csv"
    file.write_text(FLAGGED)
    settings = {"every": every, "day_first": True, "incomplete": True}
    settings["agg"] = None if every is None else "sum"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found, report = read_series(file, labels="y", ignore="off", **settings)
    assert list(found) == ["cpu", "y", "off"]
    assert found["cpu"].tolist() == values
    assert found["off"].tolist() == off
    assert found["y"].tolist() == ([0, 1, 0, 0] if every is None else [1, 0, 0])
    assert list(report.values) == ["cpu"]


def test_a_column_of_flags_is_neither_values_nor_times(tmp_path):
    file = tmp_path / "a.csv"
    rows = [f"2024-01-0{day},2023-12-0{day},{day}.5" for day in range(1, 8)]
    file.write_text("\n".join(["at,since,cpu", *rows]))
    found, report = read_series(file, ignore="since")
    assert report.time == ["at"]
    assert found["since"].tolist() == [1] * 7
    with pytest.raises(ValueError, match="'cpu' holds what is ignored"):
        read_series(file, value=["cpu"], ignore="cpu", time="at")
    with pytest.raises(ValueError, match="Pass another --ignore-column"):
        read_series(file, labels="cpu", ignore="cpu")


def test_types_of_a_column_are_those_of_all_rows(tmp_path):
    n = 300_000  # more than pandas reads at once
    counts = np.arange(n)
    cells = {
        "late text": [*map(str, counts[:-1]), "-"],
        "late sign": [*map(str, counts[:-1]), str(2**64 - 1)],
    }
    for name, column in cells.items():
        path = tmp_path / "long.csv"
        path.write_text("\n".join(["a,b", *(f"x,{cell}" for cell in column)]))
        table = read_table(path)
        if name == "late text":
            assert table["b"].tolist() == column
        else:
            assert table["b"].tolist() == [int(cell) for cell in column]
