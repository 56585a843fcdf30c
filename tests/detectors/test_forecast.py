"""Forecasters against one context at a time."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import skanomaly.detectors._forecast as family
import skanomaly.detectors._linear_start as linear_start
from skanomaly import DenseForecastDetector, RecurrentForecastDetector
from tests import naive
from tests.detectors.common import (
    FORECASTERS,
    WINDOW,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)

HORIZON, CHANNELS = 3, 2


@pytest.fixture(
    scope="module",
    params=[(one, how) for one in FORECASTERS for how in ("one-step", "direct")],
    ids=lambda param: f"{name_of(param[0])}-{param[1]}",
)
def fitted(request):
    detector, strategy = request.param
    params = {"horizon": HORIZON, "n_channels": CHANNELS, "channels": "mean"}
    detector = quick(detector, strategy=strategy, epochs=1, **params)
    return detector.fit(rows_of(wave(80, n_channels=CHANNELS)))


@pytest.fixture(scope="module")
def rows():
    """Windows of a series that is longer than some chunks."""
    return rows_of(wave(60, n_channels=CHANNELS, seed=1))


def naive_results(fitted, rows, function):
    network, params = (
        fitted.network_,
        {
            "horizon": HORIZON,
            "strategy": fitted.strategy,
        },
    )
    return [function(network, row.reshape(WINDOW, CHANNELS), **params) for row in rows]


def test_forecast_and_errors_are_those_of_each_context_alone(fitted, rows, monkeypatch):
    # So small that a pass over the series takes several chunks, the last one padded.
    monkeypatch.setattr(family, "CHUNK", 7)
    some = [0, 4, 17, len(rows) - 1]
    forecasts = naive_results(fitted, rows[some], naive.forecast)
    errors = naive_results(fitted, rows[some], naive.forecast_errors)
    as_records = rows[some].copy()
    for got, index in ((rows, some), (as_records, slice(None))):
        forecast = fitted.forecast(got)
        assert forecast.shape == (len(got), HORIZON * CHANNELS)
        np.testing.assert_allclose(
            forecast[index].reshape(-1, HORIZON, CHANNELS), forecasts, atol=1e-5
        )
        np.testing.assert_allclose(fitted.score_channels(got)[index], errors, rtol=1e-4)


def test_the_score_is_the_mean_error_of_the_forecast(fitted, rows):
    residuals = fitted.forecast(rows) - rows[:, -HORIZON * CHANNELS :]
    scores = -naive.size(residuals).mean(axis=1)
    np.testing.assert_allclose(fitted.score_samples(rows), scores, rtol=1e-4)


def test_a_forecast_does_not_know_what_it_predicts(fitted, rows):
    records = rows[::9].copy()
    changed = records.copy()
    changed[:, -CHANNELS:] += 100
    before, after = fitted.forecast(records), fitted.forecast(changed)
    np.testing.assert_array_equal(after, before)
    # And does depend on the step before.
    if fitted.strategy == "one-step":
        changed = records.copy()
        changed[:, -2 * CHANNELS : -CHANNELS] += 100
        after = fitted.forecast(changed)
        assert (after[:, -CHANNELS:] != before[:, -CHANNELS:]).any(axis=1).all()


@pytest.mark.parametrize("detector", FORECASTERS, ids=name_of)
def test_a_horizon_leaves_a_step_to_predict_from(detector):
    X = rows_of(wave(60))
    fitted = quick(detector, horizon=WINDOW - 1, epochs=1).fit(X)
    assert fitted.forecast(X).shape == (len(X), WINDOW - 1)
    with pytest.raises(ValueError, match=r"horizon=12 leaves no step.*rows of 12"):
        quick(detector, horizon=WINDOW).fit(X)


def test_an_automatic_horizon_is_half_of_the_row_at_most():
    for window in (2, 12, 25):
        X = rows_of(wave(60), window)
        fitted = quick(DenseForecastDetector, epochs=1).fit(X)
        assert 1 <= fitted.horizon_ <= window / 2


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_cells(cell):
    X = rows_of(wave(60))
    fitted = quick(RecurrentForecastDetector, cell=cell, units=3, epochs=1).fit(X)
    names = [type(layer).__name__.lower() for layer in fitted.network_.layers]
    assert any(cell in name for name in names)
    assert (fitted.score_samples(X) < 0).all()


def test_an_unknown_cell_or_strategy_is_refused():
    with pytest.raises(ValueError, match="'cell' parameter.*'gru'"):
        quick(RecurrentForecastDetector, cell="elman").fit(rows_of(wave()))
    with pytest.raises(ValueError, match="'strategy' parameter.*'direct'"):
        quick(RecurrentForecastDetector, strategy="all").fit(rows_of(wave()))


def test_the_automatic_horizon_is_a_period():
    def horizon(series, window):
        fitted = quick(FORECASTERS[0], epochs=1).fit(rows_of(series, window))
        return fitted.horizon_

    noise = np.random.default_rng(0).normal(size=(300, 1))
    assert horizon(wave(300), 40) == 10
    assert horizon(wave(300), 12) == 6  # half of the row at most
    assert horizon(noise, 48) == 3  # a sixteenth where there is no period
    assert quick(FORECASTERS[0], epochs=1).fit(records()).horizon_ == 1


def test_a_horizon_may_be_a_fraction_of_the_row():
    for window, share, horizon in ((12, 0.5, 6), (25, 0.25, 6), (2, 0.1, 1)):
        X = rows_of(wave(60), window)
        fitted = quick(DenseForecastDetector, horizon=share, epochs=1).fit(X)
        assert fitted.horizon_ == horizon
    with pytest.raises(ValueError, match=r"horizon=2 leaves no step"):
        quick(DenseForecastDetector, horizon=0.9).fit(rows_of(wave(60), 2))
    with pytest.raises(ValueError, match="'horizon' parameter"):
        quick(DenseForecastDetector, horizon=1.5).fit(rows_of(wave(60)))


WITH_LINEAR = [one for one in FORECASTERS if "linear" in one().get_params()]


def test_networks_that_see_a_fixed_context_begin_with_a_linear_forecast():
    names = {name_of(one) for one in WITH_LINEAR}
    assert names == {"DenseForecastDetector", "CNNForecastDetector"}


@pytest.mark.parametrize("strategy", ["one-step", "direct"])
@pytest.mark.parametrize("detector", WITH_LINEAR, ids=name_of)
def test_the_linear_forecast_is_that_of_ridge_regression(detector, strategy):
    series = wave(300, n_channels=CHANNELS)
    params = {"horizon": HORIZON, "strategy": strategy, "n_channels": CHANNELS}
    # So small a step leaves the rest of the network at its beginning: zero.
    fitted = quick(detector, learning_rate=1e-12, validation_split=0.0, **params)
    fitted.fit(rows_of(series))
    context = WINDOW - HORIZON
    ahead = HORIZON if strategy == "direct" else 1
    windows = rows_of(series, context + ahead)
    inputs = windows[:, : context * CHANNELS]
    targets = windows[:, context * CHANNELS :]
    ridge = Ridge(1e-4 * inputs.var(axis=0).mean() * len(inputs)).fit(inputs, targets)
    some = rows_of(wave(60, n_channels=CHANNELS, seed=1))
    first = fitted.forecast(some)[:, : ahead * CHANNELS]
    expected = ridge.predict(some[:, : context * CHANNELS])
    np.testing.assert_allclose(first, expected, atol=1e-4)


@pytest.mark.parametrize("detector", WITH_LINEAR, ids=name_of)
def test_a_smooth_series_is_forecast_more_exactly_with_a_linear_forecast(detector):
    t = np.arange(600)[:, None]
    X = rows_of(np.sin(2 * np.pi * t / 30) + np.sin(2 * np.pi * t / 17), 32)
    params = {"horizon": 8, "epochs": 3}
    errors = [
        -quick(detector, linear=linear, **params).fit(X).score_samples(X).mean()
        for linear in (True, False)
    ]
    assert errors[0] < 0.1 * errors[1]


@pytest.mark.parametrize("detector", WITH_LINEAR, ids=name_of)
def test_further_training_leaves_the_linear_forecast_as_it_is(detector):
    def weights(fitted):
        layers = {layer.name: layer for layer in fitted.network_.layers}
        before = layers.pop("linear").get_weights()
        rest = [one for layer in layers.values() for one in layer.get_weights()]
        return before, rest

    fitted = quick(detector).fit(rows_of(wave(200)))
    linear, rest = weights(fitted)
    fitted.partial_fit(rows_of(wave(200, seed=5)))
    linear_after, rest_after = weights(fitted)
    for one, other in zip(linear, linear_after, strict=True):
        np.testing.assert_array_equal(one, other)
    assert any(
        (one != other).any() for one, other in zip(rest, rest_after, strict=True)
    )


@pytest.mark.parametrize("detector", WITH_LINEAR, ids=name_of)
def test_a_glitch_does_not_reach_the_linear_forecast_of_a_trimmed_training(detector):
    X = wave(400, noise=0)
    glitch = X.copy()
    glitch[100:104, 0] = 300, -200, 250, -300
    params = {"learning_rate": 1e-12, "horizon": HORIZON}
    errors = [
        np.abs(
            quick(detector, contamination_trim=trim, **params)
            .fit(rows_of(glitch))
            .forecast(rows_of(X))
            - rows_of(X)[:, -HORIZON:]
        ).max()
        for trim in (0.1, 0.0)
    ]
    assert errors[0] < 0.01 < errors[1]


def test_a_trimmed_linear_forecast_learns_from_all_that_is_left():
    """Not from the moderate half alone, which has another drift."""
    drift = np.linspace(0, 3, 400)[:, np.newaxis]
    X = rows_of(wave(400, noise=0) + drift)
    params = {"learning_rate": 1e-12, "horizon": HORIZON}
    errors = [
        np.abs(
            quick(DenseForecastDetector, contamination_trim=trim, **params)
            .fit(X)
            .forecast(X)
            - X[:, -HORIZON:]
        ).mean()
        for trim in (0.05, 0.0)
    ]
    assert errors[0] < 3 * errors[1]


def test_the_linear_forecast_learns_from_a_bounded_number_of_contexts(monkeypatch):
    monkeypatch.setattr(linear_start, "N_FITTED", 50)
    X = rows_of(wave(300))
    once, again, other = (
        quick(DenseForecastDetector, epochs=1, random_state=seed).fit(X)
        for seed in (0, 0, 1)
    )
    kernels = [
        one.network_.get_layer("linear").get_weights()[0]
        for one in (once, again, other)
    ]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).any()
