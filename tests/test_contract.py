"""What every detector on the public list keeps, one that is added tomorrow included."""

import pickle
import random
from io import BytesIO

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks
from tensorflow.python.eager import context

from skanomaly import Shingler
from tests.detectors.common import (
    ALL,
    FORECASTERS,
    NETWORKS,
    WINDOW,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)
from tests.expected_failures import SHINGLER_EXPECTED_FAILURES

each_detector = pytest.mark.parametrize("detector", ALL, ids=name_of)


# With few epochs, which the contract has nothing to do with.
@parametrize_with_checks([quick(detector, random_state=None) for detector in ALL])
def test_detectors_keep_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


@parametrize_with_checks(
    [Shingler()],
    expected_failed_checks=lambda _: SHINGLER_EXPECTED_FAILURES,
    xfail_strict=True,
)
def test_shingler_keeps_all_of_it_but_what_time_order_forbids(estimator, check):
    check(estimator)


# Rows and their scores.


@pytest.fixture(scope="module", params=ALL, ids=name_of)
def of_series(request):
    """A detector fitted on the windows of a series of two channels."""
    X = rows_of(wave(n_channels=2))
    return quick(request.param, n_channels=2).fit(X)


@pytest.fixture(scope="module", params=ALL, ids=name_of)
def of_records(request):
    return quick(request.param).fit(records())


def test_a_view_and_its_copies_have_equal_scores(of_series):
    X = rows_of(wave(n_channels=2, seed=1))
    scores = of_series.score_samples(X)
    for copy in (X.copy(), np.asfortranarray(X), pickle.loads(pickle.dumps(X))):
        np.testing.assert_allclose(of_series.score_samples(copy), scores, rtol=1e-5)


def test_a_view_and_a_data_frame_train_alike(of_series):
    X = rows_of(wave(n_channels=2))
    frame = pd.DataFrame(X).add_prefix("x")
    detector = clone(of_series).fit(frame)
    assert list(detector.feature_names_in_) == list(frame)
    np.testing.assert_allclose(
        detector.score_samples(frame), of_series.score_samples(X), rtol=1e-5
    )
    assert detector.offset_ == pytest.approx(of_series.offset_, rel=1e-5)


def test_a_record_has_the_same_score_in_any_company(of_records):
    X = records(50, seed=2)
    scores = of_records.score_samples(X)
    alone = np.concatenate([of_records.score_samples(row[None]) for row in X])
    np.testing.assert_array_equal(alone, scores)
    np.testing.assert_array_equal(of_records.score_samples(X[::-3]), scores[::-3])


def test_a_window_has_the_same_score_in_any_part_of_its_series(of_series):
    series = wave(n_channels=2, seed=3)
    series[70:73] += 1e4  # what rounds in a running sum
    X = rows_of(series)
    scores = of_series.score_samples(X)
    for part in (slice(0, 30), slice(60, 61), slice(75, None), slice(0, None, 7)):
        rows = X[part].copy()
        np.testing.assert_allclose(
            of_series.score_samples(rows), scores[part], rtol=1e-5
        )


def test_signs(of_series):
    series = wave(n_channels=2, seed=4)
    series[80] += 50
    X = rows_of(series)
    scores, channels = of_series.score_samples(X), of_series.score_channels(X)
    decision, labels = of_series.decision_function(X), of_series.predict(X)
    assert scores.shape == labels.shape == (len(X),)
    assert channels.shape == (len(X), 2)
    assert (channels >= 0).all()
    np.testing.assert_allclose(channels.sum(axis=1), -scores, rtol=1e-12)
    np.testing.assert_array_equal(decision, scores - of_series.offset_)
    np.testing.assert_array_equal(labels, np.where(decision < 0, -1, 1))
    assert set(labels) == {-1, 1}
    assert abs(scores.argmin() - 75) < WINDOW


def test_the_channel_to_blame_has_the_larger_error(of_series):
    for channel in range(2):
        series = wave(n_channels=2, seed=5)
        series[80, channel] += 50
        X = rows_of(series)
        worst = of_series.score_samples(X).argmin()
        assert of_series.score_channels(X)[worst].argmax() == channel


def test_three_dimensions_are_flattened(of_series):
    X = rows_of(wave(n_channels=2))
    cube = X.reshape(len(X), WINDOW, 2)
    scores = of_series.score_samples(X)
    for rows in (cube, cube.copy()):
        np.testing.assert_array_equal(of_series.score_samples(rows), scores)


@pytest.mark.parametrize("detector", [ALL[0], FORECASTERS[0]], ids=name_of)
def test_three_dimensions_tell_the_channels(detector):
    X = rows_of(wave(n_channels=2))
    cube = X.reshape(len(X), WINDOW, 2)
    of_rows = quick(detector, n_channels=2).fit(X)
    of_cube = quick(detector).fit(cube)
    assert of_cube.n_features_in_ == 2 * WINDOW
    for rows in (X, cube):
        np.testing.assert_array_equal(
            of_cube.score_samples(rows), of_rows.score_samples(X)
        )


@each_detector
def test_many_channels(detector):
    X = rows_of(wave(60, n_channels=38), 4)
    fitted = quick(detector, n_channels=38, epochs=1).fit(X)
    errors = fitted.score_channels(X)
    assert errors.shape == (len(X), 38)
    assert np.isfinite(errors).all()


# Bad input.


def test_rows_of_another_shape_are_refused(of_series):
    X = rows_of(wave(n_channels=2))
    with pytest.raises(ValueError, match="26 features.*expecting 24 features"):
        of_series.predict(records(20, 26))
    cube = rows_of(wave(n_channels=3)).reshape(-1, WINDOW, 3)
    with pytest.raises(ValueError, match="3 channels.*2 were expected"):
        of_series.predict(cube)
    # As many values, but arranged as other channels.
    with pytest.raises(ValueError, match=r"3 channels.* 2"):
        of_series.predict(X.reshape(len(X), 8, 3))


@each_detector
def test_rows_that_do_not_fit_the_channels_are_refused(detector):
    with pytest.raises(ValueError, match=r"12 features per row.*n_channels=5"):
        quick(detector, n_channels=5).fit(records())
    cube = wave(n_channels=3)[: WINDOW * 10].reshape(-1, WINDOW, 3)
    with pytest.raises(ValueError, match=r"3 channels.*2 were expected"):
        quick(detector, n_channels=2).fit(cube)
    with pytest.raises(ValueError, match=r"n_channels=3.*flatten=False.*copy\(\)"):
        quick(detector).fit(rows_of(wave(n_channels=3)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gaps_are_refused(of_series, bad):
    series = wave(n_channels=2)
    series[50, 1] = bad
    X = rows_of(series)
    for call in (clone(of_series).fit, of_series.score_samples, of_series.predict):
        with pytest.raises(ValueError, match="NaN or infinity.*interpolate_series"):
            call(X)


def test_one_row_is_too_few_to_train_and_enough_to_score(of_series):
    X = rows_of(wave(WINDOW, n_channels=2))
    with pytest.raises(ValueError, match=r"1 sample.*minimum of 2"):
        clone(of_series).fit(X)
    assert of_series.predict(X).shape == (1,)


@pytest.mark.parametrize("detector", FORECASTERS, ids=name_of)
def test_a_forecaster_needs_two_steps(detector):
    with pytest.raises(ValueError, match="at least 2 steps.*longer window"):
        quick(detector).fit(rows_of(wave(), 1))
    with pytest.raises(ValueError, match="at least 2 steps.*longer window"):
        quick(detector, n_channels=3).fit(records(20, 3))
    assert quick(detector, epochs=1).fit(rows_of(wave(40), 2)).horizon_ == 1


@each_detector
def test_a_constant_series_has_no_anomaly(detector):
    X = rows_of(np.full((130, 1), -1234.5))
    fitted = quick(detector).fit(X)
    assert (fitted.predict(X) == 1).all()
    assert (fitted.predict(X[:1]) == 1).all()


# Random states.


def states():
    kind, key, *rest = np.random.get_state()
    return random.getstate(), kind, key.tolist(), rest, context.global_seed()


@pytest.mark.parametrize(
    ("detector", "random_state"),
    [(detector, None) for detector in ALL] + [(ALL[0], 3), (FORECASTERS[0], 3)],
)
def test_fit_leaves_random_states_as_found(detector, random_state):
    tf.random.set_seed(1234)
    before = states()
    fitted = quick(detector, epochs=1, random_state=random_state).fit(records())
    if detector in NETWORKS:
        fitted.partial_fit(records())
    fitted.predict(records())
    assert states() == before


def test_a_clone_trains_to_identical_scores_and_shares_no_model(of_records):
    X = records()
    scores = of_records.score_samples(X)
    other = clone(of_records)
    assert not hasattr(other, "offset_")
    random.seed(5)
    np.random.seed(5)
    keras.utils.set_random_seed(5)
    np.testing.assert_array_equal(other.fit(X).score_samples(X), scores)
    if type(other) not in NETWORKS:
        return
    assert other.network_ is not of_records.network_
    assert other.network_.optimizer is not of_records.network_.optimizer
    other.partial_fit(3 * X)
    assert not np.array_equal(other.score_samples(X), scores)
    np.testing.assert_array_equal(of_records.score_samples(X), scores)


def test_the_random_state_decides_the_scores():
    X = records()
    scores = [
        quick(ALL[0], epochs=1, random_state=seed).fit(X).score_samples(X)
        for seed in (0, 1, None, None)
    ]
    for i, one in enumerate(scores):
        for other in scores[:i]:
            assert not np.allclose(one, other, rtol=1e-3)


def test_a_random_state_object_goes_on():
    X = records()
    state = np.random.RandomState(0)
    first, second = (
        quick(ALL[0], epochs=1, random_state=state).fit(X).score_samples(X)
        for _ in range(2)
    )
    assert not np.allclose(first, second, rtol=1e-3)


# Copies.


def through_joblib(detector):
    buffer = BytesIO()
    joblib.dump(detector, buffer)
    buffer.seek(0)
    return joblib.load(buffer)


def through_pickle(detector):
    return pickle.loads(pickle.dumps(detector))


@pytest.mark.parametrize("through", [through_pickle, through_joblib])
def test_a_stored_detector_gives_identical_scores(of_series, through):
    X = rows_of(wave(n_channels=2, seed=6))
    stored = through(of_series)
    np.testing.assert_array_equal(stored.score_samples(X), of_series.score_samples(X))
    np.testing.assert_array_equal(stored.predict(X), of_series.predict(X))
    assert getattr(stored, "history_", 0) == getattr(of_series, "history_", 0)
    assert stored.get_params() == of_series.get_params()


def test_the_row_of_a_gap_is_named(of_series):
    series = wave(n_channels=2)
    series[100] = np.nan
    X = rows_of(series)
    first = int(np.isnan(X).any(axis=1).argmax())
    with pytest.raises(ValueError, match=f"at row {first}\\."):
        of_series.score_samples(X)
