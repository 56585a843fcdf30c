"""A series, a rule and a detection hold what fits, and say what does not."""

import numpy as np
import pandas as pd
import pytest

from skanomaly import Detection, EventRule
from skanomaly.detection import TimeSeries
from tests.detection.common import detection_of

SERIES = {
    "names": ({"channel_names": ["a"]}, r"1 channel_names for 2 channels\. Pass one"),
    "n_train": ({"n_train": 5}, "n_train must be an integer between 0 and 4, .*got 5"),
    "before": ({"n_train": -1}, "n_train must be an integer .*got -1"),
    "part of one": ({"n_train": 1.5}, "n_train must be an integer .*got 1.5"),
    "repeated": (
        {"values": np.ones((4, 2)), "channel_names": ["a", "a"]},
        "channel_names contains 'a' more than once",
    ),
    "values": ({"values": np.ones((4, 2, 1))}, r"n_channels\), got \(4, 2, 1\)"),
    "index": ({"index": range(3)}, "index has 3 entries for 4 samples"),
    "truth": ({"truth": [0, 1, 0]}, "truth has 3 values for 4 samples"),
    "labels": ({"truth": [0, 1, 2, 0]}, "truth must hold 0 and 1 .* it holds 0, 1, 2"),
}


@pytest.mark.parametrize(("wrong", "says"), SERIES.values(), ids=SERIES)
def test_a_series_that_does_not_fit_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        TimeSeries(**{"values": np.ones((4, 2)), **wrong})


MATRICES = {
    "scores": ({"scores": -np.ones(3)}, "scores has 3 values for 4 samples"),
    "expected": ({"expected": np.ones((4, 1))}, r"expected has shape \(4, 1\)"),
    "errors": ({"channel_errors": np.ones(4)}, r"channel_errors has shape \(4, 1\)"),
}


@pytest.mark.parametrize(("wrong", "says"), MATRICES.values(), ids=MATRICES)
def test_a_detection_that_does_not_fit_is_refused(wrong, says):
    given = {"series": TimeSeries(np.ones((4, 2))), "scores": -np.ones(4)}
    with pytest.raises(ValueError, match=says):
        Detection(offset=-2.0, **{**given, **wrong})


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"min_length": 0}, "min_length must be an integer of at least 1, got 0"),
        ({"min_length": 2.0}, "min_length must be an integer of at least 1, got 2.0"),
        ({"merge_gap": -1}, "merge_gap must be an integer of at least 0, got -1"),
        ({"merge_gap": True}, "merge_gap must be an integer of at least 0, got True"),
    ],
)
def test_a_rule_of_nonsense_is_refused(rule, says):
    with pytest.raises(ValueError, match=says):
        EventRule(**rule)


def test_plain_values_are_one_channel():
    series = TimeSeries(np.arange(4))
    np.testing.assert_array_equal(series.values, np.arange(4.0)[:, None])
    assert series.channel_names == ("x0",)
    assert (series.n_samples, series.n_channels) == (4, 1)
    np.testing.assert_array_equal(series.positions, np.arange(4))


def test_times_are_placed_as_their_zone_reads_them():
    index = pd.date_range("2024-01-01", periods=3, freq="h", tz="Europe/Rome")
    frame = pd.DataFrame({"cpu": [1, 2, 3]}, index=index)
    positions = TimeSeries(frame).positions
    assert positions[0] == np.datetime64("2024-01-01T00:00")


def test_true_events_are_runs_of_the_truth():
    assert TimeSeries(np.zeros(4)).true_events is None
    series = TimeSeries(np.zeros(4), truth=[1, -1, -1, 1])
    assert [(event.start, event.stop) for event in series.true_events] == [(1, 3)]
    assert TimeSeries(np.zeros(2), truth=[0, 0]).true_events == ()


def test_rules_decide_what_an_event_is():
    scores = [-1.0, -5, -5, -1, -5, -1, -1, -5]
    ends = {
        EventRule(): [(1, 3), (4, 5), (7, 8)],
        EventRule(min_length=2): [(1, 3)],
        EventRule(merge_gap=1): [(1, 5), (7, 8)],
        EventRule(merge_gap=2, min_length=2): [(1, 8)],
    }
    for rule, expected in ends.items():
        found = Detection(
            series=TimeSeries(np.zeros(8)), scores=scores, offset=-2, rule=rule
        )
        assert [(event.start, event.stop) for event in found.events] == expected


@pytest.mark.parametrize("offset", [-2.0, -np.inf, np.inf])
def test_a_sample_without_a_score_is_normal_and_in_no_event(offset):
    scores = np.array([-5.0, np.nan, -5, -1, -5, np.nan, np.nan])
    errors = np.stack([-scores, np.zeros(7)], axis=1)
    found = detection_of(
        scores, errors, offset=offset, channel_errors=errors, merge_gap=5, n_train=1
    )
    assert found.n_unscored == 3
    unscored = np.isnan(scores)
    assert (found.labels[unscored] == 1).all()
    within = {i for event in found.events for i in range(event.start, event.stop)}
    assert within.isdisjoint(np.flatnonzero(unscored))
    if offset > -np.inf:
        assert within == {2, 3, 4}
        assert {event.channel for event in found.events} == {"x0"}
    assert found.to_frame()["score"].isna().sum() == 3


def test_a_table_has_a_row_per_sample():
    values = np.arange(4.0)
    frame = detection_of(-values, values, offset=-2.5).to_frame()
    assert list(frame) == ["sample", "x0", "score", "severity", "label"]
    np.testing.assert_array_equal(frame["label"], [1, 1, 1, -1])
    index = pd.date_range("2024-01-01", periods=4, freq="min", tz="UTC")
    frame = detection_of(
        -values, values, offset=-2.5, index=index, expected=values, truth=[0, 0, 0, 1]
    ).to_frame()
    columns = ["time", "x0", "expected_x0", "score", "severity", "label", "truth"]
    assert list(frame) == columns
    assert (frame["time"] == index).all()


def test_no_channel_is_lost_to_a_column_of_ours():
    names = ("time", "score", "label", "x", "expected_x", "score_value")
    values = np.random.default_rng(0).normal(size=(400, len(names)))
    index = pd.date_range("2024-01-01", periods=400, freq="min")
    clashing = detection_of(
        -np.ones(400),
        values,
        offset=-2,
        channel_names=names,
        expected=values + 1,
        index=index,
    )
    frame = clashing.to_frame()
    assert frame.shape == (400, 4 + 2 * len(names))
    channels = ["time_value", "score_value", "label_value", "x", "expected_x_value"]
    np.testing.assert_array_equal(frame[channels], values[:, :5])
    np.testing.assert_array_equal(frame["score_value_value"], values[:, 5])
    np.testing.assert_array_equal(frame["expected_score"], values[:, 1] + 1)
    np.testing.assert_array_equal(frame["score"], clashing.scores)
    assert (frame["time"] == index).all()


def test_a_table_of_events_has_its_columns_without_events():
    full = detection_of([-1, -5, -1], np.zeros(3), offset=-2).events_to_frame()
    empty = detection_of([-1, -5, -1], np.zeros(3), offset=-9).events_to_frame()
    assert list(full) == list(empty)
    assert len(full) == 1
    assert empty.empty


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"offset": "auto"}, ValueError, "offset must be a number, got 'auto'"),
        ({"offset": np.nan}, ValueError, "offset must be a number, got nan"),
        ({"rule": {"min_length": 3}}, TypeError, "must be an EventRule, got {'min"),
    ],
)
def test_an_offset_is_a_number_and_a_rule_a_rule(wrong, error, says):
    given = {"series": TimeSeries(np.ones(4)), "scores": -np.ones(4), "offset": -2.0}
    with pytest.raises(error, match=says):
        Detection(**given | wrong)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_a_series_that_runs_backwards_is_refused(zone):
    times = pd.date_range("2024-10-27", periods=4, freq="h", tz=zone)
    assert TimeSeries(np.ones(4), index=times).n_samples == 4
    for index in (times[::-1], pd.Series(times[::-1]), [4, 3, 2, 1]):
        with pytest.raises(ValueError, match="index runs backwards, from .* Sort the"):
            TimeSeries(np.ones(4), index=index)


def test_severity_is_measured_from_the_scores_of_the_training_part():
    scores = np.array([-1.0, -3.0, -2.0, -4.0, -8.0, np.nan])
    found = detection_of(scores, np.zeros(6), offset=-4.0, n_train=3)
    assert found.normal_score == -2
    assert found.severities[:5].tolist() == [-0.5, 0.5, 0, 1, 3]
    assert np.isnan(found.severities[5])
    (event,) = found.events
    assert event.severity == 3
    np.testing.assert_array_equal(found.to_frame()["severity"], found.severities)
    # Without scores of a training part, all scores say what is usual.
    assert detection_of(scores, np.zeros(6), offset=-4.0).normal_score == -3
    unscored = np.r_[np.full(3, np.nan), scores[3:]]
    found = detection_of(unscored, np.zeros(6), offset=-4.0, n_train=3)
    assert found.normal_score == -6


def test_a_detection_is_summed_up_in_a_line():
    found = detection_of(-np.array([1.0, 9, 1, 9]), np.zeros(4), offset=-4.0)
    assert repr(found) == "<Detection of 2 events in 4 samples by scores, offset -4>"
