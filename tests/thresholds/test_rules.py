import csv

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skanomaly.thresholds import (
    AutoThreshold,
    FixedThreshold,
    GapThreshold,
    IQRThreshold,
    JumpThreshold,
    MADThreshold,
    MaxThreshold,
    POTThreshold,
    QuantileThreshold,
    SigmaThreshold,
    auto_offset,
    inner_offset,
)

LEARNED = [
    GapThreshold(block=1),
    IQRThreshold(),
    JumpThreshold(),
    MADThreshold(),
    MaxThreshold(),
    POTThreshold(),
    QuantileThreshold(),
    SigmaThreshold(),
    AutoThreshold(),
]
ALL = [*LEARNED, FixedThreshold(1.0)]
learned = pytest.mark.parametrize("rule", LEARNED, ids=repr)
every = pytest.mark.parametrize("rule", ALL, ids=repr)

errors_1d = hnp.arrays(
    np.float64,
    st.integers(1, 80),
    elements=st.floats(0, 1e6, allow_subnormal=False),
)


@pytest.mark.parametrize(
    ("rule", "n_beyond"), [(SigmaThreshold(3), 32), (IQRThreshold(2.5), 40)], ids=repr
)
def test_exact_counts_on_real_data(data_dir, rule, n_beyond):
    with open(data_dir / "seeds/workshop/ec2_cpu_utilization_53ea38.csv") as file:
        values = np.array([float(row["value"]) for row in csv.DictReader(file)])
    assert np.sum(rule.fit(-values).predict(-values) == -1) == n_beyond


@learned
@given(value=st.floats(-1e12, 1e12), n=st.integers(1, 300))
def test_equal_scores_are_normal(rule, value, n):
    scores = np.full(n, value)
    assert (rule.fit(scores).predict(scores) == 1).all()
    assert (scores - rule.offset_ >= 0).all()


@learned
@pytest.mark.parametrize("value", [-0.0, 0.0, -1e-17, -0.1, -5e-324, -1e300])
def test_equal_scores_of_awkward_values_are_normal(rule, value):
    scores = np.full(1001, value)
    assert (rule.fit(scores).predict(scores) == 1).all()


@every
@given(errors=errors_1d)
def test_label_is_sign_of_decision(rule, errors):
    rule = clone(rule).fit(-errors)
    assert isinstance(rule.offset_, float)
    assert np.isfinite(rule.offset_)
    decision = -errors - rule.offset_
    np.testing.assert_array_equal(rule.predict(-errors), np.where(decision < 0, -1, 1))
    np.testing.assert_array_equal(rule.predict(-errors) == -1, errors > -rule.offset_)


@learned
@given(errors=errors_1d, exponent=st.integers(-20, 20))
def test_threshold_has_the_unit_of_the_error(rule, errors, exponent):
    unit = 2.0**exponent
    expected = rule.fit(-errors).offset_ * unit
    # The search for the tail's shape stops within a tolerance, hence no exact match.
    assert rule.fit(-errors * unit).offset_ == pytest.approx(expected, rel=1e-3)


@learned
@given(errors=errors_1d, seed=st.integers(0, 99))
def test_order_of_scores_does_not_matter(rule, errors, seed):
    shuffled = np.random.default_rng(seed).permutation(errors)
    expected = rule.fit(-errors).offset_
    assert rule.fit(-shuffled).offset_ == pytest.approx(expected, rel=1e-3, abs=1e-9)


@learned
def test_a_far_outlier_is_found(rule):
    errors = np.random.default_rng(0).exponential(size=2000)
    rule = clone(rule).fit(-errors)
    assert rule.predict([-1e6, -errors.mean()]).tolist() == [-1, 1]


def test_quantile_flags_its_fraction():
    scores = np.random.default_rng(0).normal(size=1000)
    labels = QuantileThreshold(contamination=0.05).fit(scores).predict(scores)
    assert np.sum(labels == -1) == 50


@given(errors=errors_1d)
def test_max_flags_nothing_it_has_seen(errors):
    assert (MaxThreshold().fit(-errors).predict(-errors) == 1).all()


def test_max_margin_is_a_fraction_of_the_largest():
    assert MaxThreshold(margin=0.5).fit([-2.0, -4.0]).offset_ == -6.0
    assert MaxThreshold(margin=0.5).fit([0.0]).offset_ == 0.0
    assert MaxThreshold(margin=0.5).fit([4.0]).offset_ == 2.0


@pytest.mark.parametrize("rule", [MADThreshold(), IQRThreshold()], ids=repr)
def test_robust_rules_withstand_a_fifth_of_anomalies(rule):
    errors = np.random.default_rng(0).uniform(size=1000)
    clean = rule.fit(-errors).offset_
    errors[:200] = 1e9
    assert rule.fit(-errors).offset_ > 2 * clean
    assert SigmaThreshold().fit(-errors).offset_ < -1e8


@every
def test_a_score_of_nan_is_no_evidence(rule):
    rule = clone(rule).fit([-1.0, -2.0])
    assert rule.predict([np.nan, -1e9, np.nan]).tolist() == [1, -1, 1]
    with pytest.raises(ValueError, match="contains NaN or infinity.*row 1"):
        clone(rule).fit([-1.0, np.nan])


@every
@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([], "empty"),
        ([-1.0, -np.inf], "infinity.*row 1"),
        ([-np.inf, -1.0], "infinity.*row 0"),
        ([[-1.0], [-2.0]], r"shape \(2, 1\)"),
    ],
)
def test_bad_scores_are_refused(rule, scores, message):
    with pytest.raises(ValueError, match=message):
        clone(rule).fit(scores)
    with pytest.raises(ValueError, match=message):
        clone(rule).fit([-1.0]).predict(scores)


@pytest.mark.parametrize(
    "rule",
    [
        FixedThreshold("a"),
        FixedThreshold(np.nan),
        IQRThreshold(-1),
        JumpThreshold(times=0),
        JumpThreshold(jump=0.9),
        JumpThreshold(block=0),
        MADThreshold(None),
        MaxThreshold(-0.1),
        POTThreshold(risk=0),
        POTThreshold(level=1.0),
        QuantileThreshold(0.7),
        QuantileThreshold(0),
        SigmaThreshold(-1),
    ],
    ids=repr,
)
def test_bad_parameters_are_refused_in_fit(rule):
    with pytest.raises(ValueError, match=f"parameter of {type(rule).__name__}"):
        rule.fit([-1.0])


@every
def test_predict_needs_fit(rule):
    with pytest.raises(NotFittedError):
        clone(rule).predict([-1.0])


def test_the_gap_is_between_the_peaks_of_blocks():
    rng = np.random.default_rng(0)
    errors = 1 + 0.1 * rng.random(1000)
    errors[430:460] = 8 + rng.random(30)  # of one block, which are no gaps
    errors[870] = 5
    rule = GapThreshold(block=100)
    labels = rule.fit(-errors).predict(-errors)
    assert np.flatnonzero(labels == -1).tolist() == [*range(430, 460), 870]
    # By single samples, there are as many normal ones that the gap is the same.
    alone = GapThreshold(block=1).fit(-errors)
    np.testing.assert_array_equal(alone.predict(-errors), labels)


def test_the_gap_is_beyond_what_is_known_to_be_normal():
    errors = np.array([1.0, 1.1, 1.2, 2.0, 1.0, 1.1, 9.0, 1.0])
    thresholds = [
        -GapThreshold(block=1, least=least).fit(-errors).offset_
        for least in (None, 1.2, 3.0, 10.0)
    ]
    assert thresholds == pytest.approx([18**0.5, 3.6, 18**0.5, 10.0])


def test_with_more_anomalies_than_not_the_gap_begins_at_what_is_normal():
    errors = np.array([1.0, 1.1, 20.0, 70.0, 30.0, 45.0, 25.0, 300.0])
    assert -GapThreshold(block=1).fit(-errors).offset_ > 70
    assert 1.2 < -GapThreshold(block=1, least=1.2).fit(-errors).offset_ < 20


def test_negative_errors_have_a_gap_as_well():
    scores = np.array([5.0, 5.2, 5.1, 5.05, 4.9, 1.0])
    labels = GapThreshold(block=1).fit(scores).predict(scores)
    assert labels.tolist() == [1, 1, 1, 1, 1, -1]


def made_errors():
    """Return errors between 0 and 1, whose 90th percentile is 0.9."""
    return np.random.default_rng(0).permutation(np.arange(1001) / 1000)


def test_errors_reach_as_far_as_they_do_without_a_jump():
    errors = made_errors() ** 3
    rule = JumpThreshold(times=1.5, jump=1.2, block=50)
    assert -rule.fit(-errors).offset_ == pytest.approx(1.5 * 0.9**3, rel=0.01)
    # A peak that is less than 1.2 times as high is normal, and so is the next one.
    errors[[120, 320, 520]] = 1.3, 1.5, 1.7
    assert -rule.fit(-errors).offset_ == 1.7
    # Without the one in between, those beyond the jump are anomalies.
    errors[320] = 0.5
    assert -rule.fit(-errors).offset_ == 1.3


def test_errors_that_are_often_large_do_not_reach_as_far():
    errors = made_errors()
    rule = JumpThreshold(times=3.25, block=50)
    assert -rule.fit(-errors).offset_ == pytest.approx(2.5 * 0.99, rel=0.01)


@pytest.mark.parametrize("n_abnormal", [1, 20, 45])
def test_anomalies_in_the_training_part_do_not_hide_each_other(n_abnormal):
    errors = made_errors()
    errors[100 : 100 + n_abnormal] = 9 + errors[100 : 100 + n_abnormal]
    labels = JumpThreshold(block=100).fit(-errors).predict(-errors)
    assert np.flatnonzero(labels == -1).tolist() == [*range(100, 100 + n_abnormal)]


def test_a_jump_does_not_depend_on_where_errors_begin():
    errors = made_errors()
    errors[500] = 20
    rule = JumpThreshold(block=100)
    moved = rule.fit(-(errors - 7)).offset_
    assert moved == pytest.approx(rule.fit(-errors).offset_ + 7)


def test_errors_up_to_the_95th_percentile_are_normal():
    errors = np.where(np.arange(1000) % 15 == 0, 1.0, 0.0)
    assert -JumpThreshold(block=1).fit(-errors).offset_ == 1


def test_few_errors_reach_three_times_as_far_as_the_largest():
    assert AutoThreshold().fit([-1.0, -2.0]).offset_ == -6
    errors = made_errors()
    expected = JumpThreshold(block=50).fit(-errors).offset_
    assert AutoThreshold(block=50).fit(-errors).offset_ == expected


def test_new_errors_count_but_not_the_anomalies_among_them():
    errors = made_errors()
    trained = AutoThreshold(block=50).fit(-errors).offset_
    new = 1.4 * errors[:200]
    both = auto_offset(-errors, -new, block=50)
    assert both == AutoThreshold(block=50).fit(-new).offset_ < trained
    new[100:140] = 30
    errors[900:940] = 30
    assert -5 < auto_offset(-errors, -new, block=50) <= trained
    # A model that is much worse on new samples than on its own.
    assert auto_offset(-errors, -10 * errors[:200], block=50) < -20


def test_padded_rows_raise_the_threshold_of_the_others_to_usual_errors_at_most():
    errors = made_errors()
    offset = AutoThreshold(block=50).fit(-errors).offset_
    assert inner_offset(-errors, -np.full(3, 100.0), block=50) == offset
    # More than one in a hundred is as large.
    assert inner_offset(-errors, -np.full(30, 100.0), block=50) == -150
    assert inner_offset(-errors, -errors[:0], block=50) == offset


def test_anomalies_among_the_rows_without_padding_do_not_raise_the_threshold():
    errors, padded = made_errors(), -made_errors()[:50]
    offset = inner_offset(-errors, padded, block=50)
    errors[500:550] = 30
    assert -4 < inner_offset(-errors, padded, block=50) <= offset
