"""What a fitted detector owns, gives away, and stores."""

import copy
import pickle
import pickletools
import subprocess
import sys
from io import BytesIO

import joblib
import keras
import numpy as np
import pytest
from sklearn.base import clone

from skanomaly import AutoencoderDetector, CNNForecastDetector, LSTMDetector
from skanomaly.engine import TEMPLATES
from tests.detectors.common import NETWORKS, name_of, quick, records, rows_of, wave


@pytest.mark.parametrize("detector", [AutoencoderDetector, CNNForecastDetector])
def test_the_network_is_a_copy(detector):
    rows = rows_of(wave())
    fitted = quick(detector).fit(rows)
    scores = fitted.score_samples(rows)
    network = fitted.network_
    assert network is fitted.network_
    network.set_weights([0 * one for one in network.get_weights()])
    np.testing.assert_array_equal(fitted.score_samples(rows), scores)
    # Further training goes on from the weights of the detector, in a new copy.
    other = quick(detector).fit(rows)
    fitted.partial_fit(rows)
    other.partial_fit(rows)
    np.testing.assert_array_equal(fitted.score_samples(rows), other.score_samples(rows))
    assert fitted.network_ is not network


@pytest.mark.parametrize("detector", NETWORKS, ids=name_of)
def test_the_network_is_a_compiled_one(detector):
    rows = rows_of(wave())
    fitted = quick(detector).fit(rows)
    network = fitted.network_
    assert network.compiled
    assert int(network.optimizer.iterations) > 0
    before = network.get_weights()
    view = fitted._view.training(fitted._check_rows(rows))
    inputs, targets = view.take(np.arange(8))
    network.fit(inputs, targets, verbose=0)
    after = network.get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


def packed_in(content):
    """Yield every string of bytes in a pickle."""
    for _, value, _ in pickletools.genops(content):
        if isinstance(value, bytes):
            yield value


@pytest.mark.parametrize("detector", [AutoencoderDetector, LSTMDetector])
def test_a_pickle_holds_no_other_pickle(detector):
    fitted = quick(detector).fit(rows_of(wave()))
    fitted.network_  # noqa: B018  which is not stored
    content = pickle.dumps(fitted)
    for value in packed_in(content):
        # Each of protocol 2 and later begins so; a network of Keras is a ZIP archive.
        assert not value.startswith((b"\x80", b"PK"))
    stored = BytesIO()
    joblib.dump(fitted, stored)
    assert b"PK\x03\x04" not in stored.getvalue()


def test_a_pickle_has_the_size_of_its_arrays():
    fitted = quick(AutoencoderDetector, hidden_units=(300,)).fit(records(60, 50))
    state = fitted._model.trained.state
    n_bytes = sum(one.nbytes for one in [*state.weights, *state.optimizer])
    assert n_bytes < len(pickle.dumps(fitted)) < n_bytes + 20_000


WIDTH = 4


def network(context, n_channels):
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(WIDTH, activation=ACTIVATION)(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_channels)(x))


ACTIVATION = "tanh"


@pytest.mark.parametrize(("name", "value"), [("WIDTH", 5), ("ACTIVATION", "relu")])
def test_a_function_that_changed_since_is_refused(monkeypatch, name, value):
    rows = rows_of(wave())
    fitted = quick(AutoencoderDetector, network=network).fit(rows)
    scores = fitted.score_samples(rows)
    stored = pickle.dumps(fitted)
    TEMPLATES.clear()
    np.testing.assert_array_equal(pickle.loads(stored).score_samples(rows), scores)
    TEMPLATES.clear()
    monkeypatch.setitem(network.__globals__, name, value)
    with pytest.raises(ValueError, match="has changed since this detector was fitted"):
        pickle.loads(stored).score_samples(rows)


# Numbers of rows that a network computes at once.


@keras.saving.register_keras_serializable("tests")
class Counting(keras.layers.Layer):
    """Notes the number of rows of each call."""

    seen = []  # noqa: RUF012

    def call(self, inputs):
        import tensorflow as tf

        def note(n):
            Counting.seen.append(int(n))
            return n

        n = tf.numpy_function(note, [tf.shape(inputs)[0]], tf.int32)
        with tf.control_dependencies([n]):
            return tf.identity(inputs)


def counting(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, keras.layers.Dense(n_channels)(Counting()(inputs)))


def test_one_row_costs_few_padded_rows():
    fitted = quick(AutoencoderDetector, network=counting).fit(records())
    fitted.score_samples(records(1))  # measures nothing: it has the smallest size
    Counting.seen.clear()
    fitted.score_samples(records(1))
    assert 1 <= sum(Counting.seen) <= 32
    fitted.score_samples(records(2000))
    Counting.seen.clear()
    fitted.score_samples(records(2000))
    assert 2000 <= sum(Counting.seen) <= 2600
    assert len(Counting.seen) <= 5


@pytest.mark.parametrize("detector", NETWORKS, ids=name_of)
def test_a_row_has_its_score_in_any_company(detector):
    rows = records(700)
    fitted = quick(detector, epochs=1).fit(rows[:60])
    scores = fitted.score_samples(rows)
    for n in (1, 7, 31, 32, 33, 127, 129, 513):
        np.testing.assert_allclose(
            fitted.score_samples(rows[-n:]), scores[-n:], rtol=1e-7
        )


CALLBACKS = {
    "early stopping": lambda _: keras.callbacks.EarlyStopping(patience=1),
    "a log with an open file": lambda folder: keras.callbacks.CSVLogger(folder / "log"),
}


@pytest.mark.parametrize("kind", CALLBACKS)
def test_a_detector_with_callbacks_can_be_stored(kind, tmp_path):
    rows = rows_of(wave())
    callback = CALLBACKS[kind](tmp_path)
    fitted = quick(AutoencoderDetector, callbacks=[callback]).fit(rows)
    scores = fitted.score_samples(rows)
    for again in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(again.score_samples(rows), scores)
    assert len(pickle.dumps(callback)) < 2000  # without the network
    np.testing.assert_array_equal(clone(fitted).fit(rows).score_samples(rows), scores)


def test_what_a_callback_has_recorded_stays():
    class Losses(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.losses = []

        def on_epoch_end(self, epoch, logs=None):
            self.losses.append(logs["loss"])

    callback = Losses()
    fitted = quick(AutoencoderDetector, callbacks=[callback]).fit(rows_of(wave()))
    assert callback.losses == fitted.history_["loss"]


REGISTERED = """
import pickle, sys
import keras
from skanomaly import AutoencoderDetector
import numpy as np
rows = np.random.default_rng(0).normal(size=(50, 6))
fitted = AutoencoderDetector(epochs=1, random_state=0).fit(rows)
stored = pickle.dumps(fitted)
import scikeras
pickle.dumps(fitted.network_)  # SciKeras registers the classes of Keras
again = AutoencoderDetector(epochs=1, random_state=0).fit(rows)
for one in (pickle.loads(stored), pickle.loads(pickle.dumps(again))):
    np.testing.assert_array_equal(one.score_samples(rows), fitted.score_samples(rows))
"""


def test_registering_the_classes_of_keras_changes_no_network():
    done = subprocess.run(
        [sys.executable, "-c", REGISTERED], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_network_keeps_the_precision_of_its_fit():
    rows = rows_of(wave())
    fitted = quick(AutoencoderDetector).fit(rows)
    scores, stored = fitted.score_samples(rows), pickle.dumps(fitted)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        TEMPLATES.clear()
        again = pickle.loads(stored).score_samples(rows)
        assert keras.config.dtype_policy().name == "mixed_float16"
        other = quick(AutoencoderDetector).fit(rows)
        assert other.network_.layers[-1].compute_dtype == "float16"
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(again, scores)


def test_metrics_of_a_compiled_network_have_the_names_of_keras():
    def network(context, n_channels):
        made = keras.Sequential(
            [keras.Input((context, n_channels)), keras.layers.Dense(n_channels)]
        )
        made.compile("sgd", "mae", metrics=["mse"])
        return made

    fitted = quick(AutoencoderDetector, network=network).fit(rows_of(wave()))
    assert set(fitted.history_) == {"loss", "mse", "val_loss", "val_mse"}


WRONG_OBJECTS = [
    ({"callbacks": ["early"]}, "must be a list of .* but contains 'early'"),
    (
        {"optimizer": keras.optimizers.Adam},
        r"Pass an object, keras.optimizers.Adam\(\)",
    ),
]


@pytest.mark.parametrize(("params", "message"), WRONG_OBJECTS)
def test_what_is_no_object_of_keras_is_refused(params, message):
    with pytest.raises(TypeError, match=message):
        quick(AutoencoderDetector, **params).fit(rows_of(wave()))


def test_an_optimizer_may_be_given_by_its_configuration():
    rows = rows_of(wave())
    config = {"class_name": "Adam", "config": {"learning_rate": 0.01}}
    fitted = quick(AutoencoderDetector, optimizer=config).fit(rows)
    named = quick(AutoencoderDetector, learning_rate=0.01).fit(rows)
    np.testing.assert_array_equal(fitted.score_samples(rows), named.score_samples(rows))
