"""One pass of a model gives errors, expected values, residuals and own errors."""

import numpy as np
import pytest

from skanomaly import ConvAutoencoderDetector, PCADetector
from tests.detectors.common import (
    AUTOENCODERS,
    FORECASTERS,
    WINDOW,
    WITH_VALUES,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)

SERIES = wave(160, 2)
ROWS = rows_of(SERIES)


@pytest.fixture(scope="module")
def fitted():
    made = {}

    def of(detector, **params):
        if detector in FORECASTERS:
            params = {"horizon": 3, "strategy": "one-step"} | params
        key = detector, tuple(params.items())
        if key not in made:
            made[key] = quick(detector, n_channels=2, **params).fit(ROWS)
        return made[key]

    return of


@pytest.mark.parametrize("detector", WITH_VALUES, ids=name_of)
def test_errors_are_those_of_the_scores(fitted, detector):
    assessed = fitted(detector).assess(ROWS, step=WINDOW - 1)
    np.testing.assert_array_equal(assessed.scores, fitted(detector).score_samples(ROWS))
    np.testing.assert_array_equal(
        assessed.errors, fitted(detector).score_channels(ROWS)
    )
    shape = (len(ROWS), 2)
    assert assessed.expected.shape == assessed.own_errors.shape == shape
    observed = SERIES[WINDOW - 1 :]
    np.testing.assert_allclose(
        assessed.residuals, observed - assessed.expected, atol=1e-6
    )
    assert (assessed.own_errors >= 0).all()


def test_nothing_but_errors_without_a_step(fitted):
    assessed = fitted(PCADetector).assess(ROWS)
    assert assessed.expected is assessed.residuals is assessed.own_errors is None


@pytest.mark.parametrize("detector", AUTOENCODERS, ids=name_of)
def test_expected_is_the_reconstruction_of_the_step(fitted, detector):
    model = fitted(detector)
    reconstructed = model.reconstruct(ROWS).reshape(len(ROWS), WINDOW, 2)
    for step in (0, 4, WINDOW // 2, WINDOW - 1):
        np.testing.assert_allclose(
            model.assess(ROWS, step=step).expected,
            reconstructed[:, step],
            rtol=1e-6,
            atol=1e-6,
        )


def test_windows_count_by_the_inverse_square_of_their_error(fitted):
    model = fitted(PCADetector, context=5)
    rows, step = ROWS.reshape(len(ROWS), WINDOW, 2), 6
    total = np.zeros((3, len(rows), 2))
    for first in range(step - 4, step + 1):
        values = rows[:, first : first + 5]
        level = values.mean(axis=1, keepdims=True)
        flat = (values - level).reshape(len(rows), -1)
        found = model.pca_.inverse_transform(model.pca_.transform(flat))
        expected = found.reshape(values.shape) + level
        size = np.abs(values - expected)
        errors = np.where(size < 1, size**2, 2 * size - 1)
        weights = errors.mean(axis=1) ** -2.0
        own = expected[:, step - first], errors[:, step - first]
        total += np.array([weights, weights * own[0], weights * own[1]])
    assessed = model.assess(ROWS, step=step)
    np.testing.assert_allclose(assessed.expected, total[1] / total[0], rtol=1e-3)
    own_errors = total[2] / total[0] / model._combination.unit
    np.testing.assert_allclose(assessed.own_errors, own_errors, rtol=1e-2)


@pytest.mark.parametrize("strategy", ["one-step", "direct"])
@pytest.mark.parametrize("detector", FORECASTERS, ids=name_of)
def test_expected_is_the_forecast_of_the_step(fitted, detector, strategy):
    model = fitted(detector, strategy=strategy)
    forecast = model.forecast(ROWS).reshape(len(ROWS), 3, 2)
    for ahead in range(3):
        assessed = model.assess(ROWS, step=WINDOW - 3 + ahead)
        np.testing.assert_allclose(
            assessed.expected, forecast[:, ahead], rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("detector", FORECASTERS, ids=name_of)
def test_a_forecaster_expects_nothing_of_what_it_sees(fitted, detector):
    assessed = fitted(detector).assess(ROWS, step=WINDOW - 4)
    assert assessed.expected is None
    assert assessed.own_errors is None
    assert assessed.errors.shape == (len(ROWS), 2)


def test_the_error_of_a_row_is_the_mean_of_its_own_errors(fitted):
    """Every step of a row counts alike where one window covers all of it."""
    model = fitted(PCADetector, channels="mean")
    own = [model.assess(ROWS, step=step).own_errors for step in range(WINDOW)]
    np.testing.assert_allclose(
        np.mean(own, axis=0), model.score_channels(ROWS), rtol=1e-5, atol=1e-8
    )


def test_the_own_error_is_that_of_the_sample_alone(fitted):
    """A spike raises its own error, where it raises the error of a window of rows."""
    series = SERIES.copy()
    series[80, 1] += 5
    before = fitted(PCADetector, context=5)
    rows = rows_of(series)
    own = before.assess(rows, step=WINDOW - 1).own_errors.sum(axis=1)
    row_error = -before.score_samples(rows)
    spike = 80 - (WINDOW - 1)
    assert np.argmax(own) == spike
    assert np.count_nonzero(own > own.max() / 3) < np.count_nonzero(
        row_error > row_error.max() / 3
    )


def test_records_and_a_series_are_assessed_alike():
    model = quick(PCADetector, context=5).fit(records())
    rows = records(seed=5)
    together = model.assess(rows, step=3)
    alone = [model.assess(rows[i : i + 1], step=3) for i in range(len(rows))]
    for name in ("errors", "expected", "residuals", "own_errors"):
        np.testing.assert_allclose(
            getattr(together, name),
            np.concatenate([getattr(one, name) for one in alone]),
            rtol=1e-6,
            atol=1e-7,
        )


def test_a_long_series_is_assessed_in_batches():
    """Where a batch ends makes no difference: rows reach over its border."""
    model = quick(PCADetector, context=5).fit(rows_of(wave()))
    series = wave(30_000, seed=3)
    expected = model.assess(rows_of(series), step=WINDOW - 1).expected
    part = slice(9_000, 12_000)
    np.testing.assert_allclose(
        model.assess(rows_of(series[part]), step=WINDOW - 1).expected,
        expected[part][: 3_000 - WINDOW + 1],
        atol=1e-6,
    )


@pytest.mark.parametrize("step", [-1, WINDOW])
def test_a_step_outside_the_row_is_refused(fitted, step):
    with pytest.raises(ValueError, match=f"step={step} lies outside rows of 12 steps"):
        fitted(PCADetector).assess(ROWS, step=step)


def test_memory_keeps_the_assessment(tmp_path):
    model = quick(PCADetector, n_channels=2, memory=str(tmp_path)).fit(ROWS)
    first = model.assess(ROWS, step=WINDOW - 1)
    again = model.assess(ROWS.copy(), step=WINDOW - 1)
    other = model.assess(ROWS, step=0)
    np.testing.assert_array_equal(first.expected, again.expected)
    np.testing.assert_array_equal(first.own_errors, again.own_errors)
    assert not np.array_equal(first.expected, other.expected)


@pytest.mark.parametrize(
    "detector", [PCADetector, ConvAutoencoderDetector, FORECASTERS[0]], ids=name_of
)
def test_values_beyond_the_network_are_the_most_anomalous(detector):
    model = quick(detector).fit(rows_of(wave()))
    series = wave()
    series[70] = 3e38  # a float32, whose square is none
    with np.errstate(all="ignore"):
        scores = model.score_samples(rows_of(series))
        labels = model.predict(rows_of(series))
    assert np.isfinite(scores).all()
    assert scores.min() < -1e30
    assert labels[70 - WINDOW + 1 : 71].min() == -1


def test_the_own_error_of_values_beyond_the_network_is_the_largest():
    model = quick(AUTOENCODERS[0]).fit(rows_of(wave()))
    series = wave()
    series[70] = 3.3e38
    with np.errstate(all="ignore"):
        assessed = model.assess(rows_of(series), step=WINDOW - 1)
    sample = 70 - WINDOW + 1
    assert np.isfinite(assessed.own_errors).all()
    assert assessed.own_errors[sample] > 1e30
    assert not np.isinf(assessed.expected).any()
