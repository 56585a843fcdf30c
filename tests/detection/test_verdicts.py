"""Thresholds that follow verdicts on events."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from skanomaly import Event, detect, make_detector
from skanomaly.events import Gaps
from tests.detection.common import detection_of
from tests.detectors.common import wave

N_SAMPLES = 60
PLACES = range(5, N_SAMPLES, 10)


def found_with(errors, offset=-1.0):
    """A detection with an event of three samples for each error."""
    scores = np.full(N_SAMPLES, -0.1)
    for place, error in zip(PLACES, errors, strict=False):
        scores[place : place + 3] = -error / 2
        scores[place + 1] = -error
    return detection_of(scores, np.zeros(N_SAMPLES), offset=offset)


def starts_of(detection):
    return [event.start // 10 for event in detection.events]


def after(detection, verdicts):
    for verdict, event in verdicts:
        detection = getattr(detection, verdict)(event)
    return detection


def test_what_is_no_more_abnormal_than_a_dismissed_event_is_no_event():
    found = found_with([4.0, 9.0, 5.0, 4.0])
    judged = found.dismiss(found.events[0])
    assert judged.offset == -4
    assert judged.threshold_source == "feedback"
    assert starts_of(judged) == [1, 2]
    assert judged.ignored == ((5, 8),)
    assert starts_of(found) == [0, 1, 2, 3]  # as it was


def test_confirmed_events_stay_and_what_was_dismissed_is_gone():
    found = found_with([4.0, 9.0, 5.0])
    weak, strong, other = found.events
    judged = found.confirm(weak).dismiss(strong)
    assert starts_of(judged) == [0, 2]
    assert judged.offset == found.offset  # no threshold is between them
    assert (judged.labels[15:18] == 1).all()
    kept = found.confirm(other)
    assert kept.offset == found.offset
    assert kept.threshold_source == found.threshold_source


def test_the_later_one_of_two_verdicts_on_an_event_counts():
    found = found_with([4.0, 9.0, 5.0])
    event = found.events[0]
    changed = found.dismiss(event).confirm(event)
    assert changed.verdicts == found.confirm(event).verdicts
    assert changed.events == found.events
    assert changed.ignored == ()
    back = changed.dismiss(event)
    assert back.verdicts == found.dismiss(event).verdicts
    assert back.events == found.dismiss(event).events


@pytest.mark.parametrize("offset", [-3.0, -8.0])
def test_an_offset_that_was_set_stays(offset):
    found = found_with([4.0, 9.0, 5.0])
    chosen = replace(found.dismiss(found.events[0]), offset=offset)
    assert chosen.confirm(found.events[1]).offset == offset
    assert chosen.events == chosen.confirm(found.events[1]).events


def test_nothing_of_the_run_of_a_dismissed_event_becomes_an_event():
    scores, own = -np.ones(N_SAMPLES), np.full((N_SAMPLES, 1), 0.1)
    scores[20:40], scores[22], own[30:33] = -5, -8, 20
    found = detection_of(
        scores, np.zeros(N_SAMPLES), offset=-3.0, own_errors=own, gaps=Gaps(3, 3)
    )
    (event,) = found.events
    assert (event.start, event.stop) == (30, 33)
    assert found.dismiss(event).events == ()
    assert found.dismiss(event).offset == -8


@given(
    errors=st.lists(st.sampled_from([2.0, 3.0, 4.0, 7.0]), min_size=3, max_size=3),
    words=st.lists(st.sampled_from(["confirm", "dismiss"]), min_size=3, max_size=3),
)
def test_the_order_of_verdicts_does_not_matter(errors, words):
    found = found_with(errors)
    verdicts = list(zip(words, found.events, strict=True))
    ends = [after(found, order) for order in permutations(verdicts)]
    assert len({end.offset for end in ends}) == 1
    assert len({end.events for end in ends}) == 1
    confirmed = {e.start // 10 for word, e in verdicts if word == "confirm"}
    assert set(starts_of(ends[0])) >= confirmed
    assert not {e.start // 10 for w, e in verdicts if w == "dismiss"} & set(
        starts_of(ends[0])
    )


@given(errors=st.lists(st.floats(1.5, 9), min_size=4, max_size=6))
def test_dismissals_only_raise_the_threshold(errors):
    judged = found = found_with(errors)
    for event in found.events:
        after_one = judged.dismiss(event)
        assert after_one.offset <= judged.offset
        assert set(starts_of(after_one)) < {*starts_of(judged), -1}
        judged = after_one
    assert judged.events == ()


@pytest.mark.parametrize("verdict", ["confirm", "dismiss"])
@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(50, 70, 20, 55), "does not lie within the 60 samples"),
        (Event(5, 5, 0, 5), "does not lie within"),
        (Event(0, 3, 3, 1), "has no score"),
    ],
)
def test_events_of_other_series_are_refused(verdict, event, words):
    found = found_with([4.0])
    scores = found.scores.copy()
    scores[:3] = np.nan
    found = detection_of(scores, np.zeros(N_SAMPLES), offset=-1.0)
    with pytest.raises(ValueError, match=words):
        getattr(found, verdict)(event)


def test_a_dismissed_shape_becomes_normal_and_others_do_not():
    X = wave(1600, noise=0.05)
    plateau, ramp = np.full((20, 1), 1.5), np.linspace(-2, 2, 20)[:, np.newaxis]
    for start, shape in ((900, plateau), (1100, ramp), (1300, plateau)):
        X[start : start + 20] = shape + 0.02 * wave(20, noise=1.0, seed=start)

    def found():
        detection = detect(pipe, X, n_train=800, threshold="fit")
        return {(event.start + 50) // 100 * 100 for event in detection.events}

    pipe = make_detector("nearest_window").fit(X[:800])
    offset = pipe[-1].offset_
    assert found() == {900, 1100, 1300}
    first = detect(pipe, X, n_train=800, threshold="fit").events[0]
    pipe[-1].add_references(pipe[:-1].transform(X)[first.start : first.stop])
    assert found() == {1100}
    assert pipe[-1].offset_ == offset
