"""Recurrent forecasters whose state is carried along the series."""

import keras
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import (
    check_methods_sample_order_invariance,
    check_methods_subset_invariance,
)

from skanomaly import (
    CNNForecastDetector,
    GRUDetector,
    LSTMDetector,
    RecurrentForecastDetector,
    Shingler,
)
from tests.detectors.common import name_of, quick, records, rows_of, wave
from tests.expected_failures import SHINGLER_EXPECTED_FAILURES

RECURRENT = [LSTMDetector, GRUDetector, RecurrentForecastDetector]


@pytest.fixture(scope="module", params=RECURRENT, ids=name_of)
def fitted(request):
    return quick(request.param, horizon=3, units=6).fit(rows_of(wave(400)))


def test_scores_are_nearly_those_of_an_empty_state(fitted):
    # Several segments, the last of which is short.
    rows = rows_of(wave(2700, seed=3))
    exact = fitted.score_samples(rows)
    try:
        carried = fitted.set_params(stateful=True).score_samples(rows)
    finally:
        fitted.set_params(stateful=False)
    assert carried.shape == exact.shape
    assert (carried != exact).any()
    # Windows of some hundred steps leave a difference that is smaller by far.
    assert spearmanr(carried, exact)[0] > 0.95
    np.testing.assert_array_equal(fitted.score_samples(rows), exact)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("strategy", ["one-step", "direct"])
def test_each_forecast_continues_the_state_of_its_segment(strategy, n_channels):
    series = wave(1300, n_channels)
    params = {"horizon": 2, "strategy": strategy, "n_channels": n_channels}
    detector = quick(LSTMDetector, stateful=True, units=4, **params)
    fitted = detector.fit(rows_of(series[:300]))
    forecasts = fitted.forecast(rows_of(series)).reshape(-1, 2, n_channels)
    context, n_predicted = 10, 1 if strategy == "one-step" else 2
    # The first segment begins with the series, the second one a context before its
    # first forecast.
    for first, begin in ((0, 0), (500, 0), (1023, 0), (1024, 1024), (1200, 1024)):
        seen = np.float32(series[begin : first + context])
        expected = np.asarray(fitted.network_(seen[np.newaxis]))[0, -1]
        np.testing.assert_allclose(
            forecasts[first, :n_predicted], expected, rtol=1e-4, atol=1e-5
        )


def test_the_threshold_is_that_of_the_scores():
    rows = rows_of(wave(400))
    params = {"threshold": "max:0", "validation_split": 0}
    fitted = quick(LSTMDetector, stateful=True, **params).fit(rows)
    assert fitted.offset_ == pytest.approx(fitted.score_samples(rows).min())


def test_independent_rows_are_refused_before_training(fitted):
    with pytest.raises(ValueError, match="independent records.*stateful=False"):
        quick(LSTMDetector, stateful=True, callbacks=[NoTraining()]).fit(records())
    try:
        fitted.set_params(stateful=True)
        with pytest.raises(ValueError, match="independent records.*stateful=False"):
            fitted.score_samples(records())
        # One row is the shortest series.
        assert fitted.score_samples(rows_of(wave())[7:8]) < 0
    finally:
        fitted.set_params(stateful=False)


class NoTraining(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise AssertionError("the training began")


def last_step_only(context, n_channels, n_predicted):
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(n_predicted * n_channels)(keras.layers.GRU(3)(inputs))
    return keras.Model(inputs, keras.layers.Reshape((n_predicted, n_channels))(x))


def test_a_network_that_forecasts_once_is_refused_before_training():
    params = {"network": last_step_only, "callbacks": [NoTraining()]}
    with pytest.raises(ValueError, match="predicts after every step"):
        quick(GRUDetector, stateful=True, **params).fit(rows_of(wave()))


def test_other_forecasters_have_no_state():
    with pytest.raises(TypeError):
        CNNForecastDetector(stateful=True)


@pytest.mark.filterwarnings("ignore:The series of:UserWarning")
@pytest.mark.parametrize(
    "check", [check_methods_sample_order_invariance, check_methods_subset_invariance]
)
def test_it_fails_the_checks_that_a_shingler_fails(check):
    assert check.__name__ in SHINGLER_EXPECTED_FAILURES
    detector = quick(LSTMDetector, stateful=True, n_channels=3, units=2)
    pipe = make_pipeline(Shingler(4), detector)
    with pytest.raises(AssertionError):
        check("Pipeline", pipe)
