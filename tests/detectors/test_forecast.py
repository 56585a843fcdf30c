"""Forecasters against one context at a time."""

import numpy as np
import pytest

import skanomaly.detectors._forecast as family
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
    detector = quick(
        detector, strategy=strategy, horizon=HORIZON, n_channels=CHANNELS, epochs=1
    )
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
