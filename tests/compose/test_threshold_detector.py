"""Any outlier detector with a threshold rule of ours."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.utils.estimator_checks import parametrize_with_checks

import skanomaly.compose._threshold_detector as module
from skanomaly import (
    AutoencoderDetector,
    LSTMDetector,
    PCADetector,
    QuantileThreshold,
    Shingler,
    SigmaThreshold,
    ThresholdDetector,
    resolve_threshold,
)
from skanomaly.windows import Sequences
from tests.detectors.common import WINDOW, quick, records, rows_of, wave

FOREST = IsolationForest(n_estimators=10, random_state=0)
ESTIMATORS = (FOREST, OneClassSVM(nu=0.05), LocalOutlierFactor(novelty=True))

each_estimator = pytest.mark.parametrize(
    "estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__
)


@parametrize_with_checks(
    [
        ThresholdDetector(FOREST),
        ThresholdDetector(FOREST, threshold="sigma:2", max_rows=100),
        ThresholdDetector(OneClassSVM()),
        ThresholdDetector(LocalOutlierFactor(n_neighbors=5, novelty=True)),
    ]
)
def test_it_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


class Ruler:
    """Scores a row by its first value, and remembers what it was fitted on."""

    def __sklearn_tags__(self):
        return FOREST.__sklearn_tags__()

    def get_params(self, deep=True):
        return {}

    def fit(self, X, y=None):
        self.seen_ = X
        return self

    def score_samples(self, X):
        return X.reshape(len(X), -1)[:, 0]


@each_estimator
@pytest.mark.parametrize("rule", ["sigma:2", "max:0.1", "quantile:0.1", -0.3])
def test_the_offset_is_what_the_rule_learns_from_rows_not_fitted_on(estimator, rule):
    X = records(200, 3)
    detector = ThresholdDetector(estimator, threshold=rule).fit(X)
    plain = clone(estimator).fit(X[:180])
    np.testing.assert_allclose(detector.score_samples(X), plain.score_samples(X))
    expected = resolve_threshold(rule).fit(plain.score_samples(X[180:])).offset_
    assert detector.offset_ == pytest.approx(expected)
    assert detector.n_held_out_ == 20
    decision = detector.decision_function(X)
    np.testing.assert_array_equal(decision, detector.score_samples(X) - expected)
    np.testing.assert_array_equal(detector.predict(X), np.where(decision < 0, -1, 1))


@pytest.mark.parametrize("n_channels", [1, 3])
@pytest.mark.parametrize("fraction", [0, 0.05, 0.1, 0.3, 0.45, 0.6])
@pytest.mark.parametrize("n_samples", [80, 150, 400])
@pytest.mark.parametrize("kind", ["view", "copy", "cube", "records"])
def test_the_same_rows_are_held_out_as_by_detectors_of_ours(
    n_channels, fraction, n_samples, kind
):
    X = rows_of(wave(n_samples, n_channels))
    given = {
        "view": X,
        "copy": X.copy(),
        "cube": X.reshape(len(X), WINDOW, n_channels),
        "records": np.random.default_rng(0).permutation(X),
    }[kind]
    flat = given.reshape(X.shape)
    training, held_out = Sequences.from_rows(flat, n_channels).split(fraction)
    detector = ThresholdDetector(Ruler(), validation_split=fraction).fit(given)
    seen = detector.estimator_.seen_
    np.testing.assert_array_equal(seen, given[: training.n_rows])
    assert detector.n_held_out_ == (0 if held_out is None else held_out.n_rows)
    learned_from = flat[-detector.n_held_out_ :, 0]  # -0: all
    expected = QuantileThreshold(0.01).fit(learned_from).offset_
    assert detector.offset_ == pytest.approx(expected)


def test_no_sample_is_both_trained_on_and_held_out():
    X = rows_of(np.arange(300.0)[:, None])
    detector = ThresholdDetector(Ruler()).fit(X)
    held_out = X[-detector.n_held_out_ :]
    assert not set(detector.estimator_.seen_.ravel()) & set(held_out.ravel())
    # With nothing between but what both would share.
    assert detector.estimator_.seen_.max() + 1 == held_out.min()


def test_few_rows_are_spread_over_those_to_fit_on():
    X = records(400)
    detector = ThresholdDetector(Ruler(), max_rows=50).fit(X)
    seen = detector.estimator_.seen_
    positions = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in seen]
    assert len(positions) == 50
    assert (positions[0], positions[-1]) == (0, 359)
    steps = np.diff(positions)
    assert steps.max() - steps.min() <= 1
    everything = ThresholdDetector(Ruler(), max_rows=360).fit(X)
    np.testing.assert_array_equal(everything.estimator_.seen_, X[:360])


@each_estimator
def test_scores_in_blocks_are_scores_at_once(estimator, monkeypatch):
    X = rows_of(wave())
    detector = ThresholdDetector(estimator).fit(X)
    scores = detector.score_samples(X)
    for values in (1, 7 * WINDOW, 10**6):
        monkeypatch.setattr(module, "BLOCK_VALUES", values)
        np.testing.assert_allclose(detector.score_samples(X), scores, rtol=1e-9)


def test_independent_rows_are_scored_in_blocks(monkeypatch):
    sizes = []

    def measured(X):
        sizes.append(len(X))
        return X

    X = records(100, 3)
    detector = ThresholdDetector(make_pipeline(FunctionTransformer(measured), FOREST))
    detector.fit(X)
    monkeypatch.setattr(module, "BLOCK_VALUES", 3 * 40)
    sizes.clear()
    detector.score_samples(X)
    assert sizes == [40, 40, 20]


@pytest.mark.parametrize(
    ("estimator", "X"),
    [
        (make_pipeline(Shingler(WINDOW), FOREST), wave()),
        (make_pipeline(Shingler(WINDOW, align=0.0), FOREST), wave()),
        (make_pipeline(Shingler(WINDOW), PCADetector()), wave()),
        (quick(LSTMDetector, stateful=True, units=4), rows_of(wave())),
    ],
    ids=["windows before", "windows after", "windows of ours", "state"],
)
def test_a_score_that_depends_on_other_rows_has_no_blocks(estimator, X, monkeypatch):
    detector = ThresholdDetector(estimator).fit(X)
    expected = detector.estimator_.score_samples(X)
    monkeypatch.setattr(module, "BLOCK_VALUES", 50 * X[0].size)
    np.testing.assert_allclose(detector.score_samples(X), expected, rtol=1e-5)
    np.testing.assert_allclose(detector.assess(X).scores, expected, rtol=1e-5)


def test_three_dimensions_reach_the_estimator():
    X = rows_of(wave(n_channels=2)).reshape(-1, WINDOW, 2)
    last_step = FunctionTransformer(lambda windows: windows[:, -1])
    detector = ThresholdDetector(make_pipeline(last_step, FOREST)).fit(X)
    assert detector.n_features_in_ == 2 * WINDOW
    plain = clone(FOREST).fit(X[: 149 - 15 - WINDOW + 1, -1])
    np.testing.assert_array_equal(
        detector.score_samples(X), plain.score_samples(X[:, -1])
    )


def test_a_detector_of_ours_in_it():
    X = rows_of(wave(n_channels=2)).reshape(-1, WINDOW, 2)
    inner = AutoencoderDetector(epochs=1, random_state=0)
    detector = ThresholdDetector(inner, threshold=SigmaThreshold(k=3)).fit(X)
    np.testing.assert_allclose(
        detector.score_samples(X), detector.estimator_.score_samples(X), rtol=1e-5
    )
    assert not hasattr(inner, "offset_")


def test_an_anomaly_far_out_is_found_and_usual_rows_are_not():
    for estimator in (*ESTIMATORS, EllipticEnvelope(random_state=0)):
        X, new = records(500, 4), records(200, 4, seed=3)
        threshold = "max" if estimator is FOREST else "sigma:5"
        detector = ThresholdDetector(estimator, threshold=threshold).fit(X)
        assert (detector.predict(new + 8) == -1).all()
        assert (detector.predict(new) == 1).mean() > 0.9


def test_names_of_columns():
    frame = pd.DataFrame(records(60, 3), columns=["a", "b", "c"])
    detector = ThresholdDetector(FOREST).fit(frame)
    assert list(detector.feature_names_in_) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        detector.predict(frame[["c", "b", "a"]])
    detector.fit(frame.to_numpy())
    assert not hasattr(detector, "feature_names_in_")


def test_sparse_rows_where_the_estimator_takes_them():
    X = records(60, 3)
    dense = ThresholdDetector(FOREST).fit(X)
    sparse = ThresholdDetector(FOREST).fit(csr_matrix(X))
    np.testing.assert_allclose(
        sparse.score_samples(csr_matrix(X)), dense.score_samples(X)
    )


def test_gaps_are_up_to_the_estimator():
    X = records(60, 3)
    X[5, 1] = np.nan
    assert ThresholdDetector(FOREST).fit(X).predict(X).shape == (60,)
    with pytest.raises(ValueError, match="contains NaN"):
        ThresholdDetector(OneClassSVM()).fit(X)


@pytest.mark.parametrize("estimator", [LocalOutlierFactor(), StandardScaler()])
def test_an_estimator_without_scores_is_refused_with_advice(estimator):
    with pytest.raises(ValueError, match=r"no score_samples.*novelty=True"):
        ThresholdDetector(estimator).fit(records())


@pytest.mark.parametrize(
    "params",
    [
        {"estimator": "forest"},
        {"threshold": None},
        {"threshold": "sgma:3"},
        {"validation_split": 1.0},
        {"max_rows": 0},
        {"max_rows": 0.5},
    ],
)
def test_bad_parameters_are_refused_in_fit(params):
    detector = ThresholdDetector(**{"estimator": FOREST, **params})
    with pytest.raises(ValueError, match=next(iter(params))):
        detector.fit(records())


def test_nested_parameters():
    detector = ThresholdDetector(clone(FOREST), threshold=SigmaThreshold())
    detector.set_params(estimator__n_estimators=3, threshold__k=7.0)
    assert (detector.estimator.n_estimators, detector.threshold.k) == (3, 7.0)
    with pytest.raises(
        ValueError, match=r"threshold__k cannot be set.*'quantile:0.01'"
    ):
        ThresholdDetector(FOREST).set_params(threshold__k=7.0)


def test_fit_leaves_what_it_was_given_as_it_was():
    forest, rule = clone(FOREST), SigmaThreshold()
    detector = ThresholdDetector(forest, threshold=rule).fit(records())
    assert not hasattr(forest, "estimators_")
    assert not hasattr(rule, "offset_")
    stored = pickle.loads(pickle.dumps(detector))
    np.testing.assert_array_equal(
        stored.predict(records(seed=2)), detector.predict(records(seed=2))
    )
