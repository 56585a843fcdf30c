import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from skanomaly.preprocessing import select_dates, split_series

DAYS = pd.date_range("2024-01-01", periods=10, freq="D")
FRAME = pd.DataFrame({"a": range(10), "b": range(10, 20)}, index=DAYS)


@given(n=st.integers(2, 100), fraction=st.floats(0.01, 0.99))
def test_parts_make_the_whole(n, fraction):
    series = np.arange(n)
    if not 0 < round(n * fraction) < n:
        with pytest.raises(ValueError, match="neither may be empty"):
            split_series(series, train_fraction=fraction)
        return
    train, rest = split_series(series, train_fraction=fraction)
    np.testing.assert_array_equal(np.r_[train, rest], series)
    assert abs(len(train) - n * fraction) <= 0.5


def test_fractions_do_not_suffer_from_rounding():
    train, _ = split_series(np.arange(100), train_fraction=0.29)
    assert len(train) == 29


@pytest.mark.parametrize(
    "until", ["2024-01-04", pd.Timestamp("2024-01-03 12:00"), 3, np.int64(3)], ids=repr
)
@pytest.mark.parametrize("series", [FRAME, FRAME["a"]], ids=["frame", "series"])
def test_train_until(series, until):
    train, rest = split_series(series, train_until=until)
    assert type(train) is type(series)
    assert len(train) == 3
    assert rest.index[0] == pd.Timestamp("2024-01-04")


@pytest.mark.parametrize("until", [4, "4"])
@pytest.mark.parametrize("series", [np.zeros((9, 2)), pd.DataFrame(np.zeros((9, 2)))])
def test_train_until_a_sample(series, until):
    train, rest = split_series(series, train_until=until)
    assert (train.shape, rest.shape) == ((4, 2), (5, 2))


def test_a_time_is_meant_in_the_zone_of_the_series():
    local = FRAME.tz_localize("Europe/Berlin")
    train, _ = split_series(local, train_until="2024-01-04")
    assert len(train) == 3
    assert len(select_dates(local, "2024-01-02", "2024-01-04")) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "exactly one"),
        ({"train_fraction": 0.5, "train_until": 3}, "exactly one"),
        ({"train_fraction": 0.0}, "between 0 and 1"),
        ({"train_fraction": 1.0}, "between 0 and 1"),
        ({"train_fraction": 0.01}, "0 samples for training and 10 for the rest"),
        ({"train_until": "2023-01-01"}, "2024-01-01.* to 2024-01-10"),
        ({"train_until": "2025-01-01"}, "10 samples for training and 0 for the rest"),
        ({"train_until": -1}, "0 samples for training and 10 for the rest"),
        ({"train_until": 11}, "10 samples for training and 0 for the rest"),
        ({"train_until": "noon-ish"}, "'noon-ish' is not a time"),
    ],
)
def test_bad_splits_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        split_series(FRAME, **options)


def test_a_time_needs_an_index_of_times_in_order():
    with pytest.raises(ValueError, match="needs a series indexed by time"):
        split_series(np.arange(9), train_until="2024-01-01")
    with pytest.raises(ValueError, match="are not sorted"):
        split_series(FRAME[::-1], train_until="2024-01-04")


def test_dates_are_half_open():
    assert select_dates(FRAME, "2024-01-03", "2024-01-05")["a"].tolist() == [2, 3]
    assert select_dates(FRAME["a"], stop="2024-01-03").tolist() == [0, 1]
    assert select_dates(FRAME["a"], "2024-01-09").tolist() == [8, 9]
    assert select_dates(FRAME).equals(FRAME)


@pytest.mark.parametrize(
    ("series", "start", "message"),
    [
        (FRAME, "2025-01-01", "lasts from 2024-01-01"),
        (FRAME, "soon", "start='soon' is not a time"),
        (FRAME.reset_index(drop=True), "2024-01-01", "RangeIndex"),
        (FRAME.to_numpy(), "2024-01-01", "indexed by time"),
    ],
)
def test_bad_dates_are_refused(series, start, message):
    with pytest.raises(ValueError, match=message):
        select_dates(series, start)
