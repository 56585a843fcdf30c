"""Scorers have the right sign for every outlier detector."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import OutlierMixin, clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.utils import all_estimators

from skanomaly import PCADetector
from skanomaly.metrics import (
    ANOMALY_SCORERS,
    event_f1_score,
    make_anomaly_scorer,
    vus_pr_score,
)

OUTLIER_DETECTORS = {
    name: estimator
    for name, estimator in all_estimators()
    if issubclass(estimator, OutlierMixin)
}


def labelled(n_rows=200, *, seed=0):
    """Rows of which every tenth is far away, and truth with 1 for those.

    They are on the other side of the origin, for linear detectors to tell them apart.
    """
    rng = np.random.default_rng(seed)
    X, y = 4 + rng.normal(size=(n_rows, 3)), np.zeros(n_rows, dtype=int)
    X[5::10] -= rng.uniform(8, 16, size=(n_rows // 10, 3))
    y[5::10] = 1
    return X, y


def detector_of(name):
    params = {"novelty": True} if name == "LocalOutlierFactor" else {}
    estimator = OUTLIER_DETECTORS[name](**params)
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator


def test_there_are_outlier_detectors():
    assert {"IsolationForest", "OneClassSVM", "EllipticEnvelope"} <= set(
        OUTLIER_DETECTORS
    )
    assert len(OUTLIER_DETECTORS) >= 5


@pytest.mark.parametrize("name", OUTLIER_DETECTORS)
@pytest.mark.parametrize("in_pipeline", [False, True])
@pytest.mark.parametrize("kind", ["1 is anomalous", "-1 is anomalous"])
def test_no_outlier_detector_is_upside_down(name, in_pipeline, kind):
    X, y = labelled()
    detector = detector_of(name)
    if in_pipeline:
        detector = make_pipeline(StandardScaler(with_mean=False), detector)
    detector.fit(X[y == 0])
    truth = y if kind == "1 is anomalous" else np.where(y, -1, 1)
    with warnings.catch_warnings():
        # Some detectors call no sample anomalous, which nab and delay do not mind.
        warnings.simplefilter("ignore")
        found = {
            scorer: ANOMALY_SCORERS[scorer](detector, X, truth)
            for scorer in ANOMALY_SCORERS
        }
    for scorer in ("roc_auc", "average_precision"):
        assert found[scorer] > 0.9
    assert found["roc_auc"] == roc_auc_score(y, -detector.decision_function(X))
    assert found["event_recall"] == np.mean(detector.predict(X)[y == 1] == -1)


def test_a_decision_function_of_unknown_sign_is_refused():
    class LikePyOD:
        """Of its decision function, higher is more abnormal."""

        def decision_function(self, X):
            return np.abs(X).sum(axis=1)

    X, y = labelled()
    with pytest.raises(AttributeError, match="score_samples"):
        ANOMALY_SCORERS["roc_auc"](LikePyOD(), X, y)


def test_pipelines_of_ours():
    X, y = labelled()
    pipe = make_pipeline(StandardScaler(), PCADetector(n_components=1)).fit(X[y == 0])
    expected = average_precision_score(y, -pipe.score_samples(X))
    assert ANOMALY_SCORERS["average_precision"](pipe, X, y) == expected


def test_searches_find_the_better_one():
    X, y = labelled()
    grid = {"nu": [0.1, 0.9]}
    cv = KFold(4)
    for search in (GridSearchCV, HalvingGridSearchCV):
        found = search(
            OneClassSVM(gamma=0.1),
            grid,
            scoring=make_anomaly_scorer(f1_score),
            cv=cv,
        ).fit(X, y)
        assert found.best_params_["nu"] == 0.1
    many = cross_validate(OneClassSVM(gamma=0.1), X, y, scoring=ANOMALY_SCORERS, cv=cv)
    assert all(np.isfinite(many[f"test_{name}"]).all() for name in ANOMALY_SCORERS)


def test_metrics_of_labels_and_of_scores_are_told_apart():
    X, y = labelled()
    detector = OneClassSVM(nu=0.2, gamma=0.1).fit(X)
    for metric, response in (
        (f1_score, "label"),
        (event_f1_score, "label"),
        (roc_auc_score, "score"),
        (vus_pr_score, "score"),
    ):
        params = {"window": 3} if metric is vus_pr_score else {}
        scorer = make_anomaly_scorer(metric, **params)
        judged = {
            "label": (detector.predict(X) == -1).astype(int),
            "score": -detector.score_samples(X),
        }[response]
        assert scorer(detector, X, y) == metric(y, judged, **params)
    flipped = make_anomaly_scorer(f1_score, greater_is_better=False)
    assert flipped(detector, X, y) == -make_anomaly_scorer(f1_score)(detector, X, y)
    forced = make_anomaly_scorer(lambda a, b: float(np.ptp(b)), response="score")
    assert forced(detector, X, y) == np.ptp(detector.score_samples(X))


def test_detectors_that_call_everything_anomalous_are_not_taken_for_normal():
    X, y = labelled()
    everything = PCADetector(threshold=0).fit(X)
    assert (everything.predict(X) == -1).all()
    assert ANOMALY_SCORERS["event_recall"](everything, X, y) == 1


def test_scorers_by_name_take_other_parameters():
    X, y = labelled()
    detector = OneClassSVM().fit(X)
    scorer = make_anomaly_scorer("vus_pr", window=7)
    expected = vus_pr_score(y, -detector.score_samples(X), window=7)
    assert scorer(detector, X, y) == expected
    assert ANOMALY_SCORERS["vus_pr"].params == {"window": 100}
    assert repr(scorer) == "make_anomaly_scorer(vus_pr_score, window=7)"


def test_scorers_can_be_stored_and_cloned():
    X, y = labelled()
    detector = OneClassSVM().fit(X)
    for scorer in ANOMALY_SCORERS.values():
        stored = pickle.loads(pickle.dumps(scorer))
        assert repr(stored) == repr(scorer)
    search = clone(
        GridSearchCV(detector, {"nu": [0.5]}, scoring=ANOMALY_SCORERS["roc_auc"])
    )
    assert np.isfinite(search.fit(X, y).best_score_)


@pytest.mark.parametrize(
    ("arguments", "params", "message"),
    [
        (["roc"], {}, "one of .*'roc_auc'.* got 'roc'"),
        ([f1_score], {"response": "proba"}, "response must be .* got 'proba'"),
    ],
)
def test_unknown_names_are_refused(arguments, params, message):
    with pytest.raises(ValueError, match=message):
        make_anomaly_scorer(*arguments, **params)


def test_labels_of_other_values_are_refused():
    X, y = labelled()
    detector = OneClassSVM().fit(X)
    with pytest.raises(ValueError, match="y must hold 0 and 1 .* it holds 0, 3"):
        ANOMALY_SCORERS["roc_auc"](detector, X, y * 3)
