"""What an event is: by recurrence, duration, direction and deviation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from skanomaly import EventRule, detect, find_events, make_detector
from skanomaly.events import recurring
from tests import naive
from tests.detection.common import detection_of

MINUTES = pd.date_range("2024-01-01", periods=40, freq="min")


def starts(found):
    return [event.start for event in found.events]


def up_and_down(**rule):
    """Return a detection with deviations up, slightly up, down and slightly down."""
    values = np.full(40, 10.0)
    values[[5, 6]] = 14, 16
    values[12] = 10.2
    values[[20, 21, 22]] = 4, 5, 11
    values[30] = 9.8
    scores = np.where(values == 10, -1.0, -9.0)
    expected = np.full(40, 10.0)
    return detection_of(scores, values, offset=-5.0, expected=expected, **rule)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({}, [5, 12, 20, 30]),
        ({"direction": "up"}, [5, 12]),
        ({"direction": "down"}, [20, 30]),
        ({"min_deviation": 0.5}, [5, 20]),
        ({"min_deviation": "1.5%"}, [5, 12, 20, 30]),
        ({"min_deviation": "3 %"}, [5, 20]),
        ({"min_deviation": 0.5, "direction": "down"}, [20]),
        # Weighted by their sizes, +4 and +6 are 5.2 in the mean, and -6, -5, +1 are -5,
        # their sizes 5.167.
        ({"min_deviation": 4.99, "direction": "down"}, [20]),
        ({"min_deviation": 5.01, "direction": "down"}, []),
        ({"min_deviation": 5.16}, [5, 20]),
        ({"min_deviation": 5.18}, [5]),
        ({"min_deviation": "52%"}, [5]),
        ({"min_deviation": "52.1%"}, []),
    ],
)
def test_events_are_those_that_deviate(rule, kept):
    assert starts(up_and_down(**rule)) == kept


@pytest.mark.parametrize("level", [0.1, 1e6, -1e6])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_deviation_is_reached_but_for_the_rounding_of_values(level, sign):
    expected = np.full(30, level)
    values = expected.copy()
    values[[5, 6, 12]] += 5 * sign
    values[20] += 4.9999 * sign
    # A model rounds what it expects, here towards the value.
    expected[12] = np.nextafter(level, sign * np.inf)
    scores = np.where(values == level, -1.0, -9.0)
    found = detection_of(
        scores, values, offset=-5.0, expected=expected, min_deviation=5
    )
    assert starts(found) == [5, 12]


def test_a_deviation_to_both_sides_is_none_of_a_direction_alone():
    values = np.zeros(20)
    values[5:10] = [4, -4, 4, -4, 3]
    found = detection_of(
        np.where(values == 0, -1.0, -9.0), values, offset=-5.0, expected=np.zeros(20)
    )

    def kept(**rule):
        return starts(replace(found, rule=EventRule(**rule)))

    assert kept(min_deviation=3.8) == [5]
    assert kept(min_deviation=3.9) == []
    assert kept(direction="up") == [5]
    assert kept(direction="up", min_deviation=1) == kept(direction="down") == []


def test_the_channel_with_the_largest_error_deviates():
    values = np.zeros((20, 2))
    values[5], values[12] = (3, -1), (-1, 3)
    errors = np.abs(values)
    found = detection_of(
        -errors.sum(axis=1),
        values,
        offset=-2.0,
        expected=np.zeros((20, 2)),
        channel_errors=errors,
        direction="up",
    )
    assert starts(found) == [5, 12]
    assert starts(replace(found, channel_errors=errors[:, ::-1])) == []


def test_an_event_without_an_expected_value_is_kept():
    found = up_and_down(direction="up", min_deviation=1)
    expected = found.expected.copy()
    expected[30] = np.nan
    assert starts(replace(found, expected=expected)) == [5, 30]


@pytest.mark.parametrize(
    ("rule", "like"),
    [
        ({"min_length": "2min"}, {"min_length": 2}),
        ({"min_length": "90s"}, {"min_length": 2}),
        ({"min_length": "0.05h"}, {"min_length": 3}),
        ({"min_length": "1ms"}, {"min_length": 1}),
        ({"merge_gap": "5 min"}, {"merge_gap": 5}),
        ({"merge_gap": "5.9min"}, {"merge_gap": 5}),
        ({"merge_gap": "30s"}, {"merge_gap": 0}),
        ({"merge_gap": "1d"}, {"merge_gap": 1440}),
    ],
)
def test_a_duration_is_a_number_of_steps_of_the_index(rule, like):
    # An hour is missing, and one step is longer: the median step decides.
    irregular = MINUTES + pd.to_timedelta(np.where(np.arange(40) < 25, 0, 3600), "s")
    for index in (MINUTES, irregular, MINUTES.tz_localize("Europe/Rome")):
        found = up_and_down(**rule, index=index)
        expected = up_and_down(**like, index=index)
        assert starts(found) == starts(expected)
        assert found.rule.in_samples(found.series) == (
            expected.rule.min_length,
            expected.rule.merge_gap,
        )


@pytest.mark.parametrize("index", [None, np.arange(40)])
def test_a_duration_needs_times(index):
    with pytest.raises(ValueError, match="merge_gap='5min' is a duration, but the"):
        up_and_down(merge_gap="5min", index=index)
    pipe = make_detector("pca", window=5).fit(np.sin(np.arange(90.0))[:, None])
    rule = EventRule(min_length="5min")
    with pytest.raises(ValueError, match="no index of times. Pass index="):
        detect(pipe, np.sin(np.arange(40.0))[:, None], index=index, events=rule)


def test_times_that_stand_still_have_no_step():
    with pytest.raises(ValueError, match="have the time of the one before"):
        up_and_down(merge_gap="5min", index=MINUTES[[0] * 40])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"direction": "upwards"}, "direction must be one of both, up, down"),
        ({"min_deviation": -1}, "min_deviation must be a number of at least 0"),
        ({"min_deviation": np.nan}, "got nan"),
        ({"min_deviation": np.inf}, "got inf"),
        ({"min_deviation": "5"}, "or a percentage of the expected value.*got '5'"),
        ({"min_deviation": "-5%"}, "got '-5%'"),
        ({"min_length": "10"}, "min_length must be a number of samples or a duration"),
        ({"min_length": "ten min"}, "such as '10min'; got 'ten min'"),
        ({"min_length": 0}, "min_length must be an integer of at least 1"),
        ({"merge_gap": "1 month"}, "got '1 month'"),
        ({"k_of_n": 3}, r"k_of_n must be a pair of integers such as \(3, 5\), got 3"),
        ({"k_of_n": (5, 3)}, "asks for 5 of 3 samples"),
        ({"k_of_n": (0, 3)}, "k of k_of_n must be an integer of at least 1, got 0"),
        ({"k_of_n": (1, 2.5)}, "n of k_of_n must be an integer of at least 1"),
        ({"localize": "no"}, "localize must be True or False, got 'no'"),
        ({"localize": None}, "localize must be True or False, got None"),
        ({"in_training": 1}, "in_training must be True or False, got 1"),
    ],
)
def test_what_is_no_rule_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        EventRule(**wrong)


def test_a_boolean_of_numpy_is_one():
    rule = EventRule(localize=np.False_, in_training=np.True_)
    assert (rule.localize, rule.in_training) == (False, True)
    assert type(rule.localize) is type(rule.in_training) is bool  # for JSON


@pytest.mark.parametrize("given", ["up", {"direction": "up"}, None, EventRule])
def test_what_is_no_rule_is_refused_before_anything_is_scored(given):
    class Unasked:
        offset_ = -1.0

        def score_samples(self, X):
            raise AssertionError("scored")

    with pytest.raises(TypeError, match="The rule of events must be an EventRule, got"):
        detect(Unasked(), np.zeros((9, 1)), events=given)


def test_deviations_need_expected_values():
    found = up_and_down()
    for rule in (EventRule(direction="up"), EventRule(min_deviation="5%")):
        with pytest.raises(ValueError, match="compare values with expected ones"):
            replace(found, expected=None, rule=rule)
    two = np.ones((3, 2))
    with pytest.raises(ValueError, match="errors of the channels are not known"):
        detection_of(np.zeros(3), two, offset=-1, expected=two, direction="up")


def test_k_of_n_looks_back():
    rng = np.random.default_rng(0)
    for k, n in ((1, 1), (1, 3), (2, 2), (3, 5), (4, 30), (5, 90)):
        anomalous = rng.random(60) < 0.4
        labels = recurring(anomalous, k, n)
        assert labels.tolist() == naive.recurring(anomalous.tolist(), k, n)
        # No later sample changes what was said.
        for stop in (1, 20, 45):
            np.testing.assert_array_equal(
                labels[:stop], recurring(anomalous[:stop], k, n)
            )


def test_k_of_n_comes_before_the_other_rules():
    scores = -np.array([9, 0, 0, 0, 9, 0, 9, 9, 0, 0, 0, 0, 9, 9, 0, 0])
    found = detection_of(scores, np.zeros(16), offset=-5.0, k_of_n=(2, 3))
    assert [(e.start, e.stop) for e in found.events] == [(6, 9), (13, 15)]
    merged = replace(found, rule=EventRule(k_of_n=(2, 3), merge_gap=4, min_length=9))
    assert [(e.start, e.stop) for e in merged.events] == [(6, 15)]
    events = find_events(scores, offset=-5.0, k_of_n=(2, 3))
    assert [(e.start, e.stop) for e in events] == [(6, 9), (13, 15)]


def test_samples_without_a_score_and_of_the_training_part_do_not_count():
    scores = np.array([-9, -9, -9, -0.0, -9, np.nan, -9, -9])
    found = detection_of(scores, np.zeros(8), offset=-5.0, k_of_n=(2, 3), n_train=2)
    assert [(e.start, e.stop) for e in found.events] == [(4, 5), (6, 8)]


def test_deviations_come_after_merging_and_lengths():
    found = up_and_down(merge_gap=5, min_length=2, direction="up")
    assert [(e.start, e.stop) for e in found.events] == [(5, 13)]


def test_a_real_detector_says_whether_a_series_is_above_or_below():
    rng = np.random.default_rng(0)
    series = np.sin(np.arange(1500) / 8)[:, None] + rng.normal(0, 0.05, (1500, 1))
    series[1000:1010] += 3
    series[1300:1310] -= 3
    pipe = make_detector("pca", window=50, random_state=0).fit(series[:750])
    found = detect(pipe, series, n_train=750)
    at = {
        direction: [
            event.peak // 100
            for event in replace(found, rule=EventRule(direction=direction)).events
        ]
        for direction in ("both", "up", "down")
    }
    assert (at["up"], at["down"]) == ([10], [13])
    assert at["both"] == [10, 13]
