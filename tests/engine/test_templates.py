"""One template serves all fits of an architecture, and nothing else is kept."""

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

import skanomaly
from skanomaly import AutoencoderDetector, LSTMDetector, Shingler
from skanomaly.engine import TEMPLATES
from tests.detectors.common import quick, rows_of, wave

ROOT = Path(skanomaly.__file__).parent.parent


@pytest.fixture(autouse=True)
def no_templates():
    TEMPLATES.clear()
    yield
    TEMPLATES.clear()


def test_folds_of_different_length_share_a_trace():
    detector = quick(AutoencoderDetector, batch_size=16)
    search = GridSearchCV(
        make_pipeline(Shingler(12), detector),
        {"autoencoderdetector__learning_rate": [0.01, 0.001]},
        cv=TimeSeriesSplit(4),
        scoring=lambda model, X, y=None: model.score_samples(X).mean(),
    )
    search.fit(wave(600))
    # One template per learning rate, with one trace each of training, evaluation and
    # outputs, although 9 fits had 5 different lengths.
    assert len(TEMPLATES) == 2
    assert TEMPLATES.n_traces == 2 * 3


@pytest.mark.parametrize("detector", [AutoencoderDetector, LSTMDetector])
def test_series_of_any_length_share_a_trace(detector):
    for n in (150, 400, 151):
        quick(detector, batch_size=16).fit(rows_of(wave(n)))
    assert TEMPLATES.n_traces == 3


def test_what_changes_the_network_or_its_training_has_a_template_of_its_own():
    rows, n_templates = rows_of(wave()), 1
    quick(AutoencoderDetector).fit(rows)
    for params in (
        {"hidden_units": (5,)},
        {"activation": "relu"},
        {"learning_rate": 0.1},
        {"optimizer": "sgd"},
        {"context": 7},
    ):
        quick(AutoencoderDetector, **params).fit(rows)
        n_templates += 1
        assert len(TEMPLATES) == n_templates, params
    # These do not.
    for params in ({"epochs": 1}, {"batch_size": 7}, {"patience": 1}):
        quick(AutoencoderDetector, **params).fit(rows)
    quick(AutoencoderDetector, random_state=5).fit(rows_of(wave(300)))
    assert len(TEMPLATES) == n_templates
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        quick(AutoencoderDetector).fit(rows)
    finally:
        keras.config.set_dtype_policy("float32")
    assert len(TEMPLATES) == n_templates + 1


NOTEBOOK = """
import keras
{extra}
def small(context, n_channels):
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense({units})(keras.layers.Flatten()(inputs))
    x = keras.layers.Dense(context * n_channels)(x)
    return keras.Model(inputs, keras.layers.Reshape((context, n_channels))({out}))
"""


def from_notebook(units="3", out="x", extra=""):
    """Define the function again, as running a cell of a notebook does."""
    scope = {"__name__": "__main__"}
    exec(NOTEBOOK.format(units=units, out=out, extra=extra), scope)
    return scope["small"]


def test_a_function_that_is_defined_again_is_another_network():
    rows = rows_of(wave())
    helper = "class Twice(keras.layers.Layer):\n  def call(self, x): return {} * x"
    versions = [
        from_notebook(),
        from_notebook("4"),
        from_notebook("UNITS", extra="UNITS = 3"),
        from_notebook("UNITS", extra="UNITS = 5"),
        from_notebook("units()", extra="def units(): return 3"),
        from_notebook("units()", extra="def units(): return 3 + 1"),
        from_notebook(out="Twice()(x)", extra=helper.format(2)),
        from_notebook(out="Twice()(x)", extra=helper.format(3)),
    ]
    scores = {}
    for i, network in enumerate(versions):
        fitted = quick(AutoencoderDetector, network=network).fit(rows)
        assert len(TEMPLATES) == i + 1
        scores[i] = fitted.score_samples(rows)
    assert len({tuple(one) for one in scores.values()}) > len(versions) / 2
    # The same cell, run twice, is one network.
    quick(AutoencoderDetector, network=from_notebook()).fit(rows)
    quick(
        AutoencoderDetector,
        network=from_notebook("units()", extra="def units(): return 3"),
    ).fit(rows)
    assert len(TEMPLATES) == len(versions)


def test_a_function_that_builds_another_network_each_time(tmp_path):
    """What a function reads from outside is not in its code: the network tells."""
    file = tmp_path / "units"

    def network(context, n_channels):
        return from_notebook(file.read_text())(context, n_channels)

    for n_templates, units in enumerate("35", 1):
        file.write_text(units)
        fitted = quick(AutoencoderDetector, network=network).fit(rows_of(wave()))
        assert fitted.network_.layers[2].units == int(units)
        assert len(TEMPLATES) == n_templates


def with_lock(units):
    from threading import Lock

    lock = Lock()

    def network(context, n_channels):
        with lock:
            return from_notebook(str(units))(context, n_channels)

    return network


def test_what_has_no_hash_has_a_template_that_goes_with_its_detector():
    rows = rows_of(wave())
    one, other = (quick(AutoencoderDetector, network=with_lock(n)) for n in (3, 4))
    scores = [each.fit(rows).score_samples(rows) for each in (one, other)]
    assert len(TEMPLATES) == 0
    assert (scores[0] != scores[1]).all()
    template = weakref.ref(one._model.trained._template)
    assert template() is one._model.trained._template
    del one
    gc.collect()
    assert template() is None
    np.testing.assert_array_equal(other.score_samples(rows), scores[1])


def test_the_cache_is_bounded_and_what_left_it_still_scores(monkeypatch):
    monkeypatch.setattr(TEMPLATES, "size", 2)
    rows = rows_of(wave())
    fitted = [
        quick(AutoencoderDetector, hidden_units=(n,)).fit(rows) for n in (2, 3, 4)
    ]
    assert len(TEMPLATES) == 2
    again = [quick(AutoencoderDetector, hidden_units=(n,)) for n in (2, 3, 4)]
    for one, other in zip(fitted, again, strict=True):
        scores = one.score_samples(rows)
        np.testing.assert_array_equal(other.fit(rows).score_samples(rows), scores)
    template = weakref.ref(fitted[0]._model.trained._template)
    for one in fitted[1:]:
        one.score_samples(rows)
    gc.collect()
    assert template() is None


def test_the_cache_is_bounded_by_the_bytes_of_weights_too(monkeypatch):
    rows = rows_of(wave())
    fitted = [
        quick(AutoencoderDetector, hidden_units=(n,)).fit(rows) for n in (2, 3, 4)
    ]
    trained = [one._model.trained for one in fitted]
    n_bytes = [one._template.n_bytes for one in trained]
    assert n_bytes[0] == sum(one.nbytes for one in trained[0].state.weights)
    for limit, kept in ((sum(n_bytes[1:]), 2), (sum(n_bytes[1:]) - 1, 1), (1, 1)):
        monkeypatch.setattr(TEMPLATES, "n_bytes", limit)
        TEMPLATES.clear()
        for one in fitted:
            one.score_samples(rows)
        assert len(TEMPLATES) == kept


GROWTH = """
import gc, json, sys
import numpy as np
from skanomaly import AutoencoderDetector, Shingler
from skanomaly.engine import TEMPLATES
def memory():
    gc.collect()
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if "RssAnon" in line) / 1024
rows = Shingler(20).fit_transform(np.sin(np.arange(300) / 3)[:, None])
def fit(sizes):
    for units in sizes:
        detector = AutoencoderDetector(hidden_units=(units,), epochs=1, random_state=0)
        detector.fit(rows).score_samples(rows)
def grown(sizes, size):
    TEMPLATES.size = size
    for _ in range(3):
        fit(sizes)
    before = memory()
    for _ in range(3):
        fit(sizes)
    return memory() - before
print(json.dumps([grown([64] * 15, size=16), grown(range(2, 8), size=1)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_fits_leave_nothing_behind():
    done = subprocess.run(
        [sys.executable, "-c", GROWTH], capture_output=True, text=True, cwd=ROOT
    )
    of_one, of_many = json.loads(done.stdout.splitlines()[-1])
    # In MB: 45 fits of one architecture, and 18 of architectures that the cache has no
    # room for. A fit whose graph stays keeps 2 at least, and one of Keras some 7.
    assert of_one < 9
    assert of_many < 27
