import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from skanomaly.preprocessing import aggregate_series, split_series

BASE = pd.Timestamp("2024-01-01")


def log(seconds, values):
    times = [BASE + pd.Timedelta(seconds=second) for second in seconds]
    return pd.DataFrame({"at": times, "bytes": values})


record = st.tuples(st.integers(0, 5000), st.integers(-1000, 1000))
records = st.lists(record, min_size=1, max_size=40)


@settings(deadline=None)
@given(records=records, minutes=st.integers(1, 9))
def test_sums_agree_with_a_count_by_hand(records, minutes):
    seconds, values = zip(*records, strict=True)
    every = 60 * minutes
    series = aggregate_series(
        log(seconds, values), time="at", value="bytes", every=f"{minutes}min"
    )
    first, last = min(seconds) // every, max(seconds) // every
    expected = [0] * (last - first + 1)
    for second, value in records:
        expected[second // every - first] += value
    assert series["bytes"].tolist() == expected
    assert series.index[0] == BASE + pd.Timedelta(seconds=first * every)
    assert (np.diff(series.index) == np.timedelta64(every, "s")).all()


@settings(deadline=None)
@given(records=records, seed=st.integers(0, 9))
def test_order_of_records_does_not_matter(records, seed):
    # Of records at one time the first remains the first, whatever else moves.
    table = log(*zip(*dict(records).items(), strict=True))
    shuffled = table.sample(frac=1, random_state=seed)
    for agg in ("sum", "first", "mean"):
        options = {"time": "at", "value": "bytes", "every": "1min", "agg": agg}
        pd.testing.assert_frame_equal(
            aggregate_series(table, **options), aggregate_series(shuffled, **options)
        )


@pytest.mark.parametrize("agg", ["sum", "mean", "max", "first", "nunique"])
@pytest.mark.parametrize("fill", [0, -1.5, np.nan])
def test_empty_buckets_are_filled(agg, fill):
    series = aggregate_series(
        log([0, 200], [3, 4]),
        time="at",
        value="bytes",
        every="1min",
        agg=agg,
        fill=fill,
    )
    np.testing.assert_array_equal(series["bytes"].iloc[1:3], [fill, fill])
    assert (series["bytes"].iloc[[0, 3]] > 0).all()


@pytest.mark.parametrize(
    ("agg", "empty"), [("sum", 0), ("count", 0), ("mean", np.nan), ("max", np.nan)]
)
def test_empty_buckets_are_0_for_sums_and_counts_alone(agg, empty):
    series = aggregate_series(
        log([0, 200], [3, 4]), time="at", value="bytes", every="1min", agg=agg
    )
    np.testing.assert_array_equal(series["bytes"].iloc[1:3], [empty, empty])


def test_missing_values_are_left_out():
    table = log([0, 1, 70], [1.0, np.nan, np.nan])
    series = aggregate_series(
        table, time="at", value="bytes", every="1min", agg="mean", fill=9
    )
    assert series["bytes"].tolist() == [1.0, 9.0]


def test_several_values_are_channels():
    table = log([0, 61], [1, 2]).assign(packets=[10, 20])
    series = aggregate_series(
        table, time="at", value=["packets", "bytes"], every="1min"
    )
    assert list(series) == ["packets", "bytes"]
    assert series.to_numpy().tolist() == [[10, 1], [20, 2]]


def test_texts_can_be_counted():
    table = log([0, 1, 125], ["GET", "PUT", "GET"])
    series = aggregate_series(
        table, time="at", value="bytes", every="1min", agg="count"
    )
    assert series["bytes"].tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01 00:00:05", "2024-01-01 00:01:05.5"],
        ["2024-01-01T00:00:05", "2024-01-01 00:01:05"],
        ["01/01/2024 00:00:05", "01/01/2024 00:01:05"],
        [1704067205, 1704067265],
        [1704067205000, 1704067265000],
        [1704067205.25, 1704067265.5],
        pd.to_datetime(["2024-01-01 00:00:05", "2024-01-01 00:01:05"]),
    ],
)
def test_times_may_be_written_in_many_ways(times):
    table = pd.DataFrame({"at": times, "bytes": [1, 2]})
    series = aggregate_series(table, time="at", value="bytes", every="1min")
    assert series["bytes"].tolist() == [1, 2]
    assert series.index[0] == BASE


def test_offsets_may_change_with_summer_time():
    times = ["2024-03-31T01:59:30+01:00", "2024-03-31T03:00:30+02:00"]
    table = pd.DataFrame({"at": times, "bytes": [1, 2]})
    series = aggregate_series(table, time="at", value="bytes", every="1min")
    assert series["bytes"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "bites"}, "no column 'bites'.*at, bytes, kind.*mean 'bytes'"),
        ({"time": "when"}, "no column 'when'"),
        ({"value": "kind"}, "'kind' is not numeric: row 0 holds 'GET'"),
        ({"value": []}, "value is empty"),
        ({"time": "kind"}, "'kind' holds 2 values that are not times.*row 0: 'GET'"),
        ({"every": "often"}, "every='often'"),
        ({"every": "0min"}, "every='0min'"),
        ({"every": "-1min"}, "every='-1min'"),
        ({"every": 60}, "every=60"),
        ({"agg": "total"}, "agg='total'"),
        ({"agg": "size"}, "agg='size'"),
    ],
)
def test_bad_input_is_refused(change, message):
    table = log([0, 61], [1, 2]).assign(kind="GET")
    options = {"time": "at", "value": "bytes", "every": "1min", **change}
    with pytest.raises(ValueError, match=message):
        aggregate_series(table, **options)


@pytest.mark.parametrize("bad", ["31.31.2024", None, "", "noon"])
def test_the_first_bad_time_is_named(bad):
    table = pd.DataFrame({"at": ["2024-01-01", bad, "x"], "bytes": [1, 2, 3]})
    with pytest.raises(ValueError, match=r"'at' holds 2 values.*in row 1"):
        aggregate_series(table, time="at", value="bytes", every="1D")


def test_no_record_is_refused():
    with pytest.raises(ValueError, match="records is empty"):
        aggregate_series(log([], []), time="at", value="bytes", every="1D")


def test_flow_logs(data_dir):
    table = pd.read_csv(data_dir / "seeds/vpc-flow-logs/data_example.csv")
    series = aggregate_series(table, time="Start", value="ABBytes", every="1min")
    assert len(series) == 1980
    assert np.count_nonzero(series) == 278
    assert series["ABBytes"].sum() == table["ABBytes"].sum()
    _, rest = split_series(series, train_fraction=0.8)
    assert rest.index[0] == pd.Timestamp("2019-07-02 12:24")


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M"])
@pytest.mark.parametrize("first", ["2024-01-01", "2024-01-20"])
def test_days_and_months_are_told_apart_by_their_order(form, first):
    times = pd.date_range(first, periods=300, freq="h")
    records = pd.DataFrame({"t": times.strftime(form), "v": 1.0})
    series = aggregate_series(records, time="t", value="v", every="1h")
    np.testing.assert_array_equal(series.index, times)
