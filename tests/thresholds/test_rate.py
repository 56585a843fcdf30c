"""Thresholds for a number of false events, which are runs and not samples."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from scipy.signal import lfilter

from skanomaly import find_events
from skanomaly.thresholds import ErrorTail, RateThreshold
from skanomaly.thresholds._tail import _extremal_index, _peaks

errors_1d = hnp.arrays(
    np.float64, st.integers(1, 200), elements=st.floats(0, 1e6, allow_subnormal=False)
)


def smoothed(n_samples, seed):
    """Return errors as of overlapping windows: exceedances come in runs."""
    noise = np.random.default_rng(seed).normal(size=n_samples + 99) ** 2
    return np.convolve(noise, np.hanning(100) / 50, mode="valid")


def rough(n_samples, seed):
    """Return errors that cross a threshold several times when they are near it."""
    noise = np.random.default_rng(seed).normal(size=n_samples + 500)
    return np.abs(lfilter([1], [1, -0.98], noise)[500:])


def independent(n_samples, seed):
    return np.random.default_rng(seed).gamma(2, size=n_samples)


KINDS = pytest.mark.parametrize("made", [smoothed, rough, independent])


def n_runs(errors, threshold):
    return len(find_events(-errors, offset=-threshold))


@KINDS
@pytest.mark.parametrize(
    ("n_fit", "rate"), [(30_000, 1e-4), (3_000, 1e-3), (800, 1e-3)]
)
def test_normal_series_have_as_many_events_as_asked_for(made, n_fit, rate):
    """Within a factor of two in the mean, over series, also where extrapolated."""
    counts = []
    for seed in range(20):
        errors = made(n_fit + 100_000, seed)
        threshold = ErrorTail.of(errors[:n_fit]).threshold(rate)
        counts.append(n_runs(errors[n_fit:], threshold))
    assert 0.5 <= np.mean(counts) / (rate * 100_000) <= 2


def test_runs_are_counted_and_not_samples():
    errors = smoothed(100_000, 0)
    threshold = ErrorTail.of(errors).threshold(1e-3)
    assert n_runs(errors, threshold) == pytest.approx(100, rel=0.1)
    assert np.sum(errors > threshold) > 1000


@KINDS
@given(seed=st.integers(0, 99))
def test_below_the_tail_runs_are_those_that_occurred(made, seed):
    errors = made(800, seed)
    tail = ErrorTail.of(errors)
    counted = [n_runs(errors, level) for level in tail.errors]
    assert tail.n_runs == tuple(max(counted[i:]) for i in range(len(counted)))
    for level, n in zip(tail.errors, tail.n_runs, strict=True):
        assert tail.rate(level) == pytest.approx(n / 800)
    assert tail.median == np.median(errors)


@KINDS
@given(seed=st.integers(0, 99), rate=st.floats(1e-6, 1e-3))
def test_the_threshold_for_a_rate_has_that_rate(made, seed, rate):
    tail = ErrorTail.of(made(5000, seed))
    assert tail.rate(tail.threshold(rate)) == pytest.approx(rate)


@given(errors=errors_1d)
def test_a_higher_threshold_is_not_exceeded_more_often(errors):
    tail = ErrorTail.of(errors)
    levels = np.linspace(errors.min(), 2 * errors.max() + 1, 50)
    rates = [tail.rate(level) for level in levels]
    assert (np.diff(rates) <= 0).all()
    thresholds = [tail.threshold(rate) for rate in (0.5, 0.1, 1e-2, 1e-4)]
    assert np.isfinite(thresholds).all()
    assert thresholds == sorted(thresholds)
    assert thresholds[0] >= tail.median


@given(seed=st.integers(0, 99), exponent=st.integers(-20, 20), origin=st.floats(-9, 9))
def test_threshold_has_the_unit_and_origin_of_the_errors(seed, exponent, origin):
    errors = smoothed(2000, seed)
    expected = ErrorTail.of(errors).threshold(1e-4) * 2.0**exponent + origin
    found = ErrorTail.of(errors * 2.0**exponent + origin).threshold(1e-4)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0, 1e300])
def test_equal_errors_are_normal(value):
    tail = ErrorTail.of(np.full(500, value))
    assert tail.threshold(1e-4) == tail.median == value
    assert tail.rate(value) == tail.rate(value + 1) == 0


def test_what_is_not_finite_is_left_out():
    errors = smoothed(500, 0)
    assert ErrorTail.of(np.r_[np.nan, errors, np.inf]) == ErrorTail.of(errors)
    with pytest.raises(ValueError, match="no finite number"):
        ErrorTail.of([np.nan])


def test_a_cluster_has_one_peak():
    errors = np.zeros(1000)
    for start in (100, 400, 480, 800):
        errors[start : start + 20 : 2] = np.arange(10) + start
    assert _peaks(errors, 50.0).tolist() == [109, 409, 489, 809]
    assert _peaks(errors, 1e9).size == 0
    assert _peaks(np.array([0.0, 5, 6, 0]), 1.0).tolist() == [6]


def test_independent_exceedances_are_clusters_by_themselves():
    at = np.flatnonzero(np.random.default_rng(0).random(20_000) < 0.02)
    assert _extremal_index(np.diff(at)) == pytest.approx(1, abs=0.1)
    twice = np.sort(np.r_[at, at + 1])
    assert _extremal_index(np.diff(np.unique(twice))) == pytest.approx(0.5, abs=0.05)


def test_few_scores_are_warned_of():
    scores = -smoothed(2000, 0)
    rule = RateThreshold(rate=1 / 1000)
    with pytest.warns(UserWarning, match=r"in 1,000.*2,000 scores.*least 3,000"):
        rule.fit(scores)
    rule.fit(-smoothed(3000, 0))
    assert rule.predict([-1e6, -1.0]).tolist() == [-1, 1]


@pytest.mark.parametrize("rate", [0, 1, -1e-3, "1/week"])
def test_a_rate_is_a_part_of_the_samples(rate):
    with pytest.raises(ValueError, match="parameter of RateThreshold"):
        RateThreshold(rate=rate).fit([-1.0])
