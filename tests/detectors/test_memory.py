import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras
import numpy as np
import pandas as pd
import pytest
from joblib import Memory
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    DenseForecastDetector,
    PCADetector,
    Shingler,
    SigmaThreshold,
    ThresholdDetector,
    VariationalAutoencoderDetector,
)
from skanomaly.metrics import make_anomaly_scorer
from tests.detectors.common import NETWORKS, name_of, quick, records, rows_of, wave


class Counter(keras.callbacks.Callback):
    """Counts trainings, also of its copies."""

    trainings = 0

    def on_train_begin(self, logs=None):
        Counter.trainings += 1


@pytest.fixture(autouse=True)
def _from_zero():
    Counter.trainings = 0


class CountedForest(IsolationForest):
    fits = 0
    scorings = 0

    def fit(self, X, y=None):
        CountedForest.fits += 1
        return super().fit(X)

    def score_samples(self, X):
        CountedForest.scorings += 1
        return super().score_samples(X)


def labelled():
    series = wave(600)
    truth = np.zeros(len(series), dtype=int)
    for start in (100, 250, 400, 550):
        series[start : start + 5] += 2
        truth[start : start + 5] = 1
    return series, truth


def search(detector, *, thresholds=(2.0, 4.0, 6.0, 8.0), n_folds=3, **params):
    pipe = make_pipeline(StandardScaler(), Shingler(12), detector)
    name = f"{type(detector).__name__.lower()}__threshold__k"
    return GridSearchCV(
        pipe,
        {name: thresholds},
        cv=TimeSeriesSplit(n_folds, gap=12),
        scoring=make_anomaly_scorer("event_f1"),
        error_score="raise",
        **params,
    ).fit(*labelled())


def kept(folder):
    return len(list(folder.rglob("output.pkl")))


def test_a_search_over_thresholds_trains_once_a_fold_and_for_the_refit(tmp_path):
    detector = quick(
        DenseForecastDetector, threshold=SigmaThreshold(), callbacks=[Counter()]
    )
    few, many = np.linspace(2, 9, 2), np.linspace(2, 9, 20)
    options = {"return_train_score": True, "n_folds": 2}
    found = search(detector.set_params(memory=tmp_path), thresholds=many, **options)
    assert Counter.trainings == 3
    # Each fold its training, two parts to score; the refit only trains.
    assert kept(tmp_path) == 2 * 3 + 1
    plain = search(detector.set_params(memory=None), thresholds=few, **options)
    assert Counter.trainings == 3 + 2 * 2 + 1
    for part in ("mean_test_score", "mean_train_score"):
        assert (found.cv_results_[part][[0, -1]] == plain.cv_results_[part]).all()


def test_a_wrapped_detector_is_fitted_and_scores_once(tmp_path):
    forest = CountedForest(n_estimators=5, random_state=0)
    CountedForest.fits = CountedForest.scorings = 0
    detector = ThresholdDetector(forest, threshold=SigmaThreshold(), memory=tmp_path)
    search(detector)
    assert CountedForest.fits == 4
    # The held-out rows of each fit, and the test part of each fold.
    assert CountedForest.scorings == 4 + 3
    plain = search(clone(detector).set_params(memory=None))
    assert CountedForest.fits == 4 + 13
    again = search(detector)
    assert CountedForest.fits == 4 + 13
    for a, b in zip(
        again.cv_results_["mean_test_score"],
        plain.cv_results_["mean_test_score"],
        strict=True,
    ):
        assert a == b


@pytest.mark.parametrize("detector", [*NETWORKS, PCADetector], ids=name_of)
def test_what_is_remembered_is_what_was_learned(detector, tmp_path):
    rows, others = rows_of(wave()), rows_of(wave(seed=5))
    first = quick(detector, memory=tmp_path).fit(rows)
    known = first.score_samples(others)
    plain = quick(detector).fit(rows)
    np.testing.assert_array_equal(known, plain.score_samples(others))
    # From a copy of the windows, and in a folder given otherwise.
    second = quick(detector, memory=Memory(str(tmp_path), verbose=0)).fit(rows.copy())
    assert second.offset_ == first.offset_ == plain.offset_
    n_kept = kept(tmp_path)
    np.testing.assert_array_equal(second.score_samples(others.copy()), known)
    assert kept(tmp_path) == n_kept
    # What it did not score yet, it scores with the network that it remembers.
    unseen = rows_of(wave(seed=7))
    np.testing.assert_array_equal(
        second.set_params(memory=None).score_samples(unseen),
        plain.score_samples(unseen),
    )
    loaded = pickle.loads(pickle.dumps(second))
    np.testing.assert_array_equal(loaded.score_samples(others), known)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A detector with a memory, once fitted."""
    folder = tmp_path_factory.mktemp("memory")
    detector = quick(AutoencoderDetector, memory=folder, callbacks=[Counter()])
    return detector.fit(rows_of(wave()))


def test_another_threshold_is_not_trained_anew(known):
    clone(known).set_params(threshold="sigma:9", verbose=0).fit(rows_of(wave()))
    assert Counter.trainings == 0


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("epochs", 3),
        ("hidden_units", (8,)),
        ("random_state", 1),
        ("validation_split", 0.3),
        ("contamination_trim", 0.1),
        ("optimizer", keras.optimizers.SGD(0.1)),
        ("context", 6),
    ],
)
def test_other_parameters_are_trained_anew(known, change, value):
    rows = rows_of(wave())
    other = clone(known).set_params(**{change: value}).fit(rows)
    assert Counter.trainings > 0
    plain = clone(other).set_params(memory=None).fit(rows)
    assert other.offset_ == plain.offset_


def test_optimizers_are_told_apart_by_their_settings(tmp_path):
    rows = rows_of(wave())
    for rate in (0.1, 0.01, 0.1):
        quick(
            AutoencoderDetector,
            memory=tmp_path,
            optimizer=keras.optimizers.SGD(rate),
            callbacks=[Counter()],
        ).fit(rows)
    assert Counter.trainings == 2


def test_other_rows_are_trained_anew(tmp_path):
    detector = quick(AutoencoderDetector, memory=tmp_path, callbacks=[Counter()])
    for rows in (rows_of(wave()), rows_of(wave(seed=1)), records(), records(seed=2)):
        clone(detector).fit(rows)
    assert Counter.trainings == 4
    # The same values in windows of another length.
    clone(detector).fit(rows_of(wave(), window=10))
    assert Counter.trainings == 5


def test_a_random_fit_is_remembered_and_a_random_state_advances(tmp_path):
    rows = rows_of(wave())
    free = quick(AutoencoderDetector, memory=tmp_path, random_state=None)
    assert free.fit(rows).offset_ == clone(free).fit(rows).offset_
    offsets = []
    for memory in (None, tmp_path, tmp_path):
        state = np.random.RandomState(3)
        detector = quick(AutoencoderDetector, memory=memory, random_state=state)
        offsets.append([detector.fit(rows).offset_, detector.fit(rows).offset_])
    assert offsets[0] == offsets[1] == offsets[2]
    assert offsets[0][0] != offsets[0][1]


def test_going_on_is_neither_remembered_nor_mistaken(tmp_path):
    rows, others = rows_of(wave()), rows_of(wave(seed=5))
    results = []
    for memory in (None, tmp_path, tmp_path):
        detector = quick(AutoencoderDetector, memory=memory, warm_start=True)
        before = detector.fit(rows).score_samples(others)
        after = detector.fit(rows).score_samples(others)
        further = detector.partial_fit(rows).score_samples(others)
        assert (before != after).any()
        assert (after != further).any()
        results.append((before, after, further))
    for remembered in results[1:]:
        np.testing.assert_array_equal(remembered, results[0])


@pytest.mark.parametrize(
    ("detector", "change"),
    [
        (VariationalAutoencoderDetector, {"n_draws": 3}),
        (BiGANDetector, {"alpha": 0.2}),
    ],
)
def test_parameters_of_scoring_change_known_scores(detector, change, tmp_path):
    rows = rows_of(wave())
    fitted = quick(detector, memory=tmp_path).fit(rows)
    before = fitted.score_samples(rows)
    after = fitted.set_params(**change).score_samples(rows)
    assert (before != after).any()
    fitted.set_params(memory=None)
    np.testing.assert_array_equal(fitted.score_samples(rows), after)


def test_names_of_columns_are_those_of_the_frame(tmp_path):
    rows = records(n_columns=4)
    for names in (list("abcd"), list("wxyz")):
        frame = pd.DataFrame(rows, columns=names)
        detector = quick(AutoencoderDetector, memory=tmp_path).fit(frame)
        assert list(detector.feature_names_in_) == names


def network(window, n_channels, *, units=2):
    """Return a small network."""
    inputs = keras.Input((window, n_channels))
    x = keras.layers.Dense(units)(keras.layers.Flatten()(inputs))
    outputs = keras.layers.Dense(window * n_channels)(x)
    return keras.Model(inputs, keras.layers.Reshape((window, n_channels))(outputs))


def test_an_edited_network_is_trained_anew(tmp_path, monkeypatch):
    rows = rows_of(wave())
    detector = quick(AutoencoderDetector, memory=tmp_path, callbacks=[Counter()])
    for own in (network, partial(network, units=2), partial(network, units=3)):
        clone(detector).set_params(network=own).fit(rows)
        clone(detector).set_params(network=own).fit(rows)
    assert Counter.trainings == 3

    def edited(window, n_channels, *, units=2):
        return keras.Sequential(
            [
                keras.layers.Flatten(),
                keras.layers.Dense(5, activation="tanh"),
                keras.layers.Dense(window * n_channels),
                keras.layers.Reshape((window, n_channels)),
            ]
        )

    monkeypatch.setattr(network, "__code__", edited.__code__)
    clone(detector).set_params(network=network).fit(rows)
    assert Counter.trainings == 4


def with_a_lambda(window, n_channels):
    inputs = keras.Input((window, n_channels))
    x = keras.layers.Lambda(lambda x: 0.5 * x)(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_channels)(x))


def test_a_network_that_keras_cannot_store_is_remembered(tmp_path):
    rows = rows_of(wave())
    detector = quick(AutoencoderDetector, network=with_a_lambda, memory=tmp_path)
    scores = [clone(detector).fit(rows).score_samples(rows) for _ in range(2)]
    np.testing.assert_array_equal(*scores)


def test_a_loaded_network_is_unpacked_once_and_whole():
    rows = rows_of(wave())
    fitted = quick(AutoencoderDetector).fit(rows)
    packed = pickle.dumps(fitted)
    for _ in range(3):
        loaded = pickle.loads(packed)
        with ThreadPoolExecutor(4) as threads:
            networks = list(threads.map(lambda one: one.network_, [loaded] * 4))
        assert all(one is networks[0] for one in networks)
        again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(loaded))))
        np.testing.assert_array_equal(
            again.score_samples(rows), fitted.score_samples(rows)
        )


def test_what_cannot_be_told_apart_is_refused_before_training(tmp_path):
    detector = quick(
        AutoencoderDetector,
        memory=tmp_path,
        network=lambda *shape: network(*shape),
        callbacks=[Counter()],
    )
    with pytest.raises(ValueError, match="can be pickled"):
        detector.fit(rows_of(wave()))
    assert Counter.trainings == 0
