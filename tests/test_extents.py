"""Events begin and end where the anomaly does."""

from itertools import pairwise

import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from skanomaly.events import extents


def test_an_event_is_cut_back_to_its_large_errors():
    own = np.full(100, 0.1)
    own[40:45] = [5, 9, 10, 9, 5]
    assert extents([(20, 70)], own, usual=0.3, gap=5) == [(40, 45, 20, 70)]


def test_what_smoothing_merged_comes_apart_and_near_parts_do_not():
    own = np.full(100, 0.1)
    own[[30, 34, 60]] = 10
    found = extents([(20, 70)], own, usual=0.3, gap=5)
    assert found == [(30, 35, 20, 70), (60, 61, 20, 70)]


def test_an_event_of_the_shape_of_the_whole_keeps_its_span():
    own = np.full(100, 0.1)
    assert extents([(20, 70)], own, usual=0.3, gap=5) == [(20, 70, 20, 70)]


@given(
    hnp.arrays(np.float64, 60, elements=st.floats(0, 1e6)),
    st.floats(0, 10),
    st.integers(0, 20),
)
def test_extents_lie_within_their_spans_and_hold_the_largest_error(own, usual, gap):
    spans = [(3, 20), (25, 26), (30, 60)]
    found = extents(spans, own, usual=usual, gap=gap)
    for span in spans:
        parts = [one for one in found if one[2:] == span]
        assert parts
        peak = span[0] + own[slice(*span)].argmax()
        assert any(one.start <= peak < one.stop for one in parts)
        for one, later in pairwise(parts):
            assert later.start - one.stop > gap
        assert all(span[0] <= one.start < one.stop <= span[1] for one in parts)
