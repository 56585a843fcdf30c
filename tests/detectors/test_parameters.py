"""Parameters are fields: one declaration gives constructor, constraints and text."""

import pickle
from dataclasses import fields
from inspect import signature

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    ConvAutoencoderDetector,
    LSTMDetector,
    PCADetector,
    VariationalAutoencoderDetector,
)
from skanomaly.detectors import BaseDetector
from skanomaly.detectors._parameters import parameters
from tests.detectors.common import ALL, NETWORKS, name_of, quick, records, rows_of, wave


@pytest.mark.parametrize("detector", ALL, ids=name_of)
def test_constructor_constraints_and_parameters_are_the_same_names(detector):
    names = list(signature(detector).parameters)
    assert list(detector._parameter_constraints) == names
    assert sorted(names) == sorted(detector().get_params(deep=False))
    assert {field.name for field in fields(detector) if field.init} == set(names)


@pytest.mark.parametrize("detector", NETWORKS, ids=name_of)
def test_own_parameters_come_first_and_those_of_all_detectors_last(detector):
    names = list(signature(detector).parameters)
    own = names[: names.index("network")]
    shared = signature(BaseDetector).parameters
    assert set(own).isdisjoint(shared)
    assert names[-6:] == list(signature(PCADetector).parameters)[-6:]
    assert "warm_start" in names


def test_another_default_keeps_place_and_constraints():
    ours, theirs = signature(BiGANDetector), signature(AutoencoderDetector)
    assert ours.parameters["patience"].default == 10
    assert list(ours.parameters)[-16:] == list(theirs.parameters)[-16:]
    with pytest.raises(ValueError, match="'patience' parameter of BiGANDetector"):
        quick(BiGANDetector, patience=-1).fit(records())


@pytest.mark.parametrize("sizes", [[64, 0], ["64"], [True], 64, "64", [1.5]])
def test_wrong_sizes_of_layers_are_refused(sizes):
    match = "'hidden_units' parameter of AutoencoderDetector must be a sequence of int"
    with pytest.raises(ValueError, match=match):
        AutoencoderDetector(hidden_units=sizes).fit(records())


def test_sizes_of_layers_may_be_numbers_of_numpy():
    sizes = np.array([8, 4])
    model = quick(AutoencoderDetector, hidden_units=sizes, memory=None).fit(records())
    assert pickle.loads(pickle.dumps(model)).network_.count_params() > 0
    assert clone(model).hidden_units is not None


def test_a_subclass_without_the_decorator_is_the_same_detector():
    class Mine(LSTMDetector):
        pass

    assert signature(Mine) == signature(LSTMDetector)
    assert Mine(units=4).get_params()["units"] == 4


@pytest.mark.parametrize(
    ("params", "match"),
    [
        (
            {"activation": "tahn"},
            r"activation='tahn' is not an activation of Keras\. Did you mean 'tanh'\?",
        ),
        (
            {"output_activation": "sigmod"},
            r"output_activation='sigmod' is not .* Did you mean 'sigmoid'\?",
        ),
        (
            {"optimizer": "adamm"},
            r"optimizer='adamm' is not an optimizer of Keras\. Did you mean 'adam",
        ),
    ],
)
def test_an_unknown_name_is_reported_with_the_closest_one(params, match):
    with pytest.raises(ValueError, match=match):
        quick(AutoencoderDetector, **params).fit(records())


def test_a_pickle_without_a_parameter_is_refused():
    model = quick(PCADetector).fit(records())
    state = dict(model.__getstate__())
    del state["center"]
    fresh = PCADetector.__new__(PCADetector)
    with pytest.raises(ValueError, match="it lacks center"):
        fresh.__setstate__(state)
    restored = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(
        restored.score_samples(records()), model.score_samples(records())
    )


def with_time_axis(context, n_channels):
    inputs = keras.Input((context, n_channels))
    code = keras.layers.Conv1D(2, 3, padding="same", name="code")(inputs)
    return keras.Model(inputs, keras.layers.Conv1D(n_channels, 3, padding="same")(code))


@pytest.mark.parametrize(
    "detector",
    [AutoencoderDetector, ConvAutoencoderDetector, VariationalAutoencoderDetector],
    ids=name_of,
)
def test_a_code_that_keeps_the_time_axis_is_refused_before_training(detector):
    match = r"layer named 'code' has outputs of shape \(None, 12, 2\).*must be flat"
    with pytest.raises(ValueError, match=match):
        quick(detector, network=with_time_axis).fit(rows_of(wave()))


def test_a_network_without_a_code_is_fine():
    def bare(context, n_channels):
        inputs = keras.Input((context, n_channels))
        return keras.Model(inputs, keras.layers.Dense(n_channels)(inputs))

    quick(AutoencoderDetector, network=bare).fit(rows_of(wave()))


def test_names_that_the_network_does_not_take_are_not_checked():
    def mine(context, n_channels):
        inputs = keras.Input((context, n_channels))
        return keras.Model(inputs, keras.layers.Dense(n_channels)(inputs))

    quick(AutoencoderDetector, network=mine, activation="unused").fit(records())


def test_a_network_instead_of_a_function_is_refused():
    inputs = keras.Input((12, 1))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    with pytest.raises(TypeError, match=r"is a keras\.Model.*Pass a function"):
        quick(AutoencoderDetector, network=model).fit(rows_of(wave()))


def test_a_missing_layer_is_reported_with_what_to_do():
    def bare(context, n_channels):
        inputs = keras.Input((context, n_channels))
        return keras.Model(inputs, keras.layers.Dense(n_channels)(inputs))

    rows = rows_of(wave())
    model = quick(AutoencoderDetector, network=bare).fit(rows)
    with pytest.raises(ValueError, match="no layer named 'code'.*Give the layer"):
        model.encode(rows)


def test_a_plain_field_is_no_parameter():
    with pytest.raises(TypeError, match="extra is a plain field.*Declare it with"):

        @parameters
        class Wrong(PCADetector):
            """A detector whose parameter has no allowed values."""

            extra: int = 3


def test_a_fitted_pickle_of_another_structure_is_refused():
    state = dict(quick(PCADetector).fit(records()).__getstate__())
    del state["_view"]
    with pytest.raises(ValueError, match="lacks _view"):
        PCADetector.__new__(PCADetector).__setstate__(state)
