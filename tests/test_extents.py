"""Events begin and end where the anomaly does."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from skanomaly import detect, make_detector
from skanomaly.detection import gaps_of
from skanomaly.events import Gaps, extents, find_events


def test_an_event_is_cut_back_to_its_large_errors():
    own = np.full(100, 0.1)
    own[40:45] = [5, 9, 10, 9, 5]
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5))
    assert found == [(40, 45, 20, 70)]


def test_what_smoothing_merged_comes_apart_and_near_parts_do_not():
    own = np.full(100, 0.1)
    own[[30, 34, 60]] = 10
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5))
    assert found == [(30, 35, 20, 70), (60, 61, 20, 70)]


@pytest.mark.parametrize("own", [0.1, 0.8, 10.0])
def test_an_event_of_the_shape_of_the_whole_keeps_its_span(own):
    errors = np.full(100, 20.0)  # an average does not exceed all of its parts
    own = np.where(np.arange(100) == 30, own, 0.1)
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5), errors=errors)
    assert found == [(20, 70, 20, 70)]


def test_a_part_that_is_hardly_unusual_is_none():
    own = np.full(100, 0.1)
    own[30], own[60] = 10, 0.85  # more than the share of the largest, but not strong
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5))
    assert found == [(30, 31, 20, 70)]


def test_a_part_reaches_as_far_as_errors_are_larger_than_usual():
    own = np.full(100, 0.1)
    own[38:47] = [0.5, 0.7, 5, 10, 9, 0.2, 0.6, 0.5, 0.35]
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5))
    assert found == [(38, 46, 20, 70)]


def test_errors_that_the_largest_dwarfs_are_no_part_of_their_own():
    own = np.full(100, 0.1)
    own[30], own[50:55], own[60] = 4, [3, 200, 200, 9, 4], 20
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(1, 25))
    assert found == [(51, 61, 20, 70)]


def test_small_errors_far_from_the_strong_ones_are_in_no_part():
    own = np.full(100, 0.1)
    own[[28, 35, 42, 54, 61]] = 0.8  # larger than usual, but not strong
    own[[44, 48]] = 10
    found = extents([(20, 70)], own, usual=0.3, gaps=Gaps(2, 10))
    assert found == [(42, 49, 20, 70)]


def test_samples_without_own_errors_are_in_no_part():
    own = np.full(100, np.nan)
    assert extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5)) == [(20, 70, 20, 70)]
    own[30] = 10
    assert extents([(20, 70)], own, usual=0.3, gaps=Gaps(5, 5)) == [(30, 31, 20, 70)]


def test_events_know_the_spans_that_they_were_found_in():
    own = np.full(100, 0.1)
    own[[12, 40, 44]] = 10
    scores = np.zeros(100)
    scores[10:20], scores[35:60] = -5, -6
    spans = [(10, 20), (35, 60)]
    parts = extents(spans, own, usual=0.3, gaps=Gaps(1, 1))

    def found(merge_gap):
        events = find_events(scores, offset=-4, extents=parts, merge_gap=merge_gap)
        return [(e.start, e.stop, e.span_start, e.span_stop) for e in events]

    assert found(0) == [(12, 13, 10, 20), (40, 41, 35, 60), (44, 45, 35, 60)]
    assert found(3) == [(12, 13, 10, 20), (40, 45, 35, 60)]
    assert found(50) == [(12, 45, 10, 60)]


@given(
    hnp.arrays(np.float64, 60, elements=st.floats(0, 1e6)),
    st.floats(0, 10),
    st.lists(st.integers(0, 20), min_size=2, max_size=2).map(sorted),
    st.floats(0, 1e6),
)
def test_extents_lie_within_their_spans_and_hold_the_largest_error(
    own, usual, gaps, error
):
    spans = [(3, 20), (25, 26), (30, 60)]
    errors = np.full(60, error)
    found = extents(spans, own, usual=usual, gaps=Gaps(*gaps), errors=errors)
    for span in spans:
        parts = [one for one in found if one[2:] == span]
        assert parts
        peak = span[0] + own[slice(*span)].argmax()
        assert any(one.start <= peak < one.stop for one in parts)
        for one, later in pairwise(parts):
            assert later.start - one.stop > gaps[1]
        assert all(span[0] <= one.start < one.stop <= span[1] for one in parts)


@pytest.mark.parametrize(
    ("own", "usual"),
    [([0.1, np.inf, 0.1, 0.1], 0.2), ([0.1, 9.0, 0.1, 0.1], np.nan)],
)
def test_errors_that_are_no_numbers_lead_to_no_failure(own, usual):
    found = extents([(0, 4)], np.array(own), usual=usual, gaps=Gaps(1, 1))
    assert all(0 <= one.start < one.stop <= 4 for one in found)


@pytest.mark.parametrize(
    ("params", "gaps"),
    [
        ({"windows": (16, 64)}, (2, 21)),
        ({"windows": (16, 64), "online": True}, (1, 64)),
    ],
)
def test_gaps_within_a_part_are_those_of_the_shortest_window(params, gaps):
    """Rows hold all windows around their sample, which are 31 and 127 samples."""
    X = np.random.default_rng(0).normal(size=(800, 1))
    pipe = make_detector("ensemble", members="pca", random_state=0, **params).fit(X)
    assert gaps_of(pipe) == gaps


def test_online_an_anomaly_is_one_event():
    """Windows that end later see it when it is over, which raises errors again."""
    X = np.sin(np.arange(2000) / 8)[:, None]
    X = X + 0.1 * np.random.default_rng(0).normal(size=X.shape)
    X[1500:1505] += 3
    pipe = make_detector("ensemble", online=True, random_state=0).fit(X[:1000])
    (event,) = detect(pipe, X, n_train=1000).events
    assert event.start == 1500
