"""What a template trains is what Keras' own loop trains."""

import keras
import numpy as np
import pytest

from skanomaly import AutoencoderDetector
from tests.detectors.common import NETWORKS, name_of, quick, rows_of, wave

OPTIMIZERS = ["adam", "sgd", "rmsprop", "adagrad", "adamw", "nadam", "lion"]


class Nothing(keras.callbacks.Callback):
    """A callback that does nothing, and needs Keras' loop nevertheless."""


def assert_equal_ways(detector, **params):
    """Train by template and by Keras, compare, and return both detectors."""
    X = rows_of(wave(260, n_channels=2))
    params = {"epochs": 5, "n_channels": 2, "patience": None, **params}
    params["channels"] = "mean"  # a calibration enlarges differences by rounding
    graph = quick(detector, **params).fit(X)
    by_keras = quick(detector, callbacks=[Nothing()], **params).fit(X)
    assert (graph.training_loop_, by_keras.training_loop_) == ("graph", "keras")
    assert set(graph.history_) == set(by_keras.history_)
    for name, course in graph.history_.items():
        np.testing.assert_allclose(course, by_keras.history_[name], rtol=1e-5)
    np.testing.assert_allclose(
        graph.score_samples(X), by_keras.score_samples(X), rtol=1e-4, atol=1e-6
    )
    return graph, by_keras


@pytest.mark.parametrize("detector", NETWORKS, ids=name_of)
def test_a_callback_that_does_nothing_changes_nothing(detector):
    graph, by_keras = assert_equal_ways(detector)
    for one, other in zip(
        graph.network_.get_weights(), by_keras.network_.get_weights(), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_of_keras(optimizer):
    graph, by_keras = assert_equal_ways(AutoencoderDetector, optimizer=optimizer)
    one, other = graph.network_.optimizer, by_keras.network_.optimizer
    assert type(one) is type(other)
    for a, b in zip(one.variables, other.variables, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)


def test_early_stopping_stops_at_the_same_epoch():
    params = {"epochs": 40, "learning_rate": 0.03, "validation_split": 0.3}
    graph, _ = assert_equal_ways(AutoencoderDetector, patience=1, **params)
    assert len(graph.history_["loss"]) < 40


def normalized(context, n_channels):
    """Rows of a batch meet in it, and it has weights that are not trained."""
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(8, activation="relu")(keras.layers.Flatten()(inputs))
    x = keras.layers.Dropout(0.2)(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dense(context * n_channels, kernel_regularizer="l2")(x)
    return keras.Model(inputs, keras.layers.Reshape((context, n_channels))(x))


def spectral(context, n_channels):
    """Its layers set their own weights in training."""
    inputs = keras.Input((context, n_channels))
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(8))
    x = layer(keras.layers.Flatten()(inputs))
    x = keras.layers.Dense(context * n_channels)(x)
    return keras.Model(inputs, keras.layers.Reshape((context, n_channels))(x))


def constrained(context, n_channels):
    inputs = keras.Input((context, n_channels))
    layer = keras.layers.Dense(n_channels, kernel_constraint="non_neg")
    return keras.Model(inputs, layer(inputs))


class OwnStep(keras.Model):
    """Trains on the mean absolute error, in a step of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.mean = keras.metrics.Mean(name="loss")

    def train_step(self, data):
        import tensorflow as tf

        inputs, targets = data[:2]
        with tf.GradientTape() as tape:
            outputs = self(inputs, training=True)
            loss = keras.ops.mean(keras.ops.abs(outputs - targets))
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        self.mean.update_state(loss)
        return {"loss": self.mean.result()}


def with_a_step_of_its_own(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return OwnStep(inputs, keras.layers.Dense(n_channels)(inputs))


@pytest.mark.parametrize("network", [normalized, spectral, constrained], ids=name_of)
def test_networks_of_all_kinds(network):
    assert_equal_ways(AutoencoderDetector, network=network, context=8)


def test_a_training_step_of_ones_own_is_used():
    X = rows_of(wave(260))
    params = {"epochs": 5, "patience": None, "context": 8}
    network = with_a_step_of_its_own
    graph = quick(AutoencoderDetector, network=network, **params).fit(X)
    by_keras = quick(
        AutoencoderDetector, network=network, callbacks=[Nothing()], **params
    ).fit(X)
    assert graph.training_loop_ == "graph"
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(
            graph.history_[name], by_keras.history_[name], rtol=1e-5
        )


@pytest.mark.parametrize(
    ("params", "loop"),
    [
        ({}, "graph"),
        ({"callbacks": []}, "graph"),
        ({"callbacks": [Nothing()]}, "keras"),
        ({"verbose": 2}, "keras"),
        ({"optimizer": "sgd"}, "graph"),
        ({"optimizer": keras.optimizers.Adam(0.01)}, "keras"),
    ],
    ids=["default", "empty", "callbacks", "verbose", "name", "object"],
)
def test_which_loop_has_trained_can_be_asked(params, loop):
    fitted = quick(AutoencoderDetector, epochs=1, **params).fit(rows_of(wave()))
    assert fitted.training_loop_ == loop


def test_training_goes_on_from_one_loop_to_the_other():
    X = rows_of(wave(260))
    params = {"epochs": 2, "warm_start": True, "patience": None}
    courses = []
    for callbacks in [(None, None), ([Nothing()], None), (None, [Nothing()])]:
        detector = quick(AutoencoderDetector, **params)
        for some in callbacks:
            detector.set_params(callbacks=some).fit(X)
        assert int(detector.network_.optimizer.iterations) == 4 * (240 // 16 - 1)
        courses.append(detector.history_["loss"])
    np.testing.assert_allclose(courses[1:], [courses[0]] * 2, rtol=1e-5)
