"""Networks of the user's are stored by their Keras configuration."""

import keras
import numpy as np
import pytest

from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    ConvFeatureDetector,
    load_model,
    save_model,
)
from skanomaly.engine import TEMPLATES
from tests.persistence.common import series

QUICK = {"epochs": 1, "patience": None, "random_state": 0, "batch_size": 64}


@keras.saving.register_keras_serializable("tests_of_storage")
class Scaled(keras.layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=shape[-1:], initializer="ones")

    def call(self, inputs):
        return inputs * self.scale


@keras.saving.register_keras_serializable("tests_of_storage")
def bent(inputs):
    return keras.ops.tanh(inputs)


def plain(context, n_channels):
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(4, activation="relu", kernel_regularizer="l2")(inputs)
    x = keras.layers.Dropout(0.1)(x) + 1.0
    x = keras.layers.TimeDistributed(keras.layers.Dense(3, activation="tanh"))(x)
    return keras.Model(inputs, keras.layers.Dense(n_channels)(x))


def compiled(context, n_channels):
    network = keras.Sequential(
        [keras.Input((context, n_channels)), keras.layers.Dense(n_channels)]
    )
    network.compile(keras.optimizers.SGD(0.01), loss="mae", metrics=["mse"])
    return network


def own_layer(context, n_channels):
    return keras.Sequential([keras.Input((context, n_channels)), Scaled()])


def own_activation(context, n_channels):
    dense = keras.layers.Dense(n_channels, activation=bent)
    return keras.Sequential([keras.Input((context, n_channels)), dense])


def code(context, n_channels):
    inputs = keras.Input((context, n_channels))
    pooled = keras.layers.GlobalMaxPooling1D()(inputs)
    return keras.Model(inputs, keras.layers.Dense(3)(pooled))


def three(context, n_channels):
    row, noise = keras.Input((context, n_channels)), keras.Input((2,))
    encoder = keras.Model(
        row, keras.layers.Dense(2)(keras.layers.Flatten()(row)), name="encoder"
    )
    made = keras.layers.Dense(context * n_channels)(noise)
    generator = keras.Model(
        noise, keras.layers.Reshape((context, n_channels))(made), name="generator"
    )
    seen = keras.layers.Concatenate()([keras.layers.Flatten()(row), noise])
    features = keras.layers.Dense(3)(seen)
    logit = keras.layers.Dense(1)(features)
    return encoder, generator, keras.Model([row, noise], [logit, features])


KINDS = {
    "plain": (AutoencoderDetector, plain, ()),
    "compiled": (AutoencoderDetector, compiled, ()),
    "layer": (AutoencoderDetector, own_layer, (Scaled,)),
    "activation": (AutoencoderDetector, own_activation, (bent,)),
    "adversarial": (BiGANDetector, three, ()),
    "features": (ConvFeatureDetector, code, ()),
}


def rows():
    return np.lib.stride_tricks.sliding_window_view(series(200, 1)[:, 0], 12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_of_ones_own_comes_back(kind, tmp_path):
    detector, network, trusted = KINDS[kind]
    model = detector(network=network, **QUICK).fit(rows())
    path, scores = save_model(model, tmp_path / "model"), model.score_samples(rows())
    TEMPLATES.clear()  # as in another process
    again = load_model(path, trusted=trusted)
    np.testing.assert_array_equal(again.score_samples(rows()), scores)
    for one in (model, again):
        one.partial_fit(rows())
    np.testing.assert_array_equal(
        again.score_samples(rows()), model.score_samples(rows())
    )


def test_the_function_of_a_network_is_needed_by_a_new_fit_alone(tmp_path):
    model = AutoencoderDetector(network=compiled, **QUICK).fit(rows())
    again = load_model(save_model(model, tmp_path / "once"))
    path = save_model(again, tmp_path / "twice")
    with pytest.raises(ValueError, match=r"test_own_networks\.compiled is needed here"):
        again.fit(rows())
    again = load_model(path, trusted=[compiled]).fit(rows())
    np.testing.assert_array_equal(
        again.score_samples(rows()), model.score_samples(rows())
    )


@pytest.mark.parametrize("kind", ["layer", "activation"])
def test_what_is_not_of_keras_is_refused_by_name_unless_it_is_trusted(kind, tmp_path):
    detector, network, trusted = KINDS[kind]
    path = save_model(detector(network=network, **QUICK).fit(rows()), tmp_path / "m")
    with pytest.raises(ValueError, match=rf"{trusted[0].__name__} is not on the list"):
        load_model(path)
    with pytest.raises(ValueError, match="is not on the list"):
        load_model(path, trusted=["collections.OrderedDict", own_layer])
    assert load_model(path, trusted=[trusted[0]]).network.name


def test_a_lambda_layer_is_refused_when_it_is_stored(tmp_path):
    def network(context, n_channels):
        layers = [keras.Input((context, n_channels)), keras.layers.Lambda(lambda x: x)]
        return keras.Sequential([*layers, keras.layers.Dense(n_channels)])

    model = AutoencoderDetector(network=network, **QUICK).fit(rows())
    with pytest.raises(ValueError, match="a Lambda holds code"):
        save_model(model, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
