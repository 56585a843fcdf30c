"""Networks of users that need care: names, losses, seeds, layers without settings."""

import pickle

import keras
import numpy as np
import pytest

from skanomaly import AutoencoderDetector
from skanomaly.engine import TEMPLATES
from tests.detectors.common import quick, rows_of, wave

ROWS = rows_of(wave(260))


class Nothing(keras.callbacks.Callback):
    """A callback that does nothing, and needs Keras' loop nevertheless."""


def both_ways(network, **params):
    params = {"network": network, "epochs": 3, "patience": None, **params}
    graph = quick(AutoencoderDetector, **params).fit(ROWS)
    by_keras = quick(AutoencoderDetector, callbacks=[Nothing()], **params).fit(ROWS)
    for name, course in by_keras.history_.items():
        np.testing.assert_allclose(graph.history_[name], course, rtol=1e-5)
    return graph, by_keras


class OwnLoss(keras.Model):
    def compute_loss(self, x=None, y=None, y_pred=None, *_, **__):
        return keras.ops.mean(keras.ops.abs(y - y_pred)) + 100


def with_a_loss_of_its_own(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return OwnLoss(inputs, keras.layers.Dense(n_channels)(inputs))


def test_a_loss_of_its_own_is_used():
    graph, _ = both_ways(with_a_loss_of_its_own)
    assert graph.history_["loss"][0] > 100


def with_one_weight(context, n_channels):
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(context * n_channels, use_bias=False)(
        keras.layers.Flatten()(inputs)
    )
    return keras.Model(inputs, keras.layers.Reshape((context, n_channels))(x))


def test_one_weight():
    graph, by_keras = both_ways(with_one_weight)
    for one, other in zip(
        graph.network_.optimizer.variables,
        by_keras.network_.optimizer.variables,
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-7)


class AddsMany(keras.layers.Layer):
    """Adds a loss per row, of which Keras takes the sum."""

    def call(self, inputs):
        self.add_loss(1e-3 * keras.ops.mean(inputs**2, axis=(1, 2)))
        return inputs


def with_losses_of_rows(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, AddsMany()(keras.layers.Dense(n_channels)(inputs)))


def named(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(
        inputs, {"reconstruction": keras.layers.Dense(n_channels)(inputs)}
    )


@pytest.mark.parametrize("network", [with_losses_of_rows, named])
def test_losses_of_rows_and_named_outputs(network):
    graph, _ = both_ways(network, validation_split=0)
    assert (graph.score_samples(ROWS) < 0).all()


def with_a_drawn_setting(context, n_channels):
    inputs = keras.Input((context, n_channels))
    noise = keras.layers.GaussianNoise(0.1, seed=np.random.randint(2**31 - 1))
    return keras.Model(inputs, keras.layers.Dense(n_channels)(noise(inputs)))


def test_what_a_function_draws_is_drawn_again():
    fitted = quick(AutoencoderDetector, network=with_a_drawn_setting, random_state=1)
    fitted.fit(ROWS)
    assert fitted.network_.count_params() == 2
    stored = pickle.dumps(fitted)
    TEMPLATES.clear()
    np.testing.assert_array_equal(
        pickle.loads(stored).score_samples(ROWS), fitted.score_samples(ROWS)
    )


OUTER = keras.layers.Dense(1)


def with_a_layer_from_outside(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, keras.layers.Dense(n_channels)(OUTER(inputs)))


def test_a_layer_from_outside_may_have_the_name_of_one_within():
    fitted = quick(AutoencoderDetector, network=with_a_layer_from_outside).fit(ROWS)
    assert fitted.network_.count_params() == 4
    assert fitted.training_loop_ == "graph"


class NoSettings(keras.layers.Layer):
    """Cannot tell its settings, and so has no hash."""

    def __init__(self, thing):
        super().__init__()
        self.thing = thing

    def call(self, inputs):
        return inputs


WITHOUT = NoSettings(object())


def with_a_layer_without_settings(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, WITHOUT(keras.layers.Dense(n_channels)(inputs)))


def test_a_layer_without_settings():
    fitted = quick(AutoencoderDetector, network=with_a_layer_without_settings)
    assert (fitted.fit(ROWS).score_samples(ROWS) < 0).all()


SCALE = """
import keras
class Base(keras.layers.Layer):
    {base}
class Scale(Base):
    {factor}
    def call(self, inputs):
        return self.factor * inputs
def network(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, Scale()(keras.layers.Dense(n_channels)(inputs)))
"""


@pytest.mark.parametrize(
    "cells",
    [
        [
            {"base": "pass", "factor": "factor = 2"},
            {"base": "pass", "factor": "factor = 3"},
        ],
        [{"base": "factor = 2", "factor": ""}, {"base": "factor = 3", "factor": ""}],
    ],
)
def test_attributes_and_bases_of_a_layer_count(cells):
    scores = []
    for cell in cells:
        scope = {"__name__": "__main__"}
        exec(SCALE.format(**cell), scope)
        fitted = quick(AutoencoderDetector, network=scope["network"]).fit(ROWS)
        scores.append(fitted.score_samples(ROWS))
    assert (scores[0] != scores[1]).any()


def test_a_step_without_a_loss_is_refused_where_it_matters():
    class NoLoss(keras.Model):
        def test_step(self, data):
            return {"other": keras.ops.mean(data[0])}

    def network(context, n_channels):
        inputs = keras.Input((context, n_channels))
        return NoLoss(inputs, keras.layers.Dense(n_channels)(inputs))

    for callbacks in (None, [Nothing()]):
        detector = quick(AutoencoderDetector, network=network, callbacks=callbacks)
        with pytest.raises(ValueError, match="test_step returns .*patience=None"):
            detector.fit(ROWS)
        detector.set_params(patience=None).fit(ROWS)
