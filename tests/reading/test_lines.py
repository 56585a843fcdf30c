"""Rows of messages with their lines in the file, and forms of times."""

import json

import numpy as np
import pandas as pd
import pytest

from skanomaly.preprocessing import read_times
from skanomaly.reading import read_series

ROWS = [f"2024-01-{day:02},{day}.5" for day in range(1, 29)]
BAD = [*ROWS[:10], "2024-01-11,?", *ROWS[11:]]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["t,v", *BAD], 12),
        (BAD, 11),
        (["", "", "t,v", *BAD], 14),
        (["# made", "# by us", "t,v", *BAD], 14),
        (["sep=,", "t,v", *BAD], 13),
        (["t,v", "[s],[kW]", *BAD], 13),
        (["t,v", *BAD[:5], "", "# a break", *BAD[5:]], 14),
        (["Station 17", "Interval 1 d", "", "t,v", *BAD], 15),
        (["t,v", *(f'"{row}'.replace(",", '",') for row in BAD)], 12),
    ],
    ids=[
        "plain",
        "bare",
        "empty",
        "comments",
        "sep",
        "units",
        "gaps",
        "title",
        "quote",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_of_a_row_is_named(tmp_path, lines, line, end):
    file = tmp_path / "a.csv"
    file.write_bytes(end.join([*lines, ""]).encode())
    with pytest.raises(ValueError, match=rf"in row 10: '\?'.* row 10 is line {line}\."):
        read_series(file)


def test_line_of_a_row_of_one_series_is_named(tmp_path):
    both = [f"{host},{row}" for row in BAD for host in "ab"]
    (tmp_path / "a.csv").write_text("\n".join(["host,t,v", *both]))
    with pytest.raises(ValueError, match=r"row 10 is line 23\."):
        read_series(tmp_path / "a.csv", series="host", only="b")


def test_place_in_a_list_of_objects_is_named(tmp_path):
    rows = [dict(zip("tv", row.split(","), strict=True)) for row in BAD]
    (tmp_path / "a.json").write_text(json.dumps(rows, indent=1))
    with pytest.raises(ValueError, match=r"row 10 is number 11 of the list\."):
        read_series(tmp_path / "a.json")


def test_row_of_a_stray_time_is_that_of_the_file(tmp_path):
    stray = [*ROWS[:10], "1970-01-01,1.5", *ROWS[10:]]
    (tmp_path / "a.csv").write_text("\n".join(["t,v", *stray]))
    with pytest.raises(ValueError, match=r"row 10 \(1970.* row 10 is line 12\."):
        read_series(tmp_path / "a.csv", every="1D")


def test_rows_without_lines_are_counted_from_0(tmp_path):
    table = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=28), "v": BAD})
    table["v"] = [row.split(",")[1] for row in BAD]
    table.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=r"in row 10: .* Rows are counted from 0\."):
        read_series(tmp_path / "a.parquet")


FORMS = {
    "%d-%b-%Y %H:%M": "2024-11-03 14:00",
    "%b %d, %Y %I:%M %p": "2024-11-03 14:00",
    "%B %d, %Y %I:%M:%S %p": "2024-11-03 14:00",
    "%A, %d %B %Y %H:%M": "2024-11-03 14:00",
    "%Y-%m-%d %I:%M %p": "2024-11-03 14:00",
    "%d%b%Y:%H:%M:%S": "2024-11-03 14:00",
    "%m/%d/%Y %I %p": "2024-11-03 14:00",
    "%G-W%V": "2024-11-04",
    "%GW%V%u": "2024-11-04",
}


@pytest.mark.parametrize("form", FORMS)
def test_form_of_times(form):
    times = pd.date_range(FORMS[form], periods=60, freq="7D" if "W" in form else "h")
    cells = pd.Series(times.strftime(form), name="t")
    assert (read_times(cells)[0] == times).all()


@pytest.mark.parametrize(
    ("cells", "time"),
    [
        (["11/3/2024 2:00 p.m.", "11/13/2024 2:00 a.m."], "2024-11-03 14:00"),
        (["3rd Nov 2024", "4th Nov 2024"], "2024-11-03"),
        (["Sept 3, 2024", "Oct 4, 2024"], "2024-09-03"),
        (["2024-Q3", "2024-Q4"], "2024-07-01"),
        (["Q3 2024", "Q4 2024"], "2024-07-01"),
    ],
)
def test_forms_that_no_directive_reads(cells, time):
    assert read_times(pd.Series(cells, name="t"))[0][0] == pd.Timestamp(time)


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M", "%Y%m%d%H"]
)
def test_end_of_a_day_is_the_beginning_of_the_next(form):
    times = pd.date_range("2024-01-10 01:00", periods=72, freq="h")
    before = (times - pd.Timedelta(hours=1)).strftime(form.split()[0].split("T")[0])
    cells = times.strftime(form)
    day = cells[0][:10] if form != "%Y%m%d%H" else cells[0][:8]
    ends = [
        cell if at.hour else old[: len(day)] + cell[len(day) :].replace("00", "24", 1)
        for cell, old, at in zip(cells, before, times, strict=True)
    ]
    assert sum("24:00" in end[10:] or end[8:] == "24" for end in ends) == 3
    column = pd.Series(ends, name="t")
    if form == "%Y%m%d%H":
        column = column.astype(np.int64)
    found = read_times(column)[0]
    assert (found.tz_localize(None) == times).all()


def test_no_minute_is_after_the_end_of_a_day():
    cells = ["2024-01-10 23:00", "2024-01-10 24:00:01"]
    with pytest.raises(ValueError, match="not times, the first in row 1"):
        read_times(pd.Series(cells, name="t"))
