"""Further kinds of files: numbers as accountants write them, parts of times, JSON."""

import json
import shlex

import numpy as np
import pandas as pd
import pytest

from skanomaly.cli import main
from skanomaly.reading import read_series

N_SAMPLES, EVENT = 240, slice(180, 186)
TIMES = pd.date_range("2024-01-28", periods=N_SAMPLES, freq="h")
DAYS = pd.date_range("2021-01-30", periods=N_SAMPLES, freq="D")
MONTHS = pd.date_range("1990-01-01", periods=N_SAMPLES, freq="MS")


def series():
    noise = np.random.default_rng(0).normal(0, 0.1, N_SAMPLES)
    values = 3 * np.sin(np.arange(N_SAMPLES) / 24 * 2 * np.pi) + noise
    values[EVENT] += 6
    return values.round(2)


VALUES = series()
COUNTS = range(N_SAMPLES)


def text(head, rows):
    return "\n".join([head, *rows]) + "\n"


def hourly(cells, sep=",", head="time,v"):
    return text(
        head, [f"{at}{sep}{cell}" for at, cell in zip(TIMES, cells, strict=True)]
    )


def behind(value):
    return f"{abs(value):.2f}-" if value < 0 else f"{value:.2f}"


def bracketed(value):
    return f"({abs(value):.2f})" if value < 0 else f"{value:.2f}"


def european(value):
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


# Text, times, and factor of the values.
READ = {
    "parentheses": (hourly(map(bracketed, VALUES)), TIMES, 1),
    "minus behind": (hourly(map(behind, VALUES)), TIMES, 1),
    "dash": (hourly(str(v).replace("-", "\u2013") for v in VALUES), TIMES, 1),
    "minus of typography": (
        hourly(str(v).replace("-", "\u2212") for v in VALUES),
        TIMES,
        1,
    ),
    "dollars": (hourly(f'"${1000 * v:,.2f}"' for v in VALUES), TIMES, 1000),
    "euros": (
        hourly((f"{european(1000 * v)} €" for v in VALUES), ";", "Zeit;Preis"),
        TIMES,
        1000,
    ),
    "flags": (
        text(
            "time,on,v",
            [f"{at},{bool(i % 5)},{VALUES[i]}" for i, at in enumerate(TIMES)],
        ),
        TIMES,
        1,
    ),
    "increasing ids": (
        text("id,time,v", [f"{9 + 3 * i},{TIMES[i]},{VALUES[i]}" for i in COUNTS]),
        TIMES,
        1,
    ),
    "days of spreadsheets": (
        text("date,v", [f"{44226 + i},{VALUES[i]}" for i in COUNTS]),
        DAYS,
        1,
    ),
    "days of MATLAB": (
        text("datenum,v", [f"{738186 + i},{VALUES[i]}" for i in COUNTS]),
        DAYS,
        1,
    ),
    "hours of spreadsheets": (
        text("date,v", [f"{45319 + i / 24:.6f},{VALUES[i]}" for i in COUNTS]),
        TIMES,
        1,
    ),
    "months with names": (
        text("month,v", [f"{MONTHS[i]:%B %Y},{VALUES[i]}" for i in COUNTS]),
        MONTHS,
        1,
    ),
    "year and month": (
        text("Year;Month;v", [f"{MONTHS[i]:%Y;%m};{VALUES[i]}" for i in COUNTS]),
        MONTHS,
        1,
    ),
    "year, month and day": (
        text("year,month,day,v", [f"{DAYS[i]:%Y,%m,%d},{VALUES[i]}" for i in COUNTS]),
        DAYS,
        1,
    ),
    "year to hour": (
        text(
            "v,year,month,day,hour",
            [f"{VALUES[i]},{TIMES[i]:%Y,%m,%d,%H}" for i in COUNTS],
        ),
        TIMES,
        1,
    ),
    "a list of objects": (
        json.dumps([{"t": str(TIMES[i]), "v": VALUES[i]} for i in COUNTS], indent=1),
        TIMES,
        1,
    ),
    "objects within objects": (
        "\n".join(
            json.dumps({"t": str(TIMES[i]), "host": {"v": VALUES[i]}}) for i in COUNTS
        ),
        TIMES,
        1,
    ),
}


@pytest.mark.parametrize(("content", "times", "factor"), READ.values(), ids=READ)
def test_kind_is_read(tmp_path, content, times, factor):
    path = tmp_path / "a.csv"
    path.write_text(content)
    found, report = read_series(path)
    np.testing.assert_allclose(found.iloc[:, 0] / factor, VALUES, rtol=0, atol=1e-9)
    assert (found.index == times).all()
    assert len(str(report).splitlines()) == 2


@pytest.mark.parametrize(
    "kind", ["parentheses", "euros", "year to hour", "a list of objects"]
)
def test_kind_is_detected_also_by_the_command_that_is_shown(
    tmp_path, kind, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(READ[kind][0])
    assert main(["read", "a.csv"]) == 0
    shown = shlex.split(capsys.readouterr().out.splitlines()[-1])
    for words in (["detect", "a.csv"], shown[1:]):
        options = ["--detector", "pca", "--window", "24", "--json"]
        assert main([*words, *options]) == 0
        (event,) = json.loads(capsys.readouterr().out)["events"]
        assert (event["start"], event["stop"]) == (EVENT.start, EVENT.stop)


@pytest.mark.parametrize("cell", ["N.A.", "#DIV/0!", "#VALUE!", "#REF!"])
def test_errors_of_spreadsheets_are_missing(tmp_path, cell):
    cells = [cell if i in (50, 90) else VALUES[i] for i in COUNTS]
    path = tmp_path / "a.csv"
    path.write_text(hourly(cells))
    with pytest.raises(ValueError, match="2 values missing"):
        read_series(path)
    assert read_series(path, interpolate=True)[1].values == {"v": 2}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (hourly(["$1.5", "€1.5"] * 120), "'v' holds numbers except|No column holds"),
        (hourly(["(1.5)", "-1.5"] * 120), "'v' holds numbers except in row 0"),
        (hourly([*VALUES[:-1], "1.5"]) + "Total,17.5\n", "row 240: 'Total'.* line 242"),
        (text("month,day,v", ["1,2,3", "1,3,4"]), "2 columns hold numbers: month"),
    ],
    ids=["two currencies", "two kinds of minus", "total", "no year"],
)
def test_kind_is_refused(tmp_path, content, says):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ValueError, match=says):
        read_series(tmp_path / "a.csv")


def test_column_named_like_times_is_not_passed_over(tmp_path):
    rows = [f"{MONTHS[i]:%b-%y},{VALUES[i]}" for i in COUNTS]
    (tmp_path / "a.csv").write_text(text("month,v", rows))
    with pytest.warns(UserWarning, match="'month' is named like times.*--time-format"):
        read_series(tmp_path / "a.csv")
    found, _ = read_series(tmp_path / "a.csv", time="month", time_format="%b-%y")
    assert (found.index == MONTHS).all()
