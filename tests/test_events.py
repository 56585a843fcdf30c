from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from skanomaly.events import (
    Event,
    events_to_labels,
    find_events,
    is_below,
    join_events,
    read_labels,
    severity,
    usual_score,
)
from tests import naive

labels = st.lists(st.sampled_from([1, -1]), max_size=60).map(
    lambda values: np.array(values, dtype=np.int64)
)


def spans(events):
    return [(event.start, event.stop) for event in events]


@given(y=labels)
def test_labels_make_the_round_trip(y):
    np.testing.assert_array_equal(events_to_labels(find_events(y), y.size), y)


@given(y=labels)
def test_events_are_half_open_maximal_runs(y):
    for event in find_events(y):
        assert event.length == event.stop - event.start > 0
        assert (y[event.start : event.stop] == -1).all()
        assert event.start == 0 or y[event.start - 1] == 1
        assert event.stop == y.size or y[event.stop] == 1


@given(y=labels, min_length=st.integers(1, 6), merge_gap=st.integers(0, 6))
def test_merging_comes_before_dropping(y, min_length, merge_gap):
    found = find_events(y, min_length=min_length, merge_gap=merge_gap)
    expected = naive.events(y == -1, min_length=min_length, merge_gap=merge_gap)
    assert spans(found) == expected


@given(y=labels)
def test_all_kinds_of_labels_agree(y):
    expected = find_events(y)
    anomalous = y == -1
    assert find_events(anomalous) == expected
    assert find_events(y.tolist()) == expected
    assert find_events(y.astype(np.int8)) == expected
    assert spans(find_events(y.astype(float))) == spans(expected)
    if not anomalous.all():
        assert find_events(anomalous.astype(np.uint8)) == expected


@given(
    scores=st.lists(st.floats(-1e6, 0), min_size=1, max_size=60).map(np.array),
    offset=st.floats(-1e6, 0),
    merge_gap=st.integers(0, 3),
)
def test_peak_is_the_lowest_score_and_as_severe_as_that(scores, offset, merge_gap):
    usual = float(np.median(scores))
    events = find_events(scores, offset=offset, merge_gap=merge_gap)
    assert spans(events) == naive.events(
        scores < offset, min_length=1, merge_gap=merge_gap
    )
    for event in events:
        assert event.start <= event.peak < event.stop
        assert event.peak_score == scores[event.peak]
        assert event.peak_score == scores[event.start : event.stop].min()
        assert event.severity == severity(event.peak_score, offset=offset, normal=usual)
        assert event.severity >= 1


def test_decision_values_are_anomalous_where_negative():
    assert spans(find_events([0.0, -0.1, 0.2, -0.3])) == [(1, 2), (3, 4)]
    assert find_events([1.0, 1.0]) == []
    assert find_events([0.0, 0.0]) == []
    assert find_events([-0.0]) == []
    assert find_events([0.0, 1.0], offset=0) == []


def test_scores_that_are_integers_need_an_offset():
    assert spans(find_events([0, -7, 1], offset=-2)) == [(1, 2)]
    with pytest.raises(ValueError, match="Pass scores with their offset"):
        find_events([0, -7, 1])


def test_only_ones_are_normal_labels():
    assert find_events([1, 1, 1]) == []
    assert spans(find_events([0, 1, 1])) == [(1, 3)]


def test_no_sample_has_no_event():
    assert find_events(np.array([], dtype=float)) == []


def test_labels_have_no_severity():
    (event,) = find_events([1, -1, -1])
    assert event.peak == event.start == 1
    assert np.isnan(event.peak_score)
    assert np.isnan(event.severity)
    assert event.channel is None
    assert event.start_time is event.stop_time is event.peak_time is None


def test_channel_has_the_largest_mean_error():
    errors = np.array([[9, 0, 0], [1, 3, 0], [1, 2, 4], [9, 0, 0]])
    (event,) = find_events([1, -1, -1, 1], channel_errors=errors)
    assert event.channel == 1
    (event,) = find_events(
        [1, -1, -1, 1], channel_errors=errors, channel_names=["a", "b", "c"]
    )
    assert event.channel == "b"


HOURS = pd.date_range("2024-01-31 20:00", periods=4, freq="h")
INDEXES = {
    "DatetimeIndex": HOURS,
    "with time zone": HOURS.tz_localize("Europe/Berlin"),
    "Series": pd.Series(HOURS, index=[7, 3, 5, 1]),
    "datetime64": HOURS.to_numpy(),
    "datetime": HOURS.to_pydatetime().tolist(),
    "PeriodIndex": HOURS.to_period("h"),
    "numbers": [0.5, 1.0, 1.5, 2.0],
    "range": range(10, 50, 10),
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_times_come_from_the_index(index):
    first, last = find_events([-1, 1, -1, -1], index=index)
    at = list(index)
    assert (first.start_time, first.stop_time) == (at[0], at[1])
    assert (last.start_time, last.peak_time) == (at[2], at[2])
    assert last.stop_time == at[3] + (at[1] - at[0])


def test_the_stop_time_at_the_end_is_none_without_a_step():
    assert find_events([-1], index=[datetime(2024, 1, 1)])[0].stop_time is None
    assert find_events([1, -1], index=["a", "b"])[0].stop_time is None


def test_events_make_a_table():
    scores = [-1.0, -5.0, -9.0, -1.0, -6.0, -1.0]
    index = pd.date_range("2024-01-01", periods=6, freq="D")
    errors = -np.array(scores)[:, None]
    events = find_events(
        scores, offset=-4, index=index, channel_errors=errors, channel_names=["cpu"]
    )
    table = pd.DataFrame(events)
    assert list(table) == list(Event.__dataclass_fields__)
    assert table["severity"].tolist() == [6.0, 3.0]  # the median is -3
    assert table["channel"].tolist() == ["cpu", "cpu"]
    assert (table["stop_time"] - table["start_time"]).tolist() == [
        timedelta(days=2),
        timedelta(days=1),
    ]


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        ([[1], [-1]], {}, r"shape \(2, 1\)"),
        (["1", "-1"], {}, "numbers or booleans"),
        ([0.0, np.inf], {}, "y_or_scores contains infinity.*row 1"),
        ([np.nan, -np.inf], {"offset": -1}, "contains infinity: 1 of 2.*row 1"),
        ([0.0, 1.0, 0.0], {}, "astype"),
        ([2, 1], {}, "it holds 2, 1"),
        ([-1, 0, 1], {}, "it holds -1, 0, 1"),
        ([1.0], {"offset": np.nan}, "offset is NaN"),
        ([1, -1], {"min_length": 0}, "min_length must be an integer of at least 1"),
        ([1, -1], {"merge_gap": -1}, "merge_gap must be an integer of at least 0"),
        ([1, -1], {"merge_gap": 1.5}, "merge_gap"),
        ([1, -1], {"index": [1, 2, 3]}, "3 entries for 2 samples"),
        ([1, -1], {"channel_errors": [[1, 2]]}, r"shape \(2, n_channels\)"),
        ([1, -1], {"channel_names": ["a"]}, "needs channel_errors"),
        ([1, -1], {"channel_errors": [[1], [np.nan]]}, "channel_errors contains NaN"),
        (
            [1, -1],
            {"channel_errors": [[1], [2]], "channel_names": ["a", "b"]},
            "2 names for 1 channels",
        ),
    ],
)
def test_bad_input_is_refused(y, options, message):
    with pytest.raises(ValueError, match=message):
        find_events(y, **options)


def test_events_must_lie_within_the_series():
    with pytest.raises(ValueError, match="does not lie within 3 samples"):
        events_to_labels(find_events([1, 1, -1, -1]), n_samples=3)
    assert events_to_labels([], n_samples=0).size == 0


def test_scores_without_their_offset_are_warned_of():
    with pytest.warns(UserWarning, match="all values are negative.*pass their offset"):
        events = find_events([-1.0, -3.0, -0.5])
    assert [(event.start, event.stop) for event in events] == [(0, 3)]


scores_with_gaps = st.lists(
    st.one_of(st.just(np.nan), st.floats(-10, 0)), max_size=60
).map(np.array)


@given(
    scores=scores_with_gaps,
    offset=st.floats(-10, 0),
    min_length=st.integers(1, 3),
    merge_gap=st.integers(0, 6),
)
def test_no_event_contains_a_sample_without_a_score(
    scores, offset, min_length, merge_gap
):
    rule = {"min_length": min_length, "merge_gap": merge_gap}
    found = find_events(scores, offset=offset, **rule)
    for event in found:
        inside = scores[event.start : event.stop]
        assert not np.isnan(inside).any()
        usual = usual_score(scores)
        expected = severity(inside.min(), offset=offset, normal=usual)
        assert event.severity == expected
    # What lies between two samples without a score is a series of its own.
    ends = [-1, *np.flatnonzero(np.isnan(scores)), len(scores)]
    parts = [
        (event.start + last + 1, event.stop + last + 1)
        for last, end in pairwise(ends)
        for event in find_events(scores[last + 1 : end], offset=offset, **rule)
    ]
    assert spans(found) == parts


def test_a_sample_without_a_score_is_not_bridged():
    scores = [-5.0, np.nan, -5.0, 0.0, -5.0]
    errors = [[5, 0], [np.nan, np.nan], [5, 0], [0, 0], [0, 5]]
    events = find_events(scores, offset=-2, merge_gap=1, channel_errors=errors)
    assert spans(events) == [(0, 1), (2, 5)]
    assert [event.channel for event in events] == [0, 0]


def test_a_score_is_judged_by_what_it_is_compared_with():
    assert is_below([-2.0, -1.0, np.nan, -np.inf], -1.0).tolist() == [1, 0, 0, 1]
    # As single precision, these two are equal.
    assert is_below(np.float32([-0.1]), -0.1).tolist() == [True]
    assert is_below([], 0.0).dtype == bool


@given(y=labels)
@pytest.mark.parametrize(
    "written_as",
    [
        lambda y: y.tolist(),
        lambda y: y.astype(float),
        lambda y: y.astype(np.float32)[:, None],
        lambda y: y.astype(object),
        lambda y: y == -1,
        lambda y: (y == -1).tolist(),
        lambda y: (y == -1).astype(object),
        lambda y: pd.Series(y == -1, dtype="boolean"),
        lambda y: pd.Series(y, dtype="Int64"),
        lambda y: pd.DataFrame({"label": y}),
    ],
)
def test_labels_are_read_however_they_are_written(written_as, y):
    anomalous = read_labels(written_as(y))
    assert anomalous.dtype == bool
    assert anomalous.tolist() == (y == -1).tolist()


@given(y=labels.filter(lambda y: (y == 1).any()))
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, float, object])
def test_labels_of_zero_and_one_mark_anomalies_by_one(dtype, y):
    assert read_labels((y == -1).astype(dtype)).tolist() == (y == -1).tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([0, 1, 2], "truth must hold 0 and 1 .*; it holds 0, 1, 2."),
        ([0, 1, -1], "it holds 0, 1, -1."),
        ([0.0, np.nan], "it holds 0.0, nan."),
        ([0.5, 1.0, 1.0], "it holds 0.5, 1.0."),
        (["no", "yes", "no"], "it holds no, yes."),
        ([True, None], "it holds True, None."),
        (pd.Series([True, pd.NA], dtype="boolean"), "it holds True, <NA>."),
        (range(9), "it holds 0, 1, 2, 3, 4, 5, ..."),
        ([[0, 1], [1, 0]], r"truth must be one value per sample, .* \(2, 2\)"),
    ],
)
def test_what_came_instead_of_labels_is_listed(wrong, message):
    with pytest.raises(ValueError, match=message):
        read_labels(wrong, name="truth")


@given(
    scores=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40).map(np.array),
    offset=st.floats(-1e9, 1e9),
    normal=st.floats(-1e9, 1e9),
)
def test_severity_is_one_at_the_threshold_and_ranks_as_scores_do(
    scores, offset, normal
):
    found = severity(scores, offset=offset, normal=normal)
    at_threshold = 1 if offset < normal else 0
    assert severity(offset, offset=offset, normal=normal) == at_threshold
    assert (found[scores < offset] >= 1).all()
    assert (found[scores >= offset] <= at_threshold).all()
    assert (np.diff(found[np.argsort(-scores)]) >= 0).all()
    if offset < normal:
        assert severity(normal, offset=offset, normal=normal) == 0


def test_severity_does_not_depend_on_origin_and_unit_of_the_scores():
    scores = np.array([-1.0, -2.0, -5.0, np.nan])
    expected = severity(scores, offset=-3, normal=-1)
    assert expected[:3].tolist() == [0, 0.5, 2]
    assert np.isnan(expected[3])
    found = severity(8 * scores + 64, offset=40, normal=56)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("normal", [-2.0, -3.0])
def test_severity_is_defined_where_the_threshold_is_not_beyond_the_usual(normal):
    found = severity([0.0, -2.0, -5.0], offset=-2.0, normal=normal)
    assert found.tolist() == [-2, 0, 4]


def test_normal_samples_are_not_severe_where_the_threshold_is_zero():
    scores = np.array([0.0, 0.0, -0.5, 0.0, -2.0, np.nan])
    found = severity(scores, offset=0.0, normal=0.0)
    np.testing.assert_array_equal(found, [0, 0, 1.5, 0, 3, np.nan])
    worst, second = find_events(scores, offset=0.0, normal=0.0)[::-1]
    assert (worst.severity, second.severity) == (3, 1.5)


def test_shifted_event_has_other_places_alone():
    scores = [0, -5, -9, 0]
    (event,) = find_events(scores, offset=-1.0, normal=0.0, index=list("abcd"))
    (expected,) = find_events([0] * 7 + scores, offset=-1.0, normal=0.0)
    times = {name: getattr(event, name) for name in ("start_time", "stop_time")}
    times["peak_time"] = event.peak_time
    assert event.shifted(7) == replace(expected, **times)
    plain = Event(start=3, stop=5, length=2, peak=4)
    assert plain.shifted(10) == Event(start=13, stop=15, length=2, peak=14)


@given(
    scores=st.lists(st.integers(-9, -1), min_size=1, max_size=40),
    cut=st.integers(0, 40),
    min_length=st.integers(1, 4),
    merge_gap=st.integers(0, 4),
)
def test_events_of_two_parts_are_joined_to_those_of_the_whole(
    scores, cut, min_length, merge_gap
):
    scores, cut = np.array(scores, dtype=float), min(cut, len(scores))
    how = {"offset": -4.0, "normal": -1.0}
    rule = {"min_length": min_length, "merge_gap": merge_gap}
    names = ("start", "stop", "peak", "span_start", "span_stop")
    parts = find_events(scores[:cut], **how)
    parts += [
        replace(event, **{name: getattr(event, name) + cut for name in names})
        for event in find_events(scores[cut:], **how)
    ]
    assert join_events(parts, **rule) == find_events(scores, **how, **rule)
