"""How many false events are to be expected at the threshold of a detection."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest

from skanomaly import (
    RateThreshold,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    detect,
    make_detector,
)
from skanomaly.detection import FalseEvents, TimeSeries, per_sample, tail_of
from skanomaly.report import read_run
from tests.detection.common import detection_of

N_TRAIN = 1500
MINUTES = pd.date_range("2026-01-01", periods=2000, freq="min")


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).normal(size=(2000, 1))


@pytest.fixture(scope="module")
def pipe(noise):
    return make_detector("pca", window=10, threshold=0.7).fit(noise[:N_TRAIN])


def found_in(errors, *, n_train=1000, threshold=1.0, **more):
    return detection_of(
        0.0 - errors, np.zeros(len(errors)), offset=-threshold, n_train=n_train, **more
    )


def test_runs_of_the_training_part_are_counted():
    errors = np.full(1200, 0.1)
    errors[50:1000:100] = errors[51:1000:100] = 5.0  # ten runs of two samples
    expected = found_in(errors).false_events
    # As the tail is extrapolated, there are fewer at the end of the gap than before it.
    assert expected.per_10000 == pytest.approx(100, rel=0.2)
    assert not expected.is_bound
    assert expected.per_week is None
    assert str(expected) == "about 83 per 10,000 samples"


def test_fewer_than_one_run_in_the_training_part_are_not_known():
    errors = np.random.default_rng(0).exponential(size=1200)
    found = found_in(errors, threshold=20.0, index=MINUTES[:1200])
    assert found.false_events == FalseEvents(10.0, is_bound=True, per_week=10.08)
    said = "fewer than about 10 per 10,000 samples (10 per week)"
    assert str(found.false_events) == said
    rates = [
        replace(found, offset=-threshold).false_events.per_10000
        for threshold in (0.5, 1.0, 3.0, 6.0, 9.0)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 1000


def test_without_scores_of_normal_samples_nothing_is_said():
    errors = np.random.default_rng(0).exponential(size=200)
    assert found_in(errors, n_train=0).false_events is None
    unscored = np.r_[np.full(50, np.nan), errors]
    assert found_in(unscored, n_train=50).false_events is None


def test_a_threshold_for_a_rate_leads_to_that_rate(pipe, noise):
    with pytest.warns(UserWarning, match="extrapolated"):
        found = detect(pipe, noise, n_train=N_TRAIN, threshold="rate:1/1000")
    assert found.threshold_source == "rule"
    assert found.false_events.per_10000 == pytest.approx(10)
    assert not found.false_events.is_bound
    rule = RateThreshold(rate=1 / 400)
    found = detect(pipe, noise, n_train=N_TRAIN, threshold=rule)
    assert found.false_events.per_10000 == pytest.approx(25)


def test_what_the_estimator_was_fitted_on_counts_for_its_own_threshold(pipe, noise):
    tail = tail_of(pipe)
    assert tail == pipe[-1].tail_
    assert tail.n_samples == pipe[-1].n_held_out_ == 150
    for new in (detect(pipe, noise), detect(pipe, noise, n_train=N_TRAIN)):
        assert new.tail == tail
        assert new.normal_score == -tail.median
        assert new.severities == pytest.approx(
            (-tail.median - new.scores) / (-tail.median + 0.7)
        )
    learned = detect(pipe, noise, n_train=N_TRAIN, threshold="series")
    assert learned.tail.n_samples == N_TRAIN
    assert learned.normal_score == np.median(learned.scores[:N_TRAIN])


def test_a_detector_learns_a_rate_from_held_out_rows(noise):
    X = np.random.default_rng(1).normal(size=(20_000, 2))
    forest = IsolationForest(n_estimators=10, random_state=0)
    detector = ThresholdDetector(forest, threshold="rate:1/500").fit(X)
    assert detector.tail_.n_samples == detector.n_held_out_ == 2000
    assert detector.tail_.rate(-detector.offset_) == pytest.approx(1 / 500)
    found = detect(detector, X)
    assert found.false_events.per_10000 == pytest.approx(20)
    y = np.arange(20_000) % 100 == 0
    tuned = TunedThresholdDetectorCV(detector, cv="prefit").fit(X, y)
    assert tail_of(tuned) == detector.tail_
    plain = forest.fit(X)
    assert tail_of(plain) is None
    assert detect(plain, X).false_events is None


@pytest.mark.parametrize("name", ["pca", "isolation_forest"])
def test_severity_is_one_at_the_threshold_of_every_detector(name, noise):
    made = make_detector(name, window=10, random_state=0, threshold="quantile:0.1")
    found = detect(made.fit(noise[:N_TRAIN]), noise, threshold="fit")
    severe = found.severities
    assert ((severe > 1) == (found.scores < found.offset)).all()
    assert np.median(severe) == pytest.approx(0, abs=0.2)
    assert all(event.severity >= 1 for event in found.events)


RATES = {
    "rate:1/week": 7 * 24 * 60,
    "rate:1/Weeks": 7 * 24 * 60,
    " Rate: 1 / day": 24 * 60,
    "rate:2/day": 12 * 60,
    "rate:.5/12h": 24 * 60,
    "rate:1/30min": 30,
    "rate:0.5/1.5h": 180,
    "rate:3/2 hours": 40,
    "rate:1/w": 7 * 24 * 60,
}


@pytest.mark.parametrize("text", RATES)
def test_times_are_numbers_of_samples(text):
    series = TimeSeries(np.zeros(2000), index=MINUTES)
    threshold = per_sample(text, series)
    rule = "rate:", threshold.removeprefix("rate:").split("/")
    assert float(rule[1][1]) / float(rule[1][0]) == pytest.approx(RATES[text])


@pytest.mark.parametrize("threshold", ["rate:1/10000", "rate:1e-4", "sigma:8", 2.0])
def test_other_thresholds_are_left_as_they_are(threshold):
    assert per_sample(threshold, TimeSeries([1.0, 2.0])) == threshold


def test_a_rate_per_time_is_that_of_the_series(pipe, noise):
    found = detect(pipe, noise, n_train=N_TRAIN, index=MINUTES, threshold="rate:3/20h")
    assert found.false_events.per_10000 == pytest.approx(25)
    assert found.false_events.per_week == pytest.approx(25.2)


WRONG = {
    "no times": ("rate:1/week", None, "the series has no times"),
    "stands still": ("rate:1/week", MINUTES[:1].repeat(2000), "or they stand still"),
    "numbers": ("rate:1/week", np.arange(2000), "the series has no times"),
    "unit": ("rate:1/fortnight", MINUTES, "'rate:1/week', 'rate:2/day' or"),
    "nothing": ("rate:1/0day", MINUTES, "is not a rate of false events"),
    "too many": ("rate:1/s", MINUTES, "no sample would be normal"),
    "name": ("rat:1/week", MINUTES, "Did you mean 'rate'"),
}


@pytest.mark.parametrize(("threshold", "index", "says"), WRONG.values(), ids=WRONG)
def test_a_rate_that_means_nothing_is_refused(threshold, index, says, pipe, noise):
    with pytest.raises(ValueError, match=says):
        detect(pipe, noise, n_train=N_TRAIN, index=index, threshold=threshold)


def test_a_run_that_is_read_again_expects_the_same(pipe, noise, tmp_path):
    found = detect(pipe, noise, n_train=N_TRAIN, index=MINUTES)
    found.write(tmp_path)
    again = read_run(tmp_path)
    assert again.tail == found.tail
    assert again.false_events == found.false_events
    np.testing.assert_array_equal(again.severities, found.severities)


@pytest.mark.parametrize("name", ["pca", "ensemble"])
def test_normal_series_have_as_many_events_as_asked_for(name):
    """As in `python benchmarks/verify.py rate`, which has more and longer series."""
    counts = []
    for seed in range(4):
        X = np.random.default_rng(seed).normal(size=(20_000, 1))
        options = {"windows": (20,)} if name == "ensemble" else {"window": 20}
        made = make_detector(name, random_state=0, threshold="rate:1/300", **options)
        found = detect(made.fit(X[:12_000]), X, n_train=12_000, threshold="fit")
        counts.append(len(found.events))
    assert 0.5 <= np.mean(counts) / (8000 / 300) <= 2
