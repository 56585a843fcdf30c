"""NumPy computes what TensorFlow does, or leaves it to TensorFlow."""

import keras
import numpy as np
import pytest

from skanomaly import AutoencoderDetector, CNNForecastDetector, DenseForecastDetector
from skanomaly.engine._plain import PlainNetwork

SHAPE = (12, 2)


def chain(*layers):
    inputs = x = keras.Input(SHAPE)
    for layer in layers:
        x = layer(x)
    return keras.Model(inputs, x)


def with_two_uses():
    dense, inputs = keras.layers.Dense(2), keras.Input(SHAPE)
    return keras.Model(inputs, dense(dense(inputs)))


KNOWN = {
    "dense": lambda: chain(
        keras.layers.Flatten(),
        keras.layers.Dense(5, "relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(4, "sigmoid", use_bias=False),
        keras.layers.Reshape((2, 2)),
    ),
    "convolutions": lambda: chain(
        keras.layers.Conv1D(4, 3, dilation_rate=2, activation="tanh"),
        keras.layers.Cropping1D((2, 1)),
        keras.layers.Conv1D(2, 1),
    ),
    "within": lambda: chain(chain(keras.layers.Dense(3)), keras.layers.Dense(1)),
}
UNKNOWN = {
    "recurrent": lambda: chain(keras.layers.LSTM(2)),
    "activation": lambda: chain(keras.layers.Dense(2, "softmax")),
    "padding": lambda: chain(keras.layers.Conv1D(2, 3, padding="causal")),
    "strides": lambda: chain(keras.layers.Conv1D(2, 3, strides=2)),
    "two uses": with_two_uses,
    "sequential": lambda: keras.Sequential([keras.Input(SHAPE), keras.layers.Dense(2)]),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_known_layers_have_equal_outputs(kind):
    keras.utils.set_random_seed(0)
    network = KNOWN[kind]()
    plain = PlainNetwork.like(network, SHAPE)
    inputs = np.random.default_rng(1).normal(size=(5, *SHAPE)).astype(np.float32)
    expected = network(inputs, training=False)
    np.testing.assert_allclose(plain(inputs), expected, atol=1e-6)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_other_layers_are_left_to_tensorflow(kind):
    assert PlainNetwork.like(UNKNOWN[kind](), SHAPE) is None


@pytest.mark.parametrize(
    "detector", [AutoencoderDetector, CNNForecastDetector, DenseForecastDetector]
)
def test_own_networks_of_known_layers_are_plain(detector):
    shape = SHAPE if detector is AutoencoderDetector else (*SHAPE, 1)
    assert PlainNetwork.like(detector._build(*shape), SHAPE) is not None
