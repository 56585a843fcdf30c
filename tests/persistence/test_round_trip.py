"""A stored model answers, and goes on training, as the one that was stored."""

import subprocess
import sys

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import OneClassSVM

import skanomaly
from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    EventRule,
    PCADetector,
    SigmaThreshold,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    load_model,
    make_detector,
    read_manifest,
    save_model,
)
from skanomaly.compose import detector_names
from skanomaly.engine import TEMPLATES
from tests.persistence.common import QUICK, fitted, series


def through_file(model, folder, **options):
    return load_model(save_model(model, folder / "model.skanomaly"), **options)


@pytest.mark.parametrize("name", detector_names())
def test_every_recipe_scores_as_before(name, tmp_path):
    model, X = fitted(name), series(400)
    scores = model.score_samples(X)
    if name == "autoencoder":
        TEMPLATES.clear()  # as in another process
    again = through_file(model, tmp_path)
    np.testing.assert_array_equal(again.score_samples(X), scores)
    assert again[-1].offset_ == model[-1].offset_
    assert str(again.get_params()) == str(model.get_params())
    # Equal models are equal files, so that a file may be known by its hash.
    first = (tmp_path / "model.skanomaly").read_bytes()
    assert save_model(again, tmp_path / "again.skanomaly").read_bytes() == first


NETWORKS = {
    "named": lambda: AutoencoderDetector(hidden_units=(8,), **QUICK),
    "configured": lambda: AutoencoderDetector(
        hidden_units=(8,),
        optimizer={"class_name": "RMSprop", "config": {"rho": 0.7}},
        **QUICK,
    ),
    "object": lambda: AutoencoderDetector(
        hidden_units=(8,),
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(0.01, 5, 0.9)
        ),
        **QUICK,
    ),
    "two steps": lambda: BiGANDetector(
        hidden_units=(8,), discriminator_units=(4,), batch_size=128, **QUICK
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_training_goes_on_as_it_would_have(kind, tmp_path):
    rows = np.lib.stride_tricks.sliding_window_view(series(n_channels=1)[:, 0], 24)
    model = NETWORKS[kind]().set_params(random_state=0).fit(rows)
    again = through_file(model, tmp_path)
    for one in (model, again):
        one.partial_fit(rows)
    np.testing.assert_array_equal(again.score_samples(rows), model.score_samples(rows))
    assert again.history_ == model.history_
    steps = [int(one.network_.optimizer.iterations) for one in (model, again)]
    assert steps[0] == steps[1] > 1
    if kind == "object":
        assert isinstance(again.optimizer, keras.optimizers.Adam)


def centre(rows):
    return rows - 0.5


OTHERS = {
    "forest": make_pipeline(
        MinMaxScaler(), IsolationForest(n_estimators=3, random_state=0)
    ),
    "svm": make_pipeline(RobustScaler(), OneClassSVM(nu=0.1)),
    "index": make_pipeline(MaxAbsScaler(), LocalOutlierFactor(novelty=True)),
    "balls": LocalOutlierFactor(novelty=True, algorithm="ball_tree", p=3),
    "ufunc": make_pipeline(FunctionTransformer(np.tanh), OneClassSVM()),
    "threshold": ThresholdDetector(OneClassSVM(), threshold=SigmaThreshold(3)),
    "generator": ThresholdDetector(
        IsolationForest(n_estimators=3, random_state=np.random.RandomState(1))
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_detectors_of_scikit_learn_score_as_before(kind, tmp_path):
    X = series()
    model = OTHERS[kind].fit(X)
    again = through_file(model, tmp_path)
    np.testing.assert_array_equal(again.score_samples(X), model.score_samples(X))


def test_a_tuned_threshold_is_kept(tmp_path):
    X = series()
    y = X[:, 0] > 1.1
    model = TunedThresholdDetectorCV(make_detector("pca", window=8), cv=2).fit(X, y)
    again = through_file(model, tmp_path)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.offset_ == model.offset_


def test_a_generator_goes_on_where_it_was(tmp_path):
    X, generator = series(), np.random.RandomState(3)
    generator.normal()
    model = IsolationForest(n_estimators=2, random_state=generator).fit(X)
    again = through_file(model, tmp_path)
    for one in (model, again):
        one.fit(X)
    np.testing.assert_array_equal(again.score_samples(X), model.score_samples(X))


def test_objects_that_are_one_stay_one(tmp_path):
    X, scaler = series(), StandardScaler()
    model = make_pipeline(scaler, scaler, OneClassSVM()).fit(X)
    again = through_file(model, tmp_path)
    assert again[0] is again[1]


def test_the_manifest_tells_what_the_model_needs(tmp_path):
    rule = EventRule(min_length=3, merge_gap=2)
    model = make_detector("pca", window=16).fit(series())
    path = save_model(
        model,
        tmp_path / "model.skanomaly",
        channel_names=("cpu", "load"),
        reading={"every": "1min"},
        events=rule,
    )
    manifest = read_manifest(path)
    assert manifest.channel_names == ("cpu", "load")
    assert (manifest.reading, manifest.events) == ({"every": "1min"}, rule)
    assert (manifest.window, manifest.delay) == (16, 7)
    assert manifest.offset == model[-1].offset_
    assert manifest.versions["skanomaly"] == skanomaly.__version__
    assert not manifest.has_network
    with np.load(path, allow_pickle=False) as arrays:  # plain arrays, for any reader
        assert any(name.startswith("arrays/") for name in arrays)


def test_reading_a_manifest_and_a_model_without_network_imports_no_keras(tmp_path):
    network = save_model(fitted("autoencoder"), tmp_path / "network.skanomaly")
    plain = save_model(fitted("pca"), tmp_path / "plain.skanomaly")
    code = f"""
import sys
from skanomaly import load_model, read_manifest
assert read_manifest({str(network)!r}).has_network
load_model({str(plain)!r}), load_model({str(network)!r})
assert not {{"keras", "tensorflow"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_callbacks_and_memory_are_left_out_with_a_warning(tmp_path):
    rows = series(60, 6)
    callbacks = [keras.callbacks.TerminateOnNaN()]
    model = AutoencoderDetector(callbacks=callbacks, **QUICK).fit(rows)
    with pytest.warns(UserWarning, match="callbacks of AutoencoderDetector"):
        assert through_file(model, tmp_path).callbacks is None
    model = make_detector("pca", window=8, memory=str(tmp_path)).fit(rows)
    with pytest.warns(UserWarning, match="memory of PCADetector"):
        again = through_file(model, tmp_path)
    assert again[-1].memory is None
    np.testing.assert_array_equal(again.score_samples(rows), model.score_samples(rows))


def test_a_function_is_stored_by_name_and_loads_if_it_is_trusted(tmp_path):
    X = series()
    model = make_pipeline(FunctionTransformer(centre), OneClassSVM()).fit(X)
    bare = through_file(model, tmp_path)
    with pytest.raises(ValueError, match=r"test_round_trip\.centre is needed here"):
        bare.score_samples(X)
    again = through_file(model, tmp_path, trusted=[centre])
    np.testing.assert_array_equal(again.score_samples(X), model.score_samples(X))
    twice = through_file(bare, tmp_path, trusted=[centre])
    np.testing.assert_array_equal(twice.score_samples(X), model.score_samples(X))


class Halved(StandardScaler):
    def transform(self, X, copy=None):
        return super().transform(X) / 2


def test_an_estimator_of_ones_own_loads_if_it_is_trusted(tmp_path):
    X = series()
    path = save_model(make_pipeline(Halved(), OneClassSVM()).fit(X), tmp_path / "m")
    with pytest.raises(ValueError, match=r"test_round_trip\.Halved is not on the list"):
        load_model(path)
    assert isinstance(load_model(path, trusted=[Halved])[0], Halved)


def test_what_cannot_be_stored_is_named(tmp_path):
    X = series()
    search = GridSearchCV(OneClassSVM(), {"nu": [0.1]}, scoring=lambda *_: 0.0, cv=2)
    with pytest.raises(TypeError, match="Pass its best_estimator_"):
        save_model(search.fit(X), tmp_path / "model")
    with pytest.raises(NotFittedError):
        save_model(OneClassSVM(), tmp_path / "model")
    model = make_pipeline(StandardScaler(), OneClassSVM()).fit(X)
    model[0].notes = {1, 2}
    with pytest.raises(
        TypeError, match=r"Pipeline.steps\[0\]\[1\].notes is a builtins"
    ):
        save_model(model, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("names", [["cpu"], "ab", ["cpu", "cpu"], list("abc")], ids=str)
def test_names_that_are_not_those_of_the_channels_are_refused(names, tmp_path):
    pipe = make_detector("pca", window=10).fit(series())
    with pytest.raises(ValueError, match="a different name for each of the 2"):
        save_model(pipe, tmp_path / "model", channel_names=names)
    save_model(pipe, tmp_path / "model", channel_names=["a", "b"])


@pytest.mark.parametrize("names", [["load", "cpu"], ["in", "out"]], ids=str)
def test_names_other_than_those_fitted_to_are_refused(names, tmp_path):
    frame = pd.DataFrame(series(), columns=["cpu", "load"])
    pipe = make_detector("pca", window=10).fit(frame)
    said = (
        rf"channel_names are ..{names[0]}', .* was fitted to \['cpu', 'load'\]. Leave"
    )
    with pytest.raises(ValueError, match=said):
        save_model(pipe, tmp_path / "model", channel_names=names)
    for same in ((), ("cpu", "load"), frame.columns):
        save_model(pipe, tmp_path / "model", channel_names=same)


def test_steps_of_channels_are_not_the_channels(tmp_path):
    windows = pd.DataFrame(series(), columns=["a_lag0", "b_lag0"])
    detector = PCADetector(n_components=1, n_channels=2).fit(windows)
    save_model(detector, tmp_path / "model", channel_names=["a", "b"])
    assert read_manifest(tmp_path / "model").channel_names == ("a", "b")
