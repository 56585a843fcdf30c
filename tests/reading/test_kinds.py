"""Kinds of files that people have: read right, or refused with what to pass."""

import json

import numpy as np
import pandas as pd
import pytest

from skanomaly.cli import main
from skanomaly.exceptions import TwoReadingsError
from skanomaly.reading import read_series

N_SAMPLES = 240
EVENT = slice(180, 186)


def series():
    noise = np.random.default_rng(0).normal(0, 0.1, N_SAMPLES)
    values = 10 + 3 * np.sin(np.arange(N_SAMPLES) / 24 * 2 * np.pi) + noise
    values[EVENT] += 5
    return values.round(3)


VALUES = series()
TIMES = pd.date_range("2024-02-01", periods=N_SAMPLES, freq="h")
FIXED = [f"{value:.3f}" for value in VALUES]


def rows(form="%Y-%m-%d %H:%M:%S", cells=FIXED, sep=",", times=TIMES):
    return [
        f"{at.strftime(form)}{sep}{cell}" for at, cell in zip(times, cells, strict=True)
    ]


def text(lines, head="time,v"):
    return "\n".join([head, *lines] if head else lines) + "\n"


def commas(cells=FIXED):
    return [cell.replace(".", ",") for cell in cells]


def replaced(cells, row, cell):
    return [*cells[:row], cell, *cells[row + 1 :]]


def epoch(factor):
    seconds = TIMES.to_numpy("datetime64[s]").astype(np.int64)
    return [
        f"{second * factor},{cell}" for second, cell in zip(seconds, FIXED, strict=True)
    ]


def quoted(form):
    return [
        f'"{at.strftime(form)}",{cell}' for at, cell in zip(TIMES, FIXED, strict=True)
    ]


WITH_A_GAP = replaced(FIXED, 50, "")
MANY = [f"{1000 * value:,.1f}" for value in VALUES]

# What is read, and how: text, settings of the report.
READ = {
    "semicolons, decimal commas, a comma in the header": (
        text(rows(sep=";", cells=commas()), "Zeit;Leistung (kW, Mittel)"),
        {"separator": ";", "decimal": ","},
    ),
    "tabs and decimal commas": (
        text(rows(sep="\t", cells=commas()), "time\tv"),
        {"separator": "\t", "decimal": ","},
    ),
    "bars": (text(rows(sep="|"), "time|v"), {"separator": "|"}),
    "spaces": (
        text(rows("%Y-%m-%dT%H:%M", sep="   "), "time   v"),
        {"separator": " "},
    ),
    "date and time in two columns": (
        text(rows("%d.%m.%Y;%H:%M", sep=";"), "Datum;Uhrzeit;v"),
        {"time": ["Datum", "Uhrzeit"]},
    ),
    "date and time between spaces": (
        text(rows("%Y-%m-%d %H:%M", sep=" "), "date clock v"),
        {"time": ["date", "clock"]},
    ),
    "a line of the separator": (
        text(["time;v", *rows(sep=";", cells=commas())], "sep=;"),
        {"separator": ";", "decimal": ","},
    ),
    "comments": (text(["time,v", *rows()], "# made by a logger, 2024\n# v2"), {}),
    "a header in a comment": (text(rows(), "#time,v"), {"header": True}),
    "lines before the table": (
        text(["", "time,v", *rows()], "Station: 17\nInterval: 1 h"),
        {},
    ),
    "units": (text(["[s],[kW]", *rows()]), {}),
    "units without brackets": (text(["s,kW", *rows()]), {}),
    "percents": (text(rows(cells=[f"{cell} %" for cell in FIXED])), {}),
    "quoted numbers": (text(rows(cells=[f'"{cell}"' for cell in FIXED])), {}),
    "quoted decimal commas": (
        text(rows(cells=[f'"{value:.2f}"'.replace(".", ",") for value in VALUES])),
        {"decimal": ","},
    ),
    "dots and commas": (
        text(rows(cells=[f'"{cell}"' for cell in MANY])),
        {"thousands": ",", "decimal": "."},
    ),
    "thousands of dots": (
        text(
            rows(sep=";", cells=[c.translate(str.maketrans(",.", ".,")) for c in MANY]),
            "time;v",
        ),
        {"thousands": ".", "decimal": ","},
    ),
    "spaces of typography": (
        text(rows(cells=[c.replace(",", "\u00a0") for c in MANY])),
        {},
    ),
    "a separator at the end": (text([f"{r}," for r in rows()], "time,v,"), {}),
    "an index": (
        text([f"{i},{r}" for i, r in enumerate(rows())], ",time,v"),
        {"left_out": {"Unnamed: 0": "counts rows"}},
    ),
    "names of pandas": (text(FIXED, "0"), {"header": True}),
    "index and names of pandas": (
        text([f"{i},{cell}" for i, cell in enumerate(FIXED)], ",0"),
        {"header": True},
    ),
    "no header": (text(rows(), None), {"header": False}),
    "times of Kibana": (
        text(quoted("%b %d, %Y @ %H:%M:%S.000")[::-1], '"@timestamp","value"'),
        {"order": "newest first: reversed"},
    ),
    "times of Apache": (text(rows("[%d/%b/%Y:%H:%M:%S +0000]")), {}),
    "times with a zone": (text(rows("%Y-%m-%d %H:%M:%S CET")), {}),
    "times of Unix": (text(rows("%a %b %d %H:%M:%S UTC %Y")), {}),
    "names of months": (text(rows("%d-%b-%Y %H:%M")), {}),
    "half days": (text(rows("%m/%d/%Y %I:%M %p")), {}),
    "fractions by a comma": (text(quoted("%Y-%m-%d %H:%M:%S,000")), {}),
    "seconds": (text(epoch(1)), {"time_format": "seconds since 1970"}),
    "milliseconds": (text(epoch(10**3)), {"time_format": "milliseconds since 1970"}),
    "microseconds": (text(epoch(10**6)), {"time_format": "microseconds since 1970"}),
    "nanoseconds": (text(epoch(10**9)), {"time_format": "nanoseconds since 1970"}),
    "10 digits": (
        text(rows("%Y%m%d%H", sep=";"), "MESS_DATUM;TT"),
        {"time_format": "digits %Y%m%d%H"},
    ),
    "12 digits": (text(rows("%Y%m%d%H%M")), {"time_format": "digits %Y%m%d%H%M"}),
    "14 digits": (text(rows("%Y%m%d%H%M%S")), {}),
    "days first": (text(rows("%d/%m/%Y %H:%M")), {"time_format": "%d/%m/%Y %H:%M"}),
    "months first": (text(rows("%m/%d/%Y %H:%M")), {"time_format": "%m/%d/%Y %H:%M"}),
    "clock alone": (text(rows("%H:%M:%S")), {}),
    "clock alone, newest first": (text(rows("%H:%M:%S")[::-1]), {}),
    "shuffled": (
        text([rows()[i] for i in np.random.default_rng(0).permutation(N_SAMPLES)]),
        {"order": "not in order: sorted"},
    ),
    "other scripts": (text(rows(), "时间,温度"), {"values": {"温度": 0}}),
}


@pytest.fixture
def save(tmp_path):
    def save(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def scale_of(kind):
    return 1000 if kind.startswith(("dots", "thousands", "spaces of")) else 1


@pytest.mark.filterwarnings("ignore:.*marks thousands")
@pytest.mark.parametrize(("content", "how"), READ.values(), ids=READ)
def test_kind_is_read(save, content, how, request):
    kind = request.node.callspec.id
    path = save(content)
    found, report = read_series(path)
    atol = 0.006 if "quoted decimal" in kind else 1e-9
    scaled = found.iloc[:, 0] / scale_of(kind)
    np.testing.assert_allclose(scaled, VALUES, rtol=0, atol=atol)
    assert {name: getattr(report, name) for name in how} == how
    assert len(str(report).splitlines()) == 2
    if report.time and not report.time_format.endswith("midnight"):
        times = found.index.tz_convert("UTC") if found.index.tz else found.index
        hours = 1 if kind == "times with a zone" else 0
        assert (times.tz_localize(None) + pd.Timedelta(hours, "h") == TIMES).all()


@pytest.mark.parametrize(
    "kind", ["semicolons, decimal commas, a comma in the header", "times of Kibana"]
)
def test_kind_is_detected(save, kind, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = save(READ[kind][0])
    command = ["detect", str(path), "--detector", "pca", "--window", "24", "--json"]
    assert main(command) == 0
    answer = json.loads(capsys.readouterr().out)
    (event,) = answer["events"]
    assert (event["start"], event["stop"]) == (EVENT.start, EVENT.stop)
    run = json.loads((tmp_path / "skanomaly-out" / "run.json").read_text())
    assert READ[kind][1].get("separator", ",") in str(run)


TINY = ["2024-02-01", "2024-02-02", "2024-02-03", "2024-02-04"]
# What is refused, what the message says, and a setting with which it is read.
REFUSED = {
    "a bad cell": (
        text([r.replace(",", ",") for r in rows(cells=replaced(FIXED, 50, "-"))]),
        "column 'v' holds numbers except in row 50: '-'. If",
        {"na_values": ["-"], "interpolate": True},
    ),
    "a bad cell next to a clock": (
        text(replaced(epoch(1), 50, epoch(1)[50].split(",")[0] + ",-")),
        "'v' holds numbers except in row 50",
        {"value": ["v"], "na_values": ["-"], "interpolate": True},
    ),
    "thousands or decimals": (
        text(rows(cells=[f'"{100 * value:,.0f}",1' for value in VALUES]), "time,v,w"),
        "1126 or 1.126|two readings",
        {"thousands": ",", "value": ["v"]},
    ),
    "thousands of dots or decimals": (
        text(rows(cells=[f"{100 * value:,.0f}".replace(",", ".") for value in VALUES])),
        "two readings",
        {"thousands": "."},
    ),
    "both orders of days and months": (
        text([f"{i:02}/02/2024,{i}.5" for i in range(1, 12)]),
        "day_first",
        {"day_first": True},
    ),
    "a header of numbers or data": (
        text(["0", "3", "1", "4"], "0"),
        "header as True or False",
        {"header": True},
    ),
    "years or data": (
        text(["15,20", "16,22", "19,21"], "2019,2020"),
        "header as True or False",
        {"header": True, "value": ["2019"]},
    ),
    "mixed units": (
        text(["1706745600,1", "1706749200,2", "1706752800000,3"]),
        "mixes units: row 2 holds 1706752800000",
        None,
    ),
    "too large": (
        text(rows(cells=replaced(FIXED, 50, "3.4028235e+38"))),
        r"3\.4028235e\+38 in row 50",
        {"na_values": ["3.4028235e+38"], "interpolate": True},
    ),
    "a date beyond all": (
        text([*rows(), "9999-12-31 00:00:00,1.5"]),
        "9999-12-31 00:00:00 in row 240",
        {"last": "2100-01-01"},
    ),
    "minus 9999": (
        text(rows(cells=replaced(replaced(FIXED, 50, "-9999"), 90, "-9999"))),
        "-9999 in 2 rows",
        {"na_values": ["-9999"], "interpolate": True},
    ),
    "a clock that is shuffled": (
        text([f"{i * 7 % 24:02}:{i * 13 % 60:02},{i}.5" for i in range(40)]),
        "without a date",
        None,
    ),
    "clocks set back": (
        text(
            [
                f"{at.strftime('%Y-%m-%d %H:%M')},1.5"
                for at in pd.date_range(
                    "2024-10-26", periods=192, freq="15min", tz="Europe/Berlin"
                )
            ]
        ),
        "go back by an hour in row 108",
        {"every": "1h", "agg": "mean"},
    ),
    "no numbers": (
        text(["2024-02-01,12 kW", "2024-02-02,13 kW"]),
        "'v' holds '12 kW', '13 kW'",
        None,
    ),
    "another script": (
        text(FIXED, "температура").encode("cp1251"),
        "--encoding",
        {"encoding": "cp1251"},
    ),
}


@pytest.mark.parametrize(("content", "says", "settings"), REFUSED.values(), ids=REFUSED)
def test_kind_is_refused(save, content, says, settings, capsys):
    path = save(content)
    with pytest.raises(ValueError, match=says):
        read_series(path)
    assert main(["read", str(path)]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    if settings is not None:
        found, _ = read_series(path, **settings)
        assert np.isfinite(found.to_numpy()).all()


def test_two_readings_are_both_readings(save):
    path = save(REFUSED["both orders of days and months"][0])
    with pytest.raises(TwoReadingsError) as caught:
        read_series(path)
    assert caught.value.setting == "day_first"
    by_day, _ = read_series(path, day_first=True)
    by_month, _ = read_series(path, day_first=False)
    assert (by_day.index[-1].month, by_month.index[-1].month) == (2, 11)
