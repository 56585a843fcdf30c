"""A fitted estimator is asked once about a series."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.covariance import EllipticEnvelope
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import SGDOneClassSVM
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity, LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly import (
    EnsembleDetector,
    EventRule,
    FixedThreshold,
    JumpThreshold,
    PCADetector,
    Shingler,
    SigmaThreshold,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    detect,
    make_detector,
)
from skanomaly.detection import ask, judge, offset_of, reach_of, window_of
from skanomaly.detectors import Assessment
from skanomaly.plotting import SeriesDisplay
from skanomaly.report import draw_page, read_run


@pytest.fixture(scope="module")
def series():
    X = np.random.default_rng(0).normal(size=(400, 1))
    X[[50, 300]] = 15
    return X


@pytest.fixture(scope="module")
def pipe(series):
    forest = IsolationForest(contamination=0.02, random_state=0)
    return make_pipeline(StandardScaler(), forest).fit(series[:200])


@pytest.fixture(scope="module")
def waves():
    """Two channels, the second with an event; the truth."""
    X = np.sin(np.arange(200) / 3)[:, None] + np.zeros(2)
    X[150:155, 1] += 3
    return X, np.isin(np.arange(200), range(150, 155))


def test_labels_are_those_of_predict(pipe, series):
    found = detect(pipe, series)
    np.testing.assert_array_equal(found.scores, pipe.score_samples(series))
    np.testing.assert_array_equal(found.labels, pipe.predict(series))


def test_events_leave_out_what_was_trained_on(pipe, series):
    found = detect(pipe, series, n_train=200)
    assert found.events
    assert all(event.start >= 200 for event in found.events)
    rule = EventRule(in_training=True)
    everywhere = detect(pipe, series, n_train=200, events=rule)
    assert (found.first, everywhere.first) == (200, 0)
    peaks = [event.peak for event in everywhere.events]
    assert {50, 300} <= set(peaks)
    assert [event.peak for event in found.events] == [p for p in peaks if p >= 200]


@pytest.mark.parametrize("name", ["pca", "dense", "isolation_forest"])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_pipelines_of_ours_tell_what_they_know(name, n_channels, waves):
    X, _ = waves
    X = X[:, -n_channels:]
    pipe = make_detector(name, window=10, random_state=0)
    if name == "dense":
        pipe[-1].set_params(epochs=1)
    found = detect(pipe.fit(X[:100]), X, n_train=100, threshold="fit")
    np.testing.assert_array_equal(found.scores, pipe.score_samples(X))
    whole = replace(found, rule=EventRule(localize=False, in_training=True))
    np.testing.assert_array_equal(whole.labels, pipe.predict(X))
    assert found.offset == pipe[-1].offset_
    assert found.about.window == 10
    ours = name != "isolation_forest"
    assert (found.channel_errors is not None) == (ours and n_channels > 1)
    if found.channel_errors is not None:
        rows = pipe[:-1].transform(X)
        np.testing.assert_array_equal(
            found.channel_errors, pipe[-1].score_channels(rows)
        )
    if not ours:
        assert found.expected is found.residuals is found.own_errors is None
        return
    assert found.expected.shape == found.own_errors.shape == X.shape
    np.testing.assert_array_equal(found.residuals, X - found.expected)
    assert np.argmax(found.own_errors.sum(axis=1)[100:]) + 100 in range(148, 157)
    assert np.sum(found.labels == -1) <= np.sum(whole.labels[100:] == -1)


OTHERS = {
    "forest": IsolationForest(random_state=0),
    "svm": OneClassSVM(),
    "sgd": SGDOneClassSVM(random_state=0),
    "lof": LocalOutlierFactor(novelty=True),
    "envelope": EllipticEnvelope(random_state=0),
    "tuned": TunedThresholdDetectorCV(IsolationForest(random_state=0)),
    "rule": ThresholdDetector(IsolationForest(random_state=0)),
    "ours": PCADetector(n_components=1),
}


@pytest.mark.parametrize("detector", OTHERS.values(), ids=OTHERS)
def test_any_outlier_detector_is_asked(detector):
    X = np.random.default_rng(0).normal(size=(300, 2))
    X[::30] += 6
    detector = clone(detector).fit(X, np.arange(300) % 30 == 0)
    found = detect(detector, X)
    np.testing.assert_array_equal(found.scores, detector.score_samples(X))
    np.testing.assert_array_equal(found.labels, detector.predict(X))
    assert found.expected is None


@pytest.mark.parametrize("wrap", ["tuned", "rule", "rule around all", "search"])
def test_a_wrapper_hides_neither_window_nor_history_nor_blame(wrap, waves):
    X, y = waves
    pipe = make_detector("dense", window=10, epochs=2, random_state=0).fit(X[:100])
    if wrap == "tuned":
        detector = TunedThresholdDetectorCV(pipe, cv="prefit").fit(X, y)
    elif wrap == "search":
        cv = [(np.arange(100), np.arange(100, 200))]
        detector = GridSearchCV(
            pipe, {"denseforecastdetector__epochs": [2]}, cv=cv, scoring=lambda *_: 0.0
        ).fit(X)
        pipe = detector.best_estimator_
    elif wrap == "rule around all":
        detector = ThresholdDetector(clone(pipe), threshold="max").fit(X[:100])
        pipe = detector.estimator_
    else:
        rule = ThresholdDetector(clone(pipe[-1]), threshold="max")
        detector = make_pipeline(*clone(pipe)[:-1], rule).fit(X[:100])
        pipe = make_pipeline(*detector[:-1], detector[-1].estimator_)
    plain, found = (detect(one, X, y, threshold="fit") for one in (pipe, detector))
    assert found.about == plain.about
    assert found.about.window == 10
    assert found.about.history == pipe[-1].history_
    assert found.offset == offset_of(detector)
    assert judge(found)["vus_pr"] == judge(plain)["vus_pr"]
    for name in ("scores", "channel_errors", "own_errors"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    np.testing.assert_array_equal(found.expected, plain.expected)


class Shifted(BaseEstimator):
    """A wrapper whose scores are not those of what it wraps."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y=None):
        self.estimator_ = clone(self.estimator).fit(X)
        self.offset_ = self.estimator_.offset_ - 1
        return self

    def score_samples(self, X):
        return self.estimator_.score_samples(X) - 1


def test_a_wrapper_that_scores_by_itself_is_believed():
    X = np.random.default_rng(0).normal(size=(100, 2))
    shifted = Shifted(IsolationForest(random_state=0)).fit(X)
    found = detect(shifted, X)
    np.testing.assert_array_equal(found.scores, shifted.score_samples(X))
    assert found.about.detector == "IsolationForest"


class Blaming:
    """A detector that tells the error of each channel, and counts its work."""

    n_passes, offset_ = 0, -1.0

    def assess(self, X, *, step=None):
        self.n_passes += 1
        return Assessment(np.abs(X))

    def score_samples(self, X):
        return self.assess(X).scores


def test_channels_and_scores_come_from_one_pass():
    detector, X = Blaming(), np.zeros((50, 3))
    X[20, 1] = 9
    found = detect(detector, X, channel_names=["a", "b", "c"])
    assert detector.n_passes == 1
    np.testing.assert_array_equal(found.scores, detector.score_samples(X))
    np.testing.assert_array_equal(found.channel_errors, np.abs(X))
    assert [event.channel for event in found.events] == ["b"]


def test_records_with_one_error_for_all_columns_blame_none():
    X = np.random.default_rng(0).normal(size=(100, 3))
    X[50] = 9
    found = detect(PCADetector(n_components=2).fit(X[:40]), X)
    assert found.channel_errors is None
    assert 50 in [event.peak for event in found.events]
    assert {event.channel for event in found.events} == {None}


def test_expected_values_are_in_the_unit_of_the_series_or_not_told(waves):
    X = 1000 + 50 * waves[0]
    ends = (Shingler(10), PCADetector(n_channels=2))
    log = FunctionTransformer(np.log, inverse_func=np.exp)
    pipe = make_pipeline(log, StandardScaler(), *map(clone, ends)).fit(X[:100])
    np.testing.assert_allclose(ask(pipe, X).expected[:150], X[:150], rtol=0.1)
    assessed = ask(pipe, X)
    np.testing.assert_array_equal(assessed.residuals, X - assessed.expected)
    one_way = make_pipeline(Normalizer(), *map(clone, ends)).fit(X[:100])
    assert ask(one_way, X).expected is ask(one_way, X).residuals is None
    changed = make_pipeline(ends[0], StandardScaler(), ends[1]).fit(X[:100])
    assert ask(changed, X).expected is None  # its rows are windows no longer
    assert window_of(changed) == 10


def test_a_shingler_within_an_inner_pipeline_is_found(waves):
    X, _ = waves
    steps = StandardScaler(), Shingler(10), PCADetector(n_channels=2)
    flat = make_pipeline(*steps).fit(X[:100])
    nested = make_pipeline(steps[0], make_pipeline(*steps[1:])).fit(X[:100])
    np.testing.assert_array_equal(ask(nested, X).expected, ask(flat, X).expected)
    np.testing.assert_array_equal(ask(nested, X).scores, ask(flat, X).scores)


def test_threshold_of_any_kind_is_a_number_or_asked_for():
    X = np.random.default_rng(0).normal(size=(60, 2))
    svm = OneClassSVM().fit(X)  # whose offset_ is an array of one
    assert detect(svm, X).offset == svm.offset_[0]
    density = KernelDensity().fit(X)
    with pytest.raises(ValueError, match=r"KernelDensity has no offset_\. Pass"):
        detect(density, X)
    assert detect(density, X, threshold=9.0).offset == -9.0
    assert detect(svm, X, threshold=np.inf).offset == -np.inf


@pytest.mark.parametrize("threshold", ["auto", "sigma:8"])
def test_the_name_of_a_detector_is_no_detector(threshold):
    X = np.zeros((9, 1))
    says = r"got the str 'ensemble'.*pass make_detector\('ensemble'\)\.fit\(\.\.\.\)"
    with pytest.raises(TypeError, match=says):
        detect("ensemble", X, threshold=threshold)
    with pytest.raises(TypeError, match=says):
        ask("ensemble", X)


def test_what_cannot_score_is_refused():
    X = np.zeros((9, 1))
    lof = LocalOutlierFactor(n_neighbors=2).fit(X)
    with pytest.raises(ValueError, match="LocalOutlierFactor has no score_samples"):
        detect(lof, X)


@pytest.mark.parametrize("names", [["cpu", "disk"], [3, 7]])
def test_a_frame_is_detected_as_it_is_drawn(names, waves):
    index = pd.date_range("2024-01-01", periods=200, freq="min")
    frame = pd.DataFrame(waves[0], index=index, columns=names)
    pipe = make_detector("pca", window=10).fit(frame[:100])
    found = detect(pipe, frame)
    shown = SeriesDisplay.from_estimator(pipe, frame)
    assert found.series.channel_names == tuple(map(str, names))
    assert found.series.channel_names == tuple(ax.get_ylabel() for ax in shown.axes_)
    assert found.series.index is shown.index is index
    assert found.events == shown.events == found.plot().events
    assert str(names[1]) in {event.channel for event in found.events}
    assert found.events[0].start_time == index[found.events[0].start]
    named = detect(pipe, frame, channel_names=frame.columns, index=index)
    assert named.events == found.events
    assert f"on {names[0]}, {names[1]}</title>" in draw_page(found)


def test_rows_that_are_only_numbered_are_samples(pipe, series):
    assert detect(pipe, pd.DataFrame(series)).series.index is None
    later = pd.DataFrame(series)[200:]
    assert detect(pipe, later).series.index is later.index


def test_volumes_of_detectors_with_other_windows_have_one_buffer():
    X = np.sin(2 * np.pi * np.arange(600)[:, None] / 40)
    y = np.isin(np.arange(600), range(450, 470))
    X[y] += 1
    for window in (10, 40):
        pipe = make_detector("pca", window=window, random_state=0).fit(X[:300])
        assert judge(detect(pipe, X, y))["vus_window"] == 40


def test_another_offset_or_rule_asks_nobody(pipe, series):
    found = detect(pipe, series, n_train=200)
    none = replace(found, offset=-np.inf)
    assert none.events == ()
    assert (none.labels == 1).all()
    assert none.scores is found.scores
    every = replace(found, offset=np.inf)
    assert [(event.start, event.stop) for event in every.events] == [(200, 400)]
    long = replace(found, rule=EventRule(min_length=2))
    assert len(long.events) < len(found.events)
    with pytest.raises(FrozenInstanceError):
        found.offset = -1.0


def test_what_is_written_is_read_again(tmp_path, waves):
    X, y = waves
    index = pd.date_range("2024-01-01", periods=200, freq="min", tz="Europe/Rome")
    frame = pd.DataFrame(X, index=index, columns=["a", "b"])
    pipe = make_detector("pca", window=10).fit(frame[:100])
    rule = EventRule(merge_gap=2, in_training=True)
    found = detect(pipe, frame, y, n_train=100, events=rule)
    paths = found.write(tmp_path / "new", model=pipe)
    names = {"scores.csv", "events.csv", "run.json", "report.png", "report.html"}
    assert {Path(path).name for path in paths} == names | {"model.skanomaly"}
    read = read_run(tmp_path / "new")
    for name in ("scores", "expected", "channel_errors", "labels"):
        np.testing.assert_array_equal(getattr(read, name), getattr(found, name))
    np.testing.assert_array_equal(read.series.truth, y)
    assert (read.series.index == index).all()
    assert [(one.start, one.peak) for one in read.events] == [
        (one.start, one.peak) for one in found.events
    ]
    assert (read.offset, read.rule, read.about) == (found.offset, rule, found.about)


def test_channels_that_a_transformer_joins_have_one_own_error():
    X = np.random.default_rng(0).normal(size=(120, 5))
    pipe = make_pipeline(
        PCA(2), Shingler(10, flatten=False), PCADetector(n_components=2)
    ).fit(X)
    detection = detect(pipe, X)
    assert detection.expected.shape == (120, 5)
    assert detection.own_errors.shape == (120, 1)
    assert detection.channel_errors is None


class NoInverse(FunctionTransformer):
    """A transformer whose inverse fails in a way of its own."""

    def inverse_transform(self, X):
        raise NotImplementedError


def lagged(X):
    return np.hstack([X, np.roll(X, 1, axis=0)])


@pytest.mark.parametrize(
    ("transformer", "n_channels"),
    [
        (FunctionTransformer(lagged), 4),
        (
            FunctionTransformer(lagged, inverse_func=lambda X: X, check_inverse=False),
            4,
        ),
        (FunctionTransformer(np.exp), 2),
        (NoInverse(), 2),
    ],
    ids=["wider", "wider with an inverse", "without an inverse", "failing inverse"],
)
def test_scores_do_not_need_an_inverse(transformer, n_channels, waves):
    X, _ = waves
    detector = PCADetector(n_channels=n_channels)
    pipe = make_pipeline(transformer, Shingler(12), detector).fit(X)
    detection = detect(pipe, X)
    assert detection.expected is None
    np.testing.assert_array_equal(detection.scores, pipe.score_samples(X))
    assert len(detection.own_errors) == len(X)


def test_scores_cannot_be_changed_after_the_events_were_found(pipe, series):
    scores = pipe.score_samples(series)
    detection = replace(detect(pipe, series), scores=scores)
    events = detection.events
    scores[0] = -1e9
    assert detection.labels[0] == 1
    assert detection.events is events
    with pytest.raises(ValueError, match="read-only"):
        detection.scores[0] = -1e9
    with pytest.raises(ValueError, match=r"scores must have shape \(n_samples,\)"):
        replace(detection, scores=scores[:, np.newaxis])


def test_what_is_not_fitted_is_told_from_what_has_no_threshold():
    with pytest.raises(NotFittedError):
        detect(PCADetector(), np.zeros((9, 1)))
    density = KernelDensity().fit(np.zeros((9, 1)))
    with pytest.raises(ValueError, match="KernelDensity has no offset_"):
        detect(density, np.zeros((9, 1)))


# Thresholds.


def test_the_threshold_is_of_the_series_only_where_nobody_chose_one(waves):
    X, _ = waves

    def found(rule, asked):
        pipe = make_detector("pca", window=10, threshold=rule).fit(X[:100])
        detection = detect(pipe, X, n_train=100, threshold=asked)
        return detection.threshold_source, detection.offset, pipe[-1].offset_

    for rule, asked, source in (
        ("auto", "auto", "series"),
        ("auto", "fit", "fit"),
        ("sigma:8", "auto", "fit"),
        ("sigma:8", "series", "series"),
        ("auto", "sigma:8", "rule"),
        ("auto", SigmaThreshold(8), "rule"),
        ("auto", 0.25, "rule"),
    ):
        said, offset, own = found(rule, asked)
        assert said == source
        if source != "series":
            assert (offset == own) == (source == "fit")
    assert found("auto", 0.25)[1] == -0.25


def test_tuned_thresholds_and_searches_keep_theirs(waves):
    X, y = waves
    pipe = make_detector("pca", window=10).fit(X[:100])
    tuned = TunedThresholdDetectorCV(pipe, cv="prefit").fit(X, y)
    assert detect(tuned, X, n_train=100).threshold_source == "fit"
    cv = [(np.arange(100), np.arange(100, 200))]
    search = GridSearchCV(pipe, {"pcadetector__n_components": [2]}, cv=cv, scoring=max_)
    assert detect(search.fit(X), X, n_train=100).threshold_source == "series"


def max_(estimator, X, y=None):
    return 0.0


def test_records_keep_the_threshold_of_the_fit():
    X = np.random.default_rng(0).normal(size=(300, 4))
    detector = PCADetector(threshold="auto").fit(X)
    assert detect(detector, X).threshold_source == "fit"


def noisy(seed, n_samples, period=50):
    noise = 0.1 * np.random.default_rng(seed).normal(size=n_samples)
    return (np.sin(2 * np.pi * np.arange(n_samples) / period) + noise)[:, None]


def test_the_threshold_of_a_series_is_beyond_its_training_part():
    X = noisy(0, 2000)
    X[1500:1510] += 3
    pipe = make_detector("pca").fit(X[:1000])
    found = detect(pipe, X, n_train=1000)
    half = found.about.window // 2
    training = -found.scores[half : 1000 - half]
    assert training.max() <= -found.offset
    normal = JumpThreshold(times=2.25, block=found.about.window).fit(-training)
    assert normal.offset_ >= found.offset >= 3.01 * normal.offset_


def test_an_anomaly_in_the_training_part_hides_no_other():
    X = noisy(0, 4000)
    for start in (900, 3300):
        X[start : start + 10] += 2
    pipe = make_detector("ensemble", random_state=0).fit(X[:3000])
    for found in (
        detect(pipe, X, n_train=3000, events=EventRule(in_training=True)),
        detect(pipe, X, threshold="fit"),
    ):
        starts = [event.start for event in found.events]
        np.testing.assert_allclose(starts, [900, 3300], atol=5)


@pytest.mark.parametrize("n_train", [300, 1000])
@pytest.mark.parametrize("name", ["ensemble", "pca"])
def test_an_anomaly_right_after_the_training_part_hides_no_other(name, n_train):
    X = noisy(0, 2 * n_train, period=25)
    truth = [(n_train + 3, n_train + 8), (2 * n_train - 60, 2 * n_train - 50)]
    for (start, stop), size in zip(truth, (4, 1.5), strict=True):
        X[start:stop] += size
    pipe = make_detector(name, random_state=0).fit(X[:n_train])
    events = detect(pipe, X, n_train=n_train).events
    for start, stop in truth:
        assert any(e.start < stop and e.stop > start for e in events)


def test_without_a_training_part_the_threshold_is_that_of_the_fit(waves):
    X, _ = waves
    pipe = make_detector("pca", window=10).fit(X[:100])
    assert detect(pipe, X).threshold_source == "fit"
    asked = detect(pipe, X, threshold="series")
    assert asked.offset <= pipe[-1].offset_


@pytest.mark.parametrize("n_samples", [300, 500, 1000])
def test_short_normal_series_have_few_events(n_samples):
    shares = []
    for seed in range(6):
        X = noisy(seed, n_samples)
        pipe = make_detector("ensemble", random_state=0).fit(X[: n_samples // 2])
        found = detect(pipe, X, n_train=n_samples // 2)
        shares.append(np.mean(found.labels == -1))
    assert np.mean(shares) < 0.03


def test_an_infinite_threshold_of_the_fit_remains_so():
    X = noisy(0, 80)
    pipe = make_detector("pca", window=10, threshold=FixedThreshold(np.inf)).fit(X[:60])
    assert detect(pipe, X, n_train=60, threshold="series").offset == -np.inf


def test_errors_that_do_not_begin_at_0_have_a_threshold():
    X = noisy(0, 2000)
    X[1500:1510] += 4
    forest = IsolationForest(random_state=0)
    pipe = make_pipeline(StandardScaler(), Shingler(20, align="center"), forest)
    found = detect(pipe.fit(X[:1000]), X, n_train=1000, threshold="series")
    assert [e.start <= 1505 < e.stop for e in found.events] == [True]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("seriesx", "mean 'series'"),
        ("sgima:8", "unknown"),
        (None, "is not a threshold"),
    ],
)
def test_a_threshold_of_no_kind_is_refused(waves, asked, message):
    pipe = make_detector("pca", window=10).fit(waves[0][:100])
    with pytest.raises(ValueError, match=message):
        detect(pipe, waves[0], threshold=asked)


def test_normal_series_have_no_events():
    none = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = np.sin(np.arange(3000) / 8)[:, None] + 0.1 * rng.normal(size=(3000, 1))
        pipe = make_detector("ensemble", random_state=0).fit(X[:1500])
        none += not detect(pipe, X, n_train=1500).events
    assert none >= 9


def test_the_reach_of_an_ensemble_is_that_of_all_members():
    X = noisy(0, 400)
    members = [
        ("past", make_detector("pca", window=40, online=True)),
        ("around", make_detector("pca", window=32)),
    ]
    ensemble = EnsembleDetector(members).fit(X)
    before, after = reach_of(ensemble)
    assert (before, after) == (39, 15)
    changed = X.copy()
    changed[200] += 1
    other = ensemble.score_samples(changed) != ensemble.score_samples(X)
    first, *_, last = np.flatnonzero(other)
    assert 200 - after <= first
    assert last <= 200 + before
    assert last - first > max(before, after)


@pytest.mark.parametrize("text", ["auto", "Auto", " AUTO "])
def test_auto_is_read_in_any_case(text):
    X = noisy(0, 600)
    pipe = make_detector("ensemble", random_state=0, threshold=text).fit(X[:300])
    found = detect(pipe, X, n_train=300)
    assert found.threshold_source == "series"
    usual = make_detector("ensemble", random_state=0).fit(X[:300])
    assert pipe[-1].offset_ == usual[-1].offset_
