"""Users' own networks, in both families and with both shapes of forecasts."""

import keras
import numpy as np
import pytest

from skanomaly import AutoencoderDetector, CNNForecastDetector, LSTMDetector
from tests import naive
from tests.detectors.common import (
    AUTOENCODERS,
    FORECASTERS,
    WINDOW,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)

HORIZON = 3


def last_step(context, n_channels, n_predicted):
    """Predicts after its last input step."""
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(n_predicted * n_channels)(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Reshape((n_predicted, n_channels))(x))


def every_step(context, n_channels, n_predicted):
    """Predicts after every input step, of any number of them."""
    inputs = keras.Input((None, n_channels))
    x = keras.layers.GRU(4, return_sequences=True)(inputs)
    x = keras.layers.Dense(n_predicted * n_channels)(x)
    return keras.Model(inputs, keras.layers.Reshape((-1, n_predicted, n_channels))(x))


def last_steps(context, n_channels, n_predicted):
    """Predicts after all input steps but the first three."""
    inputs = keras.Input((None, n_channels))
    x = keras.layers.Conv1D(n_predicted * n_channels, 4)(inputs)
    return keras.Model(inputs, keras.layers.Reshape((-1, n_predicted, n_channels))(x))


def every_step_of_the_context(context, n_channels, n_predicted):
    """Predicts after every input step, and takes no other number of them."""
    inputs = keras.Input((context, n_channels))
    x = keras.layers.LSTM(4, return_sequences=True)(inputs)
    x = keras.layers.Dense(n_predicted * n_channels)(x)
    outputs = keras.layers.Reshape((context, n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


def narrow(context, n_channels):
    """A linear autoencoder."""
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(2)(keras.layers.Flatten()(inputs))
    x = keras.layers.Dense(context * n_channels)(x)
    return keras.Model(inputs, keras.layers.Reshape((context, n_channels))(x))


@pytest.mark.parametrize("strategy", ["one-step", "direct"])
@pytest.mark.parametrize(
    "network", [last_step, every_step, last_steps, every_step_of_the_context]
)
def test_a_forecaster_of_ones_own(network, strategy):
    X = rows_of(wave(80, n_channels=2))
    fitted = quick(
        CNNForecastDetector,
        network=network,
        horizon=HORIZON,
        strategy=strategy,
        n_channels=2,
        channels="mean",
    ).fit(X)
    assert (
        fitted.network_.count_params()
        == (
            network(WINDOW - HORIZON, 2, 1 if strategy == "one-step" else HORIZON)
        ).count_params()
    )
    errors = [
        naive.forecast_errors(
            fitted.network_, row.reshape(-1, 2), horizon=HORIZON, strategy=strategy
        )
        for row in X[:4]
    ]
    np.testing.assert_allclose(fitted.score_channels(X[:4]), errors, rtol=1e-4)


def test_an_autoencoder_of_ones_own():
    X = rows_of(wave(80, n_channels=2))
    params = {"context": 8, "n_channels": 2, "channels": "mean"}
    fitted = quick(AutoencoderDetector, network=narrow, **params).fit(X)
    assert fitted.network_.count_params() == narrow(8, 2).count_params()
    errors = [
        naive.reconstruction_errors(
            fitted.network_, row.reshape(-1, 2), context=8, center=True
        )
        for row in X[:4]
    ]
    np.testing.assert_allclose(fitted.score_channels(X[:4]), errors, rtol=1e-4)


def test_a_network_compiled_by_its_user_keeps_its_loss():
    def compiled(context, n_channels):
        model = narrow(context, n_channels)
        model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mae")
        return model

    fitted = quick(AutoencoderDetector, network=compiled).fit(records())
    assert fitted.network_.loss == "mae"
    assert isinstance(fitted.network_.optimizer, keras.optimizers.SGD)


def wrong_forecasts():
    def flat(context, n_channels, n_predicted):
        inputs = keras.Input((context, n_channels))
        return keras.Model(
            inputs, keras.layers.Dense(5)(keras.layers.Flatten()(inputs))
        )

    def other_channels(context, n_channels, n_predicted):
        return every_step(context, n_channels, n_predicted + 1)

    return [flat, other_channels]


def wrong_reconstructions():
    def flat(context, n_channels):
        inputs = keras.Input((context, n_channels))
        x = keras.layers.Dense(context * n_channels)(keras.layers.Flatten()(inputs))
        return keras.Model(inputs, x)

    def other_channels(context, n_channels):
        inputs = keras.Input((context, n_channels))
        return keras.Model(inputs, keras.layers.Dense(n_channels + 1)(inputs))

    def one_value(context, n_channels):
        # Broadcasts against the targets, so nothing else would notice.
        inputs = keras.Input((context, n_channels))
        x = keras.layers.Dense(1)(keras.layers.Flatten()(inputs))
        return keras.Model(inputs, keras.layers.Reshape((1, 1))(x))

    return [flat, other_channels, one_value]


class NoTraining(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise AssertionError("the training began")


@pytest.mark.parametrize("network", wrong_forecasts(), ids=name_of)
def test_forecasts_of_a_wrong_shape_are_refused_before_training(network):
    detector = quick(LSTMDetector, network=network, callbacks=[NoTraining()])
    with pytest.raises(ValueError, match="The network maps inputs of shape"):
        detector.fit(records())


@pytest.mark.parametrize("network", wrong_reconstructions(), ids=name_of)
def test_reconstructions_of_a_wrong_shape_are_refused_before_training(network):
    detector = quick(AutoencoderDetector, network=network, callbacks=[NoTraining()])
    with pytest.raises(ValueError, match="The network maps inputs of shape"):
        detector.fit(records())


@pytest.mark.parametrize("detector", [AUTOENCODERS[0], FORECASTERS[0]], ids=name_of)
def test_what_is_no_network_is_refused(detector):
    with pytest.raises((TypeError, ValueError), match=r"keras\.Model"):
        quick(detector, network=lambda *shape: None).fit(records())


class Subclassed(keras.Model):
    """Tells no shape before it is called."""

    def __init__(self, context, n_channels, n_predicted=None):
        super().__init__()
        steps = n_predicted or context
        self.flat = keras.layers.Flatten()
        self.dense = keras.layers.Dense(steps * n_channels)
        self.shaped = keras.layers.Reshape((steps, n_channels))

    def call(self, inputs):
        return self.shaped(self.dense(self.flat(inputs)))


def a_sequential(context, n_channels, n_predicted):
    layers = [
        keras.layers.GRU(4, return_sequences=True),
        keras.layers.Dense(n_predicted * n_channels),
        keras.layers.Reshape((-1, n_predicted, n_channels)),
    ]
    return keras.Sequential(layers)


@pytest.mark.parametrize(
    ("detector", "network"),
    [
        (FORECASTERS[0], Subclassed),
        (FORECASTERS[0], a_sequential),
        (AUTOENCODERS[0], Subclassed),
    ],
)
def test_a_network_that_tells_no_shape(detector, network):
    fitted = quick(detector, network=network).fit(rows_of(wave()))
    scores = fitted.score_samples(rows_of(wave()))
    np.testing.assert_allclose(scores[5:6], fitted.score_samples(rows_of(wave())[5:6]))
