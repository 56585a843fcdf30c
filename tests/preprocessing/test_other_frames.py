"""Frames of polars and pyarrow are taken wherever those of pandas are."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skanomaly import (
    EventRule,
    SeriesScaler,
    Shingler,
    aggregate_series,
    detect,
    find_events,
    interpolate_series,
    make_detector,
    smooth_series,
    split_series,
)
from skanomaly.detection import TimeSeries
from skanomaly.evaluation import LabelledData
from skanomaly.plotting import BlameDisplay, ScoreDisplay, SeriesDisplay

HOURS = pd.date_range("2024-01-01", periods=300, freq="h")
VALUES = np.sin(np.arange(300) / 5) + np.random.default_rng(0).normal(0, 0.1, 300)
VALUES[250] += 5
PLAIN = pd.DataFrame({"cpu": VALUES, "mem": VALUES**2})
RECORDS = pd.DataFrame({"at": HOURS, "n": np.arange(300)})


def polars(frame):
    return pytest.importorskip("polars").from_pandas(frame)


def pyarrow(frame):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame)


@pytest.fixture(params=[polars, pyarrow])
def convert(request):
    return request.param


@pytest.fixture(scope="module")
def pipe():
    return make_detector("pca", window=10).fit(PLAIN[:200])


def test_detection_is_that_of_pandas(convert, pipe):
    expected = detect(pipe, PLAIN, index=HOURS, n_train=200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of names of features among others
        other = make_detector("pca", window=10).fit(convert(PLAIN[:200]))
        np.testing.assert_array_equal(
            other.score_samples(convert(PLAIN)), expected.scores
        )
        times = convert(RECORDS)["at"]
        found = detect(other, convert(PLAIN), index=times, n_train=200)
    assert found.events == expected.events
    assert found.series.channel_names == ("cpu", "mem")
    assert [event.start_time for event in found.events] == [
        HOURS[event.start] for event in found.events
    ]
    assert found.expected.shape == (300, 2)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")  # pyarrow
def test_column_is_one_channel(convert):
    pipe = make_detector("pca", window=10).fit(PLAIN[["cpu"]])
    expected = detect(pipe, PLAIN[["cpu"]]).scores
    for column in (PLAIN["cpu"], convert(PLAIN)["cpu"]):
        np.testing.assert_array_equal(detect(pipe, column).scores, expected)
    series = TimeSeries(PLAIN.set_axis(HOURS)["cpu"])
    assert series.index is not None
    assert series.channel_names == ("cpu",)
    with pytest.raises(ValueError, match=r"X is a Series, .* such as X.to_frame"):
        make_detector("pca", window=10).fit(PLAIN["cpu"])


def test_preprocessing(convert):
    other = convert(PLAIN)
    holes = PLAIN.copy()
    holes.iloc[3, 0] = np.nan
    for function, given in ((interpolate_series, holes), (smooth_series, PLAIN)):
        found = function(convert(given))
        assert type(found) is type(other)
        np.testing.assert_array_equal(np.asarray(found), function(given).to_numpy())
        column = function(convert(given)["cpu"])
        assert type(column) is type(other["cpu"])
        np.testing.assert_array_equal(np.asarray(column), function(given["cpu"]))
    train, rest = split_series(other, train_fraction=0.5)
    assert len(train) == len(rest) == 150
    by_day = aggregate_series(convert(RECORDS), time="at", value="n", every="1D")
    expected = aggregate_series(RECORDS, time="at", value="n", every="1D")
    pd.testing.assert_frame_equal(by_day, expected, check_freq=False)
    scaler = SeriesScaler().fit(other)
    assert list(scaler.feature_names_in_) == ["cpu", "mem"]
    assert Shingler(5).fit(other).transform(other).shape == (300, 10)


def test_times_and_data_of_other_functions(convert, pipe):
    times = convert(RECORDS)["at"]
    (event,) = find_events(PLAIN["cpu"] > 3, index=times)
    assert (event.start_time, event.stop_time) == (HOURS[250], HOURS[251])
    rule = EventRule(ignore=[(HOURS[240], HOURS[299])])
    assert not detect(
        pipe, convert(PLAIN), index=times, n_train=200, events=rule
    ).events
    labels = convert(pd.DataFrame({"y": (VALUES > 3).astype(int)}))["y"]
    data = LabelledData("cpu", convert(PLAIN), labels, train_size=100)
    assert data.X.shape == (300, 2)
    assert data.y.sum() == 1


def test_displays(convert, pipe):
    times, other = convert(RECORDS)["at"], convert(PLAIN)
    BlameDisplay.from_estimator(pipe, other, index=times)
    ScoreDisplay.from_estimator(pipe, other, index=times)
    SeriesDisplay.from_estimator(pipe, other, index=times)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("n_pieces", [None, 2])
def test_index_of_arrow(zone, n_pieces, pipe):
    pa = pytest.importorskip("pyarrow")
    times = HOURS.tz_localize(zone)
    index = pa.array(times.tolist(), pa.timestamp("us", tz=zone))
    if n_pieces is not None:
        index = pa.chunked_array([index[:100], index[100:]])
    found = detect(pipe, PLAIN, index=index, events=EventRule(min_length="1h"))
    assert found.events
    assert found.events == detect(pipe, PLAIN, index=times).events
    assert found.to_frame()["time"].tolist() == times.tolist()
    numbers = pa.array(np.arange(300) * 10)
    assert detect(pipe, PLAIN, index=numbers).events[0].start_time % 10 == 0


def test_columns_that_are_no_numbers_are_refused(convert, pipe):
    with pytest.raises(ValueError, match="pass one of times as index="):
        detect(pipe, convert(RECORDS.assign(more="text")))


def test_lazy_frame_is_refused(pipe):
    lazy = pytest.importorskip("polars").from_pandas(PLAIN).lazy()
    with pytest.raises(ValueError, match="Pass its collect"):
        detect(pipe, lazy)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_times_out_of_order_warn_in_training(zone):
    frame = PLAIN.set_axis(HOURS).tz_localize(zone)
    for series in (frame[::-1], frame.sample(frac=1, random_state=0)):
        with pytest.warns(UserWarning, match="times of X are not in order"):
            make_detector("pca", window=10).fit(series)
