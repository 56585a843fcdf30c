import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import genpareto

from skanomaly.thresholds import POTThreshold
from skanomaly.thresholds._pot import _fit_pareto


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.3, 0.8])
def test_fit_agrees_with_scipy(shape):
    sample = genpareto.rvs(shape, scale=5, size=3000, random_state=1)
    expected_shape, _, expected_scale = genpareto.fit(sample, floc=0)
    found = _fit_pareto(sample)
    assert found == pytest.approx((expected_shape, expected_scale), abs=1e-3)


@pytest.mark.parametrize("shape", [-0.3, 0.0, 0.3])
def test_threshold_approaches_the_true_quantile(shape):
    errors = genpareto.rvs(shape, size=50_000, random_state=0)
    threshold = -POTThreshold(risk=1e-4).fit(-errors).offset_
    truth = genpareto.isf(1e-4, shape)
    assert threshold == pytest.approx(truth, rel=0.2)


@given(
    errors=hnp.arrays(np.float64, st.integers(1, 200), elements=st.floats(0, 1e9)),
    risk=st.floats(1e-9, 0.5),
    level=st.floats(0, 0.999),
)
def test_threshold_is_finite_and_never_below_the_level(errors, risk, level):
    threshold = -POTThreshold(risk=risk, level=level).fit(-errors).offset_
    assert np.isfinite(threshold)
    assert threshold >= np.quantile(errors, level)


@given(st.lists(st.floats(0, 1e6), min_size=30, max_size=200), st.floats(0.1, 0.9))
def test_a_smaller_risk_never_lowers_the_threshold(errors, level):
    scores = -np.array(errors)
    rules = [POTThreshold(risk, level).fit(scores) for risk in (0.5, 0.1, 1e-3, 1e-6)]
    offsets = [rule.offset_ for rule in rules]
    assert offsets == sorted(offsets, reverse=True)


@pytest.mark.parametrize(
    "excesses",
    [
        np.full(20, 3.0),
        np.full(20, 1e300),
        np.exp(50 * np.random.default_rng(0).normal(size=100)),
        genpareto.rvs(3.0, size=1000, random_state=0),
    ],
    ids=["equal", "huge", "many orders", "no mean"],
)
def test_awkward_tails_keep_the_shape_in_bounds(excesses):
    shape, scale = _fit_pareto(excesses)
    assert -0.5 <= shape <= 1.0
    assert 0 < scale < np.inf


def test_few_peaks_take_the_exponential():
    errors = np.r_[np.zeros(96), 1.0, 2.0, 3.0, 6.0]
    rule = POTThreshold(risk=0.01, level=0.9).fit(-errors)
    assert -rule.offset_ == pytest.approx(3.0 * np.log(4))
