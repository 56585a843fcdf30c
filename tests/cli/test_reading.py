from argparse import Namespace

import numpy as np
import pandas as pd
import pytest

from skanomaly.cli._errors import InputError
from skanomaly.cli._reading import Reading, index_of, read_reported, read_series


@pytest.fixture
def write(tmp_path):
    def write(text, name="file.csv"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_the_only_numeric_column_and_the_only_dates_are_found(write):
    series = read_series(
        write("host,at,cpu\na,2024-01-02,2\na,2024-01-01,1\n"), Reading()
    )
    assert list(series) == ["cpu"]
    assert series["cpu"].tolist() == [1, 2]  # in the order of time
    assert series.index.name == "at"
    assert series.index[0] == pd.Timestamp("2024-01-01")


def test_samples_are_numbered_where_two_columns_hold_dates(write):
    file = write("a,b,cpu\n2024-01-01,2024-01-02,1\n2024-01-01,2024-01-02,2\n")
    assert index_of(read_series(file, Reading())) is None


def test_index_that_a_data_frame_left_is_no_value(tmp_path):
    frame = pd.DataFrame({"cpu": [3.0, 4.0, 5.0]})
    frame.to_csv(tmp_path / "numbers.csv")
    assert list(read_series(str(tmp_path / "numbers.csv"), Reading())) == ["cpu"]
    frame.index = pd.date_range("2024-01-01", periods=3)
    frame.to_csv(tmp_path / "dates.csv")
    series = read_series(str(tmp_path / "dates.csv"), Reading())
    assert index_of(series) is not None
    assert list(series) == ["cpu"]


def test_values_by_name_and_pattern(write):
    file = write("a1,a2,b,c\n1,2,3,x\n4,5,6,y\n")
    assert list(read_series(file, Reading(value=["b", "a*"]))) == ["b", "a1", "a2"]
    assert list(read_series(file, Reading(value=["*"]))) == ["a1", "a2", "b"]


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1e3), ("ns", 1e9)])
def test_seconds_since_1970_are_times(write, unit, factor):
    start = int(1_700_000_000 * factor)
    step = int(60 * factor)
    file = write(f"t,v\n{start},1\n{start + step},2\n")
    series = read_series(file, Reading(time="t", value=["v"]))
    assert series.index[1] - series.index[0] == pd.Timedelta("1min")
    assert series.index[0].year == 2023


def test_small_numbers_are_an_index_as_they_are(write):
    series = read_series(write("t,v\n3,1\n1,2\n"), Reading(time="t", value=["v"]))
    assert series.index.tolist() == [1, 3]
    assert series["v"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ([1, 2, 2, 3], "1 time of 4 equal to the previous one"),
        (
            [1, 2, 3, 9],
            "1 step of 3 more than half shorter or longer than the median",
        ),
        ([1, 2, 3, 4], ""),
        ([4, 1, 3, 2], ""),  # put in order
    ],
)
def test_uneven_times_are_told_in_one_line(write, capsys, days, says):
    file = write("t,v\n" + "".join(f"2024-01-0{day},1\n" for day in days))
    read_series(file, Reading())
    error = capsys.readouterr().err
    assert says in error
    assert len(error.splitlines()) == bool(says)
    assert ("--every" in error) == bool(says)
    read_series(file, Reading(every="1D", agg="sum"))
    assert capsys.readouterr().err == ""


def test_months_and_summer_time_are_even(write, capsys):
    months = pd.date_range("2023-01-01", periods=24, freq="MS")
    days = pd.date_range("2024-03-20", periods=24, tz="Europe/Berlin")
    for times in (months, days):
        file = write("t,v\n" + "".join(f"{time.isoformat()},1\n" for time in times))
        read_series(file, Reading())
    assert capsys.readouterr().err == ""


RECORDS = "t,v\n2024-01-01 00:03:10,4\n2024-01-01 00:00:10,1\n2024-01-01 00:00:50,2\n"


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({"agg": "sum"}, [3, 0, 0, 4]),
        ({"agg": "count"}, [2, 0, 0, 1]),
        ({"agg": "mean", "fill": -1}, [1.5, -1, -1, 4]),
        ({"agg": "max", "interpolate": True}, [2, 8 / 3, 10 / 3, 4]),
        ({"agg": "sum", "interpolate": True}, [3, 10 / 3, 11 / 3, 4]),
    ],
)
def test_records_are_gathered(write, options, values):
    series = read_series(write(RECORDS), Reading(every="1min", **options))
    np.testing.assert_allclose(series["v"], values)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"agg": "sum"}, "2 of 4 steps have no record: filled with 0"),
        ({"agg": "count"}, "filled with 0"),
        ({"agg": "mean", "fill": -1}, "filled with -1"),
        (
            {"agg": "mean", "interpolate": True},
            "2 of 4 steps have no record: interpolated",
        ),
    ],
)
def test_filled_steps_are_reported(write, options, says):
    file = write(RECORDS)
    settings = Reading(every="1min", **options)
    report = read_reported(file, settings)[1]
    assert says in str(report).splitlines()[1]
    assert says in report.facts()["filled"]


def test_empty_steps_are_neither_0_nor_unknown_by_default(write):
    rows = "".join(f"2024-01-01 00:0{minute}:10,{minute}\n" for minute in (0, 2, 3))
    with pytest.raises(InputError, match=r"1 of 4 steps .* from 2024-01-01 00:01:00"):
        read_series(write("t,v\n" + rows), Reading(every="1min"))
    rows += "2024-01-01 00:01:20,1\n"
    series, report = read_reported(write("t,v\n" + rows), Reading(every="1min"))
    assert series["v"].tolist() == [0, 1, 2, 3]
    assert report.filled == ""


def test_several_records_are_neither_summed_nor_averaged_by_default(write):
    rows = "".join(f"2024-01-01 00:0{minute}:10,20.{minute}\n" for minute in range(4))
    with pytest.raises(InputError, match=r"2 of 2 steps have several .* --agg mean"):
        read_series(write("t,v\n" + rows), Reading(every="2min"))
    series = read_series(write("t,v\n" + rows), Reading(every="2min", agg="mean"))
    np.testing.assert_allclose(series["v"], [20.05, 20.25])


def test_a_step_of_no_length_is_refused(write):
    rows = "".join(f"2024-01-01 00:0{minute}:10,{minute}\n" for minute in range(4))
    with pytest.raises(InputError, match="every='0min' is not a length of time"):
        read_series(write("t,v\n" + rows), Reading(every="0min", agg="sum"))


def test_steps_without_a_mean_are_missing(write):
    with pytest.raises(InputError, match="2 values missing"):
        read_series(write(RECORDS), Reading(every="1min", agg="mean"))


def test_gaps_are_filled_on_request(write):
    file = write("v\n1\nnan\n3\n")
    assert read_series(file, Reading(interpolate=True))["v"].tolist() == [1, 2, 3]


def test_dates_are_cut(write):
    rows = "".join(f"2024-01-0{day},{day}\n" for day in range(1, 8))
    series = read_series(
        write("t,v\n" + rows), Reading(), first="2024-01-03", last="2024-01-05"
    )
    assert series["v"].tolist() == [3, 4]


def test_what_is_said_now_goes_before_what_was_saved(write):
    from argparse import Namespace

    said = dict.fromkeys(("time", "value", "every", "agg", "fill", "interpolate"))
    saved = Reading(every="1min", value=["b*"]).to_save(("b1", "b2"))
    assert Reading.from_options(Namespace(**said), saved) == Reading(
        every="1min", value=("b1", "b2")
    )
    now = Reading.from_options(Namespace(**said | {"every": "1h"}), saved)
    assert now.every == "1h"
    assert Reading().to_save(("cpu",))["value"] is None


def test_the_column_of_a_model_is_read_among_others(write, capsys):
    at = "at,cpu,mem\n2024-01-01,1,7\n2024-01-02,2,8\n2024-01-03,4,9\n"
    saved = Reading().to_save(("mem",))
    reading = Reading.from_options(Namespace(), saved)
    assert list(read_series(write(at), reading)) == ["mem"]
    assert capsys.readouterr().err == ""
    named = Reading.from_options(Namespace(value=["cpu"]), saved)
    assert list(read_series(write(at), named)) == ["cpu"]
    # Another name is read, but not without a word.
    other = write("at,Wert\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n")
    assert list(read_series(other, reading)) == ["Wert"]
    says = "no column 'mem', which the model was trained on: 'Wert' is read"
    assert says in capsys.readouterr().err
    with pytest.raises(InputError, match="2 columns hold numbers: cpu, disk"):
        read_series(write(at.replace("mem", "disk")), reading)


def test_columns_without_names_are_not_guessed(write):
    saved = Reading().to_save(("0",))
    with pytest.raises(InputError, match="2 columns hold numbers"):
        read_series(write("3,5\n4,1\n9,2\n"), Reading.from_options(Namespace(), saved))
