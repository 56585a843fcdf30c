"""Thresholds that are learned from labels."""

import pickle

import numpy as np
import pytest
from sklearn.base import BaseEstimator, OutlierMixin, clone
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import KFold, ShuffleSplit, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import PCADetector, Shingler, TunedThresholdDetectorCV
from skanomaly.compose._tuned_threshold import _window
from skanomaly.metrics import event_f1_score, make_anomaly_scorer
from skanomaly.metrics._threshold_curve import best_of_curve, candidate_offsets
from skanomaly.windows import sliding_view


class Distance(OutlierMixin, BaseEstimator):
    """Scores rows by their distance from zero, and remembers what it was fitted on."""

    fitted_on = []  # of all clones  # noqa: RUF012

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.fitted_on.append(X[:, 0].astype(int).tolist())
        return self

    def score_samples(self, X):
        return -np.abs(X[:, 1])


@pytest.fixture
def distance():
    Distance.fitted_on.clear()
    return Distance()


def labelled(n_rows=120, *, seed=0):
    """Rows that know their number, with events of size 5 or so among noise up to 1."""
    rng = np.random.default_rng(seed)
    y = np.zeros(n_rows, dtype=int)
    for start in range(7, n_rows, 20):
        y[start : start + 3] = 1
    size = np.where(y, rng.uniform(4, 6, n_rows), rng.uniform(0, 1, n_rows))
    return np.column_stack([np.arange(n_rows), size]), y


def test_one_training_for_each_fold_and_one_for_all(distance):
    X, y = labelled()
    tuned = TunedThresholdDetectorCV(distance, thresholds=50).fit(X, y)
    folds = [list(range(30)), list(range(60)), list(range(90)), list(range(120))]
    assert distance.fitted_on == folds
    assert tuned.best_score_ == 1
    assert 1 < -tuned.offset_ < 5
    assert tuned.best_threshold_ == tuned.offset_
    np.testing.assert_array_equal(tuned.predict(X) == -1, X[:, 1] > -tuned.offset_)
    assert event_f1_score(y, tuned.predict(X)) == 1
    curve = tuned.cv_results_
    assert curve["thresholds"].shape == curve["scores"].shape
    assert (np.diff(curve["thresholds"]) > 0).all()
    assert curve["scores"].max() == 1


def test_the_curve_judges_the_scores_of_the_folds_in_the_order_of_time(distance):
    X, y = labelled()
    offsets = [-7.0, -0.5, -3.0]
    splits = list(KFold(4).split(X))[::-1]
    tuned = TunedThresholdDetectorCV(
        distance, thresholds=offsets, cv=splits, scoring=event_f1_score
    ).fit(X, y)
    np.testing.assert_array_equal(tuned.cv_results_["thresholds"], sorted(offsets))
    expected = [event_f1_score(y, X[:, 1] > -offset) for offset in sorted(offsets)]
    assert tuned.cv_results_["scores"].tolist() == expected
    assert tuned.offset_ == -3


def test_a_window_lies_between_training_and_test_part():
    X = np.sin(2 * np.pi * np.arange(400)[:, None] / 20)
    y = np.zeros(400, dtype=int)
    X[350:355] += 3
    y[350:355] = 1
    detector = PCADetector(n_components=2)
    for estimator, data, gap in (
        (make_pipeline(StandardScaler(), Shingler(30), detector), X, 30),
        (make_pipeline(Shingler(periods=2), detector), X, 40),
        (detector, sliding_view(X, 12), 11),
        (IsolationForest(), X, 0),
    ):
        truth = y[-len(data) :]
        window = _window(estimator, data)
        splits = TunedThresholdDetectorCV(estimator)._splits(data, truth, window)
        expected = TimeSeriesSplit(3, gap=gap).split(data)
        for split, known in zip(splits, expected, strict=True):
            for part, other in zip(split, known, strict=True):
                np.testing.assert_array_equal(part, other)


def test_pipelines_of_ours_find_the_event():
    X = np.sin(2 * np.pi * np.arange(600)[:, None] / 20)
    X += 0.05 * np.random.default_rng(0).normal(size=X.shape)
    y = np.zeros(600, dtype=int)
    for start in (250, 400, 550):
        X[start : start + 10] = 0.5
        y[start : start + 10] = 1
    windows = Shingler(20, align="center", pad="period")
    pipe = make_pipeline(StandardScaler(), windows, PCADetector())
    tuned = TunedThresholdDetectorCV(pipe).fit(X, y)
    assert tuned.best_score_ == 1
    learned = TunedThresholdDetectorCV(pipe.fit(X[:230]), cv="prefit").fit(X, y)
    assert event_f1_score(y, learned.predict(X)) == 1
    np.testing.assert_array_equal(
        tuned.score_samples(X), tuned.estimator_.score_samples(X)
    )
    np.testing.assert_array_equal(
        tuned.decision_function(X), tuned.score_samples(X) - tuned.offset_
    )
    stored = pickle.loads(pickle.dumps(tuned))
    np.testing.assert_array_equal(stored.predict(X), tuned.predict(X))
    assert tuned.n_features_in_ == 1
    assert clone(tuned).set_params(estimator__shingler__window=9)


def test_a_fitted_detector_is_taken_as_it_is(distance):
    X, y = labelled()
    fitted = distance.fit(X)
    tuned = TunedThresholdDetectorCV(fitted, cv="prefit").fit(X[:60], y[:60])
    assert len(distance.fitted_on) == 1
    assert tuned.estimator_ is fitted
    assert event_f1_score(y, tuned.predict(X)) == 1
    with pytest.raises(NotFittedError):
        TunedThresholdDetectorCV(IsolationForest(), cv="prefit").fit(X, y)


def test_detectors_of_scikit_learn_have_their_threshold_tuned():
    X, y = labelled()
    tuned = TunedThresholdDetectorCV(EllipticEnvelope(), cv=KFold(3)).fit(X[:, 1:], y)
    assert tuned.best_score_ == 1


def test_folds_side_by_side_are_folds_one_by_one():
    X, y = labelled()
    forest = IsolationForest(random_state=0, n_estimators=10)
    one, two = (
        TunedThresholdDetectorCV(forest, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2)
    )
    assert one.offset_ == two.offset_
    np.testing.assert_array_equal(one.cv_results_["scores"], two.cv_results_["scores"])


@pytest.mark.parametrize(
    ("params", "labels", "message"),
    [
        ({}, None, "requires y to be passed"),
        ({}, np.zeros(120), "has no anomaly.*Label some"),
        (
            {},
            np.r_[np.ones(20, int), np.zeros(100, int)],
            "y in the folds of cv has no",
        ),
        ({"cv": "prefit"}, np.zeros(120), "has no anomaly|not fitted"),
        ({}, np.zeros(7), "y has 7 labels for 120 samples"),
        ({}, np.arange(120), "y must hold 0 and 1 .* it holds 0, 1, 2, 3, 4, 5, ..."),
        ({"scoring": "roc_auc"}, ..., "evaluates scores"),
        ({"scoring": roc_auc_score}, ..., "evaluates scores"),
        ({"scoring": "event"}, ..., "metric must be a callable or one of"),
        ({"cv": ShuffleSplit(5, random_state=0)}, ..., "more than once"),
        ({"thresholds": 1}, ..., "'thresholds' parameter"),
        ({"cv": "prefitted"}, ..., "'cv' parameter"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_before_training(
    distance, params, labels, message
):
    X, y = labelled()
    y = y if labels is ... else labels
    with pytest.raises(ValueError, match=message):
        TunedThresholdDetectorCV(distance, **params).fit(X, y)
    assert distance.fitted_on == []


def test_scorers_with_parameters(distance):
    X, y = labelled()
    scorer = make_anomaly_scorer(f1_score, pos_label=0)
    tuned = TunedThresholdDetectorCV(distance, scoring=scorer).fit(X, y)
    assert tuned.best_score_ == 1


# What the parts do.


def test_candidates_lie_between_scores_and_are_dense_where_few_are_below():
    scores = np.random.default_rng(0).normal(size=5000).round(3)
    offsets = candidate_offsets(scores, 100)
    assert 60 < len(offsets) <= 101
    n_below = [(scores < offset).sum() for offset in offsets]
    assert n_below[0] == 0
    assert n_below[-1] == 5000
    assert (np.diff(n_below) > 0).all()
    assert np.median(n_below) < 500
    assert not set(offsets[1:]) & set(scores)


def test_candidates_go_as_far_as_asked():
    scores = np.array([1.0, 1.0, 2.0, 3.0, 3.0, 4.0])
    for most, n_below in [(0.5, [0, 2, 3]), (0.2, [0]), (0.9, [0, 2, 3, 5])]:
        offsets = candidate_offsets(scores, 10, most=most)
        assert [(scores < offset).sum() for offset in offsets] == n_below


@pytest.mark.parametrize(("n_anomalous", "most"), [(10, 0.5), (70, 0.7)])
def test_a_single_event_that_is_everything_is_no_answer(distance, n_anomalous, most):
    X, _ = labelled(100)
    y = np.zeros(100, dtype=int)
    y[np.random.default_rng(0).permutation(100)[:n_anomalous]] = 1
    X[:, 1] = np.random.default_rng(1).uniform(size=100)  # tells nothing
    tuned = TunedThresholdDetectorCV(distance.fit(X), cv="prefit").fit(X, y)
    shares = [(-X[:, 1] < t).mean() for t in tuned.cv_results_["thresholds"]]
    assert max(shares) == most
    assert (tuned.predict(X) == -1).mean() <= most


@pytest.mark.parametrize("scores", [[1.0], [2.0, 2.0], [1.0, 2.0]])
def test_candidates_of_few_scores(scores):
    offsets = candidate_offsets(np.array(scores), 10)
    n_below = [(np.array(scores) < offset).sum() for offset in offsets]
    assert n_below == sorted({0, *(scores.index(s) for s in scores), len(scores)})


def test_the_middle_of_the_widest_plateau_is_best():
    offsets = np.array([-30.0, -20, -12, -11, -10.5, -6, -2, -1, 0])
    values = np.array([0, 1, 0, 1, 1, 1, 0.5, np.nan, 1])
    assert best_of_curve(offsets, values) == (-10.5, 1.0)
    assert best_of_curve(offsets[:3], np.array([np.nan, 0.2, 0.1])) == (-20.0, 0.2)


def test_folds_are_scored_among_their_neighbours():
    X = np.random.default_rng(0).normal(size=(300, 1)).cumsum(axis=0)
    y = np.zeros(300, dtype=int)
    y[100::60] = 1
    pipe = make_pipeline(Shingler(9), PCADetector(n_components=2, random_state=0))
    cv = [(np.arange(80), np.arange(80, 300))]
    offsets = np.linspace(-1, -0.01, 40)
    tuned = TunedThresholdDetectorCV(pipe, cv=cv, thresholds=offsets).fit(X, y)
    scores = clone(pipe).fit(X[:80]).score_samples(X)[80:]
    expected = [event_f1_score(y[80:], scores < offset) for offset in offsets]
    np.testing.assert_array_equal(tuned.cv_results_["scores"], expected)
    assert len(set(expected)) > 5
