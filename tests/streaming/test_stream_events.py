"""A stream closes the events that are found in the whole series."""

from dataclasses import astuple, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings, strategies as st
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline

from skanomaly import (
    EnsembleDetector,
    EventRule,
    StreamScorer,
    ThresholdDetector,
    detect,
    make_detector,
    save_model,
)
from skanomaly.detection import may_expect
from tests.persistence.common import fitted, series
from tests.streaming.stream_models import split, with_edges

RULES = st.builds(
    EventRule,
    min_length=st.integers(1, 4),
    merge_gap=st.integers(0, 12),
    localize=st.booleans(),
    direction=st.sampled_from(["both", "up", "down"]),
    min_deviation=st.sampled_from([0, 0.2, "50%"]),
    k_of_n=st.sampled_from([(1, 1), (1, 4), (3, 5), (2, 2)]),
    ignore=st.sampled_from([(), ((70, 90), (120, 125))]),
)


def spoiled(seed, n=200, n_channels=2):
    """Return a series with some anomalies of any length, none in its first window."""
    rng, X = np.random.default_rng(seed), series(n, n_channels, seed)
    for start in rng.integers(60, n, 4):
        part = slice(start, start + int(rng.integers(1, 25)))
        X[part, rng.integers(n_channels)] += rng.choice([-2, -0.4, 0.6, 3])
    return X


def streamed(stream, X, seed):
    """Return all updates of a stream."""
    updates = [stream.observe(block) for block in split(X, seed=seed, largest=40)]
    return [*updates, stream.flush()]


def events_of(updates, first=60):
    found = [event for update in updates for event in update.closed]
    return [event for event in found if event.start >= first]


def assert_equal(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.channel == other.channel
        numbers = [
            np.array([astuple(replace(each, channel=0))], dtype=float)
            for each in (one, other)
        ]
        np.testing.assert_allclose(*numbers, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "online"),
    [("pca", False), ("pca", True), ("isolation_forest", False), ("ensemble", False)],
)
@given(rule=RULES, seed=st.integers(0, 10_000))
@example(rule=EventRule(), seed=0)
@settings(max_examples=12, phases=(Phase.explicit, Phase.generate))
def test_closed_events_are_those_of_the_whole_series(name, online, rule, seed):
    model, X = with_edges(name, online=online), spoiled(seed)
    if name == "isolation_forest":  # which expects nothing
        rule = replace(rule, direction="both", min_deviation=0)
    whole = detect(model, X, threshold="fit", events=rule)
    stream = StreamScorer(model, events=rule, usual_error=whole.usual_error)
    updates = streamed(stream, X, seed)
    # The first samples of the whole series are scored with padding.
    first = 60
    expected = [event for event in whole.events if event.start >= first]
    assert_equal(events_of(updates), expected)
    labels = np.concatenate([update.labels for update in updates])[stream.delay_ :]
    if rule.k_of_n == (1, 1):
        np.testing.assert_array_equal(labels[first:], model.predict(X)[first:])
    # An alarm opens at the first label of -1 that is not merged with one before it.
    alarms = np.flatnonzero(labels == -1)
    is_first = np.diff(alarms, prepend=-np.inf) > rule.merge_gap + 1
    opened = [place for update in updates for place in update.opened]
    assert opened == alarms[is_first].tolist()


def test_an_alarm_opens_at_once_and_closes_when_nothing_can_be_merged():
    X, model = series(120), fitted("pca", online=True)
    X[80:86] += 3
    stream = StreamScorer(
        model, events=EventRule(merge_gap=5), usual_error=1e-3, offset=-1.0
    )
    updates = [stream.observe(x) for x in X[:, np.newaxis]]
    opened = [i for i, update in enumerate(updates) if update.opened]
    closed = [i for i, update in enumerate(updates) if update.closed]
    assert opened == [80]
    assert updates[80].opened == (80,)
    ((event,),) = [updates[i].closed for i in closed]
    assert event.start == 80
    assert closed[0] - event.span_stop == 5
    assert all((update.labels == -1).all() for update in updates[80 : event.span_stop])


def test_events_are_whole_runs_without_a_usual_error():
    X, model = spoiled(1), fitted("pca")
    updates = streamed(StreamScorer(model), X, 0)
    whole = detect(model, X, threshold="fit", events=EventRule(localize=False))
    assert_equal(events_of(updates), [e for e in whole.events if e.start >= 60])
    assert all((e.start, e.stop) == (e.span_start, e.span_stop) for e in whole.events)


@pytest.mark.parametrize("k_of_n", [(1, 1), (2, 3)])
def test_a_stream_with_an_open_alarm_goes_on_from_bytes(k_of_n):
    X, model = series(130), with_edges("pca")
    X[60:80] += 3
    rule = EventRule(k_of_n=k_of_n)
    whole = detect(model, X, threshold=1.0, events=rule)
    options = {"events": rule, "offset": -1.0, "usual_error": whole.usual_error}
    first, second = StreamScorer(model, **options), StreamScorer(model, **options)
    updates = [first.observe(X[:75])]
    assert updates[0].opened
    assert not updates[0].closed
    second.from_bytes(first.to_bytes())
    updates += [second.observe(X[75:]), second.flush()]
    assert_equal(events_of(updates, 40), [e for e in whole.events if e.start >= 40])


def test_an_alarm_that_does_not_end_is_reported_in_parts():
    X, model = series(400), fitted("pca")
    stream = StreamScorer(model, max_open=50, offset=np.inf)
    updates = [stream.observe(X[i : i + 4]) for i in range(0, 400, 4)]
    quiet = StreamScorer(model, offset=-np.inf)
    quiet.observe(X)
    assert len(stream.to_bytes()) < len(quiet.to_bytes()) + 4096
    events = events_of([*updates, stream.flush()], 0)
    assert max(event.length for event in events) < 54
    assert all(one.stop == other.start for one, other in pairwise(events))
    assert (events[0].start, events[-1].stop) == (8, 400)


def test_an_alarm_that_is_closed_does_not_change_labels():
    X, model, rule = series(120), fitted("pca"), EventRule(k_of_n=(3, 5))
    whole, parts = (
        streamed(StreamScorer(model, max_open=n, offset=np.inf, events=rule), X, 0)
        for n in (1000, 10)
    )
    labels = [np.concatenate([one.labels for one in each]) for each in (whole, parts)]
    np.testing.assert_array_equal(*labels)
    (event,), events = events_of(whole, 0), events_of(parts, 0)
    assert len(events) > 1
    assert all(one.stop == other.start for one, other in pairwise(events))
    assert (events[0].start, events[-1].stop) == (event.start, event.stop)


def test_alarms_must_stay_open_until_they_are_long_enough():
    X, model = series(100), fitted("pca")
    rule = EventRule(min_length=12)
    stream = StreamScorer(model, events=rule, max_open=12, offset=np.inf)
    assert events_of(streamed(stream, X, 0), 0)
    for each in (rule, EventRule(min_length="12s")):
        with pytest.raises(ValueError, match=r"min_length=12 is more than max_open=11"):
            StreamScorer(model, events=each, max_open=11, step=timedelta(seconds=1))


def test_an_offset_of_ones_own_decides():
    X, model = series(100), fitted("pca")
    update = StreamScorer(model, offset=np.inf).observe(X)
    known = ~np.isnan(update.scores)
    assert (update.labels == np.where(known, -1, 1)).all()
    assert StreamScorer(model, offset=-np.inf).observe(X).opened == ()


def test_durations_need_a_step():
    rule, model = EventRule(min_length="30s", merge_gap="25s"), fitted("pca")
    with pytest.raises(ValueError, match=r"'30s' is a duration.*step="):
        StreamScorer(model, events=rule)
    X, step = spoiled(3), timedelta(seconds=10)
    with_step = streamed(StreamScorer(model, events=rule, step=step), X, 0)
    in_samples = EventRule(min_length=3, merge_gap=2)
    expected = streamed(StreamScorer(model, events=in_samples), X, 0)
    assert_equal(events_of(with_step), events_of(expected))


def test_rules_that_a_stream_cannot_follow_are_refused():
    with pytest.raises(ValueError, match="samples of a stream are only numbered"):
        StreamScorer(fitted("pca"), events=EventRule(ignore=[("2024", "2025")]))
    with pytest.raises(ValueError, match="IsolationForest does not have"):
        StreamScorer(fitted("isolation_forest"), events=EventRule(direction="up"))
    with pytest.raises(ValueError, match="max_open must be an integer of at least 1"):
        StreamScorer(fitted("pca"), max_open=0)


def test_members_behind_a_threshold_have_expected_values():
    member = ThresholdDetector(make_detector("pca", window=9))
    model = EnsembleDetector([("pca", member)], threshold="auto").fit(series(200))
    assert StreamScorer(model, events=EventRule(direction="up"), usual_error=1.0)
    assert may_expect(clone(model))


def test_the_definition_of_an_event_comes_with_the_file(tmp_path):
    X, rule = spoiled(4), EventRule(min_length=3, merge_gap=4)
    path = save_model(fitted("pca"), tmp_path / "m", events=rule)
    expected = streamed(StreamScorer(fitted("pca"), events=rule), X, 0)
    assert_equal(events_of(streamed(StreamScorer(path), X, 0)), events_of(expected))


def test_a_detector_without_an_offset_needs_one():
    class Distance(IsolationForest):
        offset_ = property(lambda self: None, lambda self, value: None)

    model = make_pipeline(Distance(n_estimators=2)).fit(series(30))
    with pytest.raises(ValueError, match="Distance has no offset_. Pass offset="):
        StreamScorer(model)
    assert StreamScorer(model, offset=-0.5).update(series(4)).shape == (4,)
