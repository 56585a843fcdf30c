"""Nearest windows against a double loop, and the matches that do not count."""

import pickle

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skanomaly import NearestWindowDetector
from tests import naive
from tests.detectors.common import WINDOW, records, rows_of, wave

CHANNELS = 2


def windows_of(rows, *, n_channels=1, context=WINDOW, centers=True):
    """All windows of all rows, each as (steps, channels), without their own mean."""
    cube = np.asarray(rows, dtype=np.float64).reshape(len(rows), -1, n_channels)
    found = []
    for row in cube:
        for first in range(len(row) - context + 1):
            part = row[first : first + context]
            found.append(part - part.mean(axis=0) if centers else part)
    return found


def nearest_errors(windows, training, references, starts):
    """Compare each window with each reference that it does not overlap too much."""
    n_steps = len(training[0])
    errors = []
    for window in windows:
        same = [i for i, one in enumerate(training) if np.allclose(one, window, 0, 0)]
        allowed = references
        if same:
            start = starts[same[0]]
            apart = [r for r in references if abs(starts[r] - start) >= n_steps // 2]
            allowed = apart or references
        distances = [((window - training[r]) ** 2).sum() for r in allowed]
        best = training[allowed[int(np.argmin(distances))]]
        errors.append(naive.size(window - best).mean(axis=0))
    return np.array(errors)


def in_single_precision(series):
    """The values that a detector sees."""
    return np.float64(np.float32(series))


def fitted_to(X, **params):
    params = {"channels": "mean", "validation_split": 0, **params}
    return NearestWindowDetector(**params).fit(X)


@pytest.mark.parametrize("max_windows", [1, 7, 1000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_errors_are_those_of_a_double_loop(n_channels, max_windows):
    training = in_single_precision(wave(70, n_channels, noise=0.3))
    new = in_single_precision(wave(40, n_channels, noise=0.3, seed=1))
    X, others = rows_of(training), rows_of(new)
    detector = fitted_to(X, n_channels=n_channels, max_windows=max_windows)
    known = windows_of(X, n_channels=n_channels)
    count = min(max_windows, len(known))
    references = np.linspace(0, len(known) - 1, count).round().astype(int).tolist()
    for rows in (X, others):
        expected = nearest_errors(
            windows_of(rows, n_channels=n_channels), known, references, range(len(X))
        )
        found = detector.assess(rows).apart
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)
        scores = detector.score_samples(rows)
        np.testing.assert_allclose(scores, -expected.mean(axis=1), rtol=1e-3, atol=1e-6)


def test_errors_of_records_are_those_of_a_double_loop():
    X, others = records(30), records(20, seed=2)
    detector = fitted_to(X)
    training = windows_of(np.float32(X), centers=False)
    starts = WINDOW * np.arange(len(X))
    for rows in (X, others):
        windows = windows_of(np.float32(rows), centers=False)
        expected = nearest_errors(windows, training, range(len(X)), starts)
        np.testing.assert_allclose(detector.assess(rows).apart, expected, rtol=1e-3)


def test_the_error_of_a_row_is_the_mean_over_its_sub_windows():
    context = 5
    training = in_single_precision(wave(60, noise=0.3))
    new = in_single_precision(wave(30, noise=0.3, seed=1))
    X = rows_of(training)
    known = windows_of(rows_of(training, context), context=context)
    detector = fitted_to(X, context=context)
    for series in (training, new):
        rows = rows_of(series)
        windows = windows_of(rows, context=context)
        errors = nearest_errors(windows, known, range(len(known)), range(len(known)))
        expected = errors.reshape(len(rows), -1).mean(axis=1)
        np.testing.assert_allclose(detector.score_samples(rows), -expected, rtol=1e-3)


@pytest.mark.parametrize("model", ["shared", "separate"])
def test_windows_of_other_channels_are_references_of_a_shared_model(model):
    series = in_single_precision(wave(50, CHANNELS, noise=0.3))
    X = rows_of(series)
    detector = fitted_to(X, n_channels=CHANNELS, channel_model=model)
    by_channel = [windows_of(rows_of(series[:, [c]])) for c in range(CHANNELS)]
    found = detector.assess(X).apart
    for c, windows in enumerate(by_channel):
        known, starts = windows, range(len(X))
        if model == "shared":
            known = [window for part in by_channel for window in part]
            starts = [len(series) * k + i for k in range(CHANNELS) for i in starts]
        expected = nearest_errors(windows, known, range(len(known)), starts)
        np.testing.assert_allclose(found[:, c], expected[:, 0], rtol=1e-3, atol=1e-6)


# Matches that are near by necessity.


def walk(n_samples=150, seed=0):
    """A smooth series that never repeats, so that overlaps are the nearest by far."""
    steps = np.random.default_rng(seed).normal(size=n_samples + 9)
    return np.convolve(np.cumsum(steps), np.ones(10) / 10, "valid")[:, np.newaxis]


def test_training_windows_are_not_matched_with_those_that_overlap_them():
    X = rows_of(walk())
    detector = fitted_to(X)
    matched = detector.reconstruct(X)
    centered = X - X.mean(axis=1, keepdims=True)
    shapes = matched - matched.mean(axis=1, keepdims=True)
    for i, shape in enumerate(shapes):
        distances = np.abs(centered - shape).max(axis=1)
        assert distances.min() < 1e-4
        assert abs(int(distances.argmin()) - i) >= WINDOW // 2
    # A new window that is nearly one of them is matched with that one.
    nearly = X + 1e-3 * np.random.default_rng(1).normal(size=X.shape)
    assert (detector.score_samples(nearly.copy()) > -1e-5).all()
    assert (detector.score_samples(X) < -1e-3).all()


@pytest.mark.parametrize("n_channels", [1, 2, 3])
@pytest.mark.parametrize("model", ["joint", "shared", "separate"])
def test_a_training_window_is_recognised_wherever_it_is_scored(n_channels, model):
    series = 1e3 + wave(90, n_channels, noise=0.3)
    X = rows_of(series)
    detector = fitted_to(X, n_channels=n_channels, channel_model=model)
    scores = detector.score_samples(X)
    assert (scores < 0).all()
    np.testing.assert_array_equal(detector.score_samples(X[::-1].copy()), scores[::-1])
    other = 1e3 + wave(90, n_channels, noise=0.3, seed=1)
    for i in (0, 33, len(X) - 1):
        np.testing.assert_array_equal(detector.score_samples(X[i : i + 1]), scores[i])
        alone = X[i : i + 1].copy()
        np.testing.assert_array_equal(detector.score_samples(alone), scores[i])
        other[40 : 40 + WINDOW] = series[i : i + WINDOW]
        within = detector.score_samples(rows_of(other))
        np.testing.assert_allclose(within[40], scores[i], rtol=1e-9)


def test_a_record_is_compared_with_the_other_records():
    X = records(30)
    detector = fitted_to(X)
    matched = detector.reconstruct(X)
    for i, row in enumerate(matched):
        (j,) = np.flatnonzero(np.abs(X - row).max(axis=1) < 1e-6)
        assert j != i
    # A record that occurred twice is normal; one that is nearly as before, too.
    twice = fitted_to(np.concatenate([X, X[7:8]]))
    scores = twice.score_samples(X)
    assert scores[7] == 0
    assert (np.delete(scores, 7) < -0.1).all()
    assert (detector.score_samples(X + 1e-3) > -1e-5).all()


def test_zeros_of_both_signs_are_one_value():
    X = records(30)
    X[:, ::3] = 0.0
    detector = fitted_to(X)
    minus = np.where(X == 0, -0.0, X)
    np.testing.assert_array_equal(
        detector.score_samples(minus), detector.score_samples(X)
    )


def test_references_are_used_if_all_of_them_overlap():
    X = rows_of(wave(WINDOW + 4, noise=0.3))
    assert len(X) <= WINDOW // 2
    assert (fitted_to(X).score_samples(X) > -1e-9).all()
    single = fitted_to(X, max_windows=1).score_samples(X)
    assert single[0] == 0
    assert (single[1:] < -1e-3).all()


@pytest.mark.parametrize("factor", [1e10, 1e18, 1e20, 1e30])
def test_what_is_far_beyond_all_references_is_abnormal(factor):
    X = records()
    detector = fitted_to(X)
    with np.errstate(over="ignore"):  # squares that exceed float32
        scores = detector.score_samples(X * factor)
    assert np.isfinite(scores).all()
    assert (scores < detector.offset_).all()


# References.


@pytest.mark.parametrize("max_windows", [1, 5, 29, 30, 31])
def test_references_are_bounded_and_spread_over_all_rows(max_windows):
    X = records(30)
    detector = fitted_to(X, max_windows=max_windows)
    # Nearly all records, so that each reference is the nearest of one of them.
    matched = np.unique(detector.reconstruct(X + 1e-3), axis=0)
    found = sorted(int(np.abs(X - row).max(axis=1).argmin()) for row in matched)
    assert len(found) == min(max_windows, len(X))
    assert found[0] == 0
    if max_windows > 1:
        steps = np.diff(found)
        assert found[-1] == len(X) - 1
        assert steps.max() - steps.min() <= 1


def test_references_that_are_abnormal_are_dropped():
    odd = 8 * np.sign(records(4, seed=5))
    X = np.concatenate([records(36), odd])
    near = odd + 0.01
    plain, trimmed = (
        fitted_to(X, contamination_trim=trim, threshold="max") for trim in (0.0, 0.1)
    )
    assert (plain.score_samples(near) > -0.01).all()
    assert (trimmed.score_samples(near) < -1).all()
    assert (trimmed.predict(near) == -1).all()
    for rows in (near, X):
        assert np.abs(trimmed.reconstruct(rows)).max() < 5


def test_the_references_that_are_dropped_have_the_largest_errors():
    X = records(40)
    X[:4] *= 0.1
    X[np.arange(4), np.arange(4)] = 40  # large in one value alone
    lowest = np.argsort(fitted_to(X).score_samples(X))[:4]
    assert set(lowest) == {0, 1, 2, 3}
    detector = fitted_to(X, contamination_trim=0.1)
    matched = np.unique(detector.reconstruct(X + 1e-3), axis=0)
    kept = {int(np.abs(X - row).max(axis=1).argmin()) for row in matched}
    assert kept == set(range(4, 40))


def test_a_trimmed_window_is_not_matched_with_what_overlaps_it():
    X = rows_of(walk())
    detector = fitted_to(X, contamination_trim=0.2)
    centered = X - X.mean(axis=1, keepdims=True)
    matched = detector.reconstruct(X)
    shapes = matched - matched.mean(axis=1, keepdims=True)
    found = [int(np.abs(centered - shape).max(axis=1).argmin()) for shape in shapes]
    assert (np.abs(found - np.arange(len(X))) >= WINDOW // 2).all()


def test_an_anomaly_in_the_training_part_is_found():
    series = wave(300, noise=0.05)
    series[140:146] = 0.8
    X = rows_of(series)
    detector = NearestWindowDetector(threshold="sigma:4").fit(X)
    scores = detector.score_samples(X)
    assert 140 - WINDOW < scores.argmin() < 146
    far = np.r_[0 : 140 - 2 * WINDOW, 146 + WINDOW : len(X)]
    assert scores[140 - WINDOW // 2] < 3 * scores[far].min()
    # A second one like it is near the first.
    series[60:66] = 0.8
    again = fitted_to(rows_of(series)).score_samples(X)
    assert again[140 - WINDOW // 2] > 0.3 * scores[140 - WINDOW // 2]


def test_the_level_does_not_matter_in_a_series_and_matters_in_records():
    X = rows_of(wave(80))
    moved = rows_of(wave(80, seed=1) + 64)
    detector = fitted_to(X)
    np.testing.assert_allclose(
        detector.score_samples(moved),
        detector.score_samples(rows_of(wave(80, seed=1))),
        rtol=1e-2,
    )
    of_records = fitted_to(records())
    assert (of_records.score_samples(records(seed=2) + 64) < -100).all()


def test_expected_values_are_those_of_a_training_window_at_the_own_level():
    X = rows_of(wave(80, noise=0.01))
    detector = fitted_to(X)
    new = wave(80, noise=0.01, seed=1) + 5
    new[40] += 3
    found = detector.assess(rows_of(new), step=WINDOW - 1)
    normal = np.delete(np.arange(len(X)), np.arange(40 - WINDOW + 1, 41))
    assert np.abs(found.residuals[normal]).max() < 0.1
    assert 1.5 < found.residuals[40 - WINDOW + 1, 0] < 4
    own_errors = naive.size(found.residuals)
    np.testing.assert_allclose(found.own_errors, own_errors, rtol=1e-5)


def test_a_stored_detector_recognises_training_windows():
    X = rows_of(wave(80))
    detector = fitted_to(X)
    stored = pickle.loads(pickle.dumps(detector))
    np.testing.assert_array_equal(stored.score_samples(X), detector.score_samples(X))


@pytest.mark.parametrize("max_windows", [0, -1, 2.5, None])
def test_a_number_of_windows_is_whole_and_positive(max_windows):
    with pytest.raises(ValueError, match="max_windows"):
        NearestWindowDetector(max_windows=max_windows).fit(records())


# Further references.


def strange(seed):
    series = wave(60, CHANNELS, seed=seed)
    series[25:30] = 3.0
    return rows_of(series)


@pytest.mark.parametrize("channel_model", ["joint", "shared", "separate"])
def test_rows_that_are_added_are_near_and_others_are_as_far(channel_model):
    params = {"channel_model": channel_model, "n_channels": CHANNELS}
    X = rows_of(wave(200, CHANNELS))
    detector = fitted_to(X, context=6, **params)
    new, other = strange(seed=1), rows_of(wave(60, CHANNELS, seed=2) ** 2)
    before, offset = detector.score_samples(other), detector.offset_
    peak = detector.score_samples(new).min()
    added = pickle.loads(pickle.dumps(detector)).add_references(strange(seed=3))
    assert added.score_samples(new).min() > 0.2 * peak
    after = added.score_samples(other)
    assert (after >= before).all()  # one more reference is never farther
    assert after.min() < 0.9 * before.min()
    assert added.offset_ == offset
    np.testing.assert_array_equal(added.score_samples(strange(seed=3)), 0)
    assert detector.score_samples(new).min() == peak


def test_training_windows_may_be_near_to_what_was_added():
    X = rows_of(wave(200))
    detector = fitted_to(X)
    scores = detector.score_samples(X)
    assert (scores < 0).any()
    np.testing.assert_array_equal(detector.add_references(X).score_samples(X), 0)


def test_scores_in_a_memory_are_not_those_after_an_addition(tmp_path):
    detector = fitted_to(rows_of(wave(200, CHANNELS)), n_channels=2, memory=tmp_path)
    new = strange(seed=1)
    assert detector.score_samples(new).min() < 0
    assert detector.add_references(new).score_samples(new).min() == 0


def test_references_have_the_shape_of_the_rows():
    with pytest.raises(NotFittedError):
        NearestWindowDetector().add_references(records())
    with pytest.raises(ValueError, match="features"):
        fitted_to(records()).add_references(records()[:, :-1])
