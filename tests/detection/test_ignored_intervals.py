"""Intervals without an alarm."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from skanomaly import EventRule, detect, find_events, make_detector
from skanomaly.detection import as_mask, to_positions
from skanomaly.report import read_run
from tests.detection.common import detection_of
from tests.detectors.common import wave

HOURS = pd.date_range("2024-12-24", periods=100, freq="h")

intervals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda p: (p[0], sum(p))),
    max_size=4,
)


def outside_naively(event, ignored, anomalous):
    """Walk along an event; an ignored sample ends a part."""
    parts, part = [], []
    for i in range(event.start, event.stop + 1):
        if i == event.stop or any(a <= i < b for a, b in ignored):
            hits = [j for j in part if anomalous[j]]
            parts += [(hits[0], hits[-1] + 1)] if hits else []
            part = []
        else:
            part.append(i)
    return parts


@given(
    flags=st.lists(st.booleans(), min_size=50, max_size=50),
    ignored=intervals,
    min_length=st.integers(1, 5),
    merge_gap=st.integers(0, 5),
)
def test_events_are_cut_last_of_all(flags, ignored, min_length, merge_gap):
    rules = {"min_length": min_length, "merge_gap": merge_gap}
    whole = find_events(np.array(flags), **rules)
    found = find_events(np.array(flags), ignore=ignored, **rules)
    expected = [p for e in whole for p in outside_naively(e, ignored, flags)]
    assert [(e.start, e.stop) for e in found] == expected


def test_labels_follow_and_what_remains_has_its_own_peak():
    scores = -np.ones(20)
    scores[5:12] = [-5, -6, -9, -9, -5, -7, -5]
    found = detection_of(scores, np.zeros(20), offset=-4.0, ignore=[(7, 9), (15, 18)])
    assert [(e.start, e.stop, e.peak_score) for e in found.events] == [
        (5, 7, -6.0),
        (9, 12, -7.0),
    ]
    assert np.flatnonzero(found.labels == -1).tolist() == [5, 6, 9, 10, 11]
    assert not replace(found, rule=EventRule(ignore=[(0, 20)])).events


def test_what_remains_of_a_span_is_where_the_own_errors_are():
    scores, own = -np.ones(200), np.full((200, 1), 0.1)
    scores[10:50] = -5
    own[[20, 21, 40]] = 90.0
    found = detection_of(
        scores, np.zeros(200), offset=-4.0, own_errors=own, ignore=[(18, 30)]
    )
    assert [(e.start, e.stop) for e in found.events] == [(40, 41)]
    assert (found.events[0].span_start, found.events[0].span_stop) == (10, 50)


def test_times_and_numbers_are_half_open_and_clipped():
    zoned = HOURS.tz_localize("Europe/Berlin")
    for index in (HOURS, zoned, pd.Series(HOURS), list(HOURS)):
        asked = [("2024-12-24 02:00", "2024-12-24 04:00"), (98, 200), ("2020", "2021")]
        assert to_positions(asked, index, 100) == ((2, 4), (98, 100))
    in_utc = pd.Timestamp("2024-12-24 01:30", tz="UTC")  # 02:30 in Berlin
    assert to_positions([(in_utc, 9)], zoned, 100) == ((3, 9),)
    assert to_positions([(10.5, 12.0)], np.arange(10, 110), 100) == ((1, 2),)
    assert np.flatnonzero(as_mask([(2, 4), (3, 6)], 9)).tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("ignore", "words"),
    [
        ([(5, 5)], "interval from 5 to 5"),
        ([(5, 3)], "interval from 5 to 3"),
        ([(-1, 3)], "at least 0"),
        ([5], "5, which is not an interval"),
        ([(1, 2, 3)], "which is not an interval"),
        ("no", "'n', which is not an interval"),
    ],
)
def test_what_is_no_interval_is_refused(ignore, words):
    with pytest.raises(ValueError, match=words):
        EventRule(ignore=ignore)


@pytest.mark.parametrize(
    ("interval", "index", "words"),
    [
        (("2024-12-25", "2024-12-24"), HOURS, "ends before it starts"),
        (("soon", 5), HOURS, "ignore: 'soon' is not a time"),
        (("2024-12-24", 5), None, "samples are only numbered"),
        (("2024-12-24", 5), np.arange(100.0), "holds numbers"),
    ],
)
def test_what_is_no_time_of_the_series_is_refused_before_scoring(
    interval, index, words
):
    with pytest.raises(ValueError, match=words):
        # An estimator that was asked would not be fitted.
        detect(
            make_detector("pca", threshold="sigma:3"),
            np.zeros((100, 1)),
            index=index,
            events=EventRule(ignore=[interval]),
            threshold=1.0,
        )


def test_a_threshold_is_not_learned_from_what_is_ignored():
    X = wave(1200, noise=0.05)
    pipe = make_detector("pca").fit(X[:600])
    X[700:710] += 1
    # In the training part, though not when it was fitted, and too long for a rule to
    # see that it is not normal.
    X[200:320] += 3
    rule = EventRule(ignore=[(200, 320)])
    plain, ignoring = (
        detect(pipe, X, n_train=600, events=events, threshold="series")
        for events in (EventRule(), rule)
    )
    assert plain.offset < ignoring.offset
    assert plain.events == ()
    assert [e.peak // 10 for e in ignoring.events] == [70]
    assert plain.tail.n_samples == 600
    assert ignoring.tail.n_samples < 480
    assert ignoring.tail.median < plain.tail.median


def test_what_remains_of_an_alarm_has_an_abnormal_sample():
    scores = np.array([-1.0, -1, -9, -9, -1, -1, -1, -1])
    rule = {"k_of_n": (2, 4), "offset": -3.0}
    assert [(e.start, e.stop) for e in find_events(scores, **rule)] == [(3, 6)]
    assert find_events(scores, ignore=[(2, 4)], **rule) == []


def test_a_stored_run_keeps_what_is_ignored(tmp_path):
    scores = -np.ones(100)
    scores[20:30] = -9
    scores[50:55] = -7
    rule = {"ignore": [("2024-12-24 22:00", "2024-12-25 00:00"), (60, 62)]}
    found = detection_of(scores, np.zeros(100), offset=-4.0, index=HOURS, **rule)
    found = found.confirm(found.events[-1])
    found.write(tmp_path)
    again = read_run(tmp_path)
    assert again.events == found.events
    assert again.ignored == found.ignored == ((22, 24), (60, 62))
    assert again.verdicts.offset == found.verdicts.offset
    assert again.dismiss(again.events[0]).events == found.events[1:]
