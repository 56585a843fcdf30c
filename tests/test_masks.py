"""Samples that a fit ignores: nothing is learned from them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skanomaly import (
    AutoencoderDetector,
    ConvFeatureDetector,
    DenseForecastDetector,
    EnsembleDetector,
    LSTMDetector,
    NearestWindowDetector,
    PCADetector,
    SeriesScaler,
    Shingler,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    detect,
    make_detector,
)
from skanomaly._ignored import bridged
from skanomaly.compose import fit_ignoring
from skanomaly.windows import Sequences
from tests.detectors.common import quick, records, rows_of, wave

N_SAMPLES, HOLIDAY = 400, slice(120, 160)
IGNORE = np.zeros(N_SAMPLES, dtype=bool)
IGNORE[HOLIDAY] = True
IGNORE[:3] = IGNORE[-2:] = True  # samples that are padded with


def of_windows(detector, **params):
    window = Shingler("auto", align="center", pad="period")
    return make_pipeline(SeriesScaler(), window, quick(detector, **params))


FORESTS = [
    ThresholdDetector(IsolationForest(n_estimators=5, random_state=0), max_rows=most)
    for most in (None, 50)
]
ENSEMBLE = EnsembleDetector(
    [
        ("pca", make_pipeline(Shingler(9, align=0.75), PCADetector(n_channels=2))),
        ("forest", make_pipeline(Shingler(20), FORESTS[0])),
    ],
    threshold="sigma:3",
)
PIPELINES = {
    "PCA": of_windows(PCADetector, n_channels=2),
    "PCA of each channel": of_windows(
        PCADetector, n_channels=2, channel_model="separate", contamination_trim=0.1
    ),
    "nearest": of_windows(NearestWindowDetector, n_channels=2, contamination_trim=0.1),
    "kernels": of_windows(ConvFeatureDetector, n_channels=2, training=None),
    "autoencoder": of_windows(AutoencoderDetector, n_channels=2, context=0.5),
    "forecast": of_windows(DenseForecastDetector, n_channels=2),
    "recurrent": of_windows(LSTMDetector, n_channels=2),
    "ensemble": make_pipeline(SeriesScaler(), ENSEMBLE),
    "ensemble of rows": make_pipeline(
        Shingler(10, align="center"),
        EnsembleDetector([("pca", PCADetector(n_channels=2))]),
    ),
    "forest": make_pipeline(SeriesScaler(), Shingler(10), FORESTS[0]),
    "forest of some rows": make_pipeline(SeriesScaler(), Shingler(10), FORESTS[1]),
    "threshold around all": ThresholdDetector(
        make_pipeline(SeriesScaler(), Shingler(10), PCADetector(n_channels=2))
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_values_of_ignored_samples_make_no_difference(name):
    X, new = wave(N_SAMPLES, 2), wave(100, 2, seed=1)
    learned = []
    for value in (0.0, 50.0):
        X[IGNORE] = value + np.arange(IGNORE.sum())[:, np.newaxis]
        fitted = fit_ignoring(clone(PIPELINES[name]), X.copy(), IGNORE)
        offset = (fitted[-1] if hasattr(fitted, "steps") else fitted).offset_
        learned.append([offset, *fitted.score_samples(new)])
    np.testing.assert_array_equal(*learned)
    # The same samples matter, if they are not ignored.
    other = clone(PIPELINES[name]).fit(X)
    assert not np.array_equal(other.score_samples(new), learned[0][1:])


@pytest.mark.parametrize("name", ["ensemble of rows", "forest", "tuned"])
def test_windows_that_are_trained_on_may_end_among_ignored_samples(name):
    X, new = wave(N_SAMPLES, 2), wave(100, 2, seed=1)
    ignore = (np.arange(N_SAMPLES) >= 354) & (np.arange(N_SAMPLES) < 358)
    tuned = TunedThresholdDetectorCV(PCADetector(n_channels=2), cv=2)
    windows = Shingler(10, align="center")
    pipe = {**PIPELINES, "tuned": make_pipeline(windows, tuned)}[name]
    y = np.isin(np.arange(N_SAMPLES), (250, 380)).astype(int)
    learned = []
    for value in (np.nan, 50.0):
        X[ignore] = value
        with config_context(enable_metadata_routing=True):
            steps = make_pipeline(SeriesScaler(), *clone(pipe))
            fitted = steps.fit(X, y, ignore=ignore)
        learned.append([fitted[-1].offset_, *fitted.score_samples(new)])
    np.testing.assert_array_equal(*learned)


def test_ignored_samples_may_be_missing():
    X = wave(N_SAMPLES)
    known = fit_ignoring(make_detector("pca"), X, IGNORE)
    X[HOLIDAY] = np.nan
    gaps = fit_ignoring(make_detector("pca"), X, IGNORE)
    new = wave(100, seed=1)
    np.testing.assert_array_equal(gaps.score_samples(new), known.score_samples(new))
    X[200] = np.nan
    with pytest.raises(ValueError, match=r"NaN\) at row 200"):
        fit_ignoring(make_detector("pca"), X, IGNORE)


@pytest.mark.parametrize("name", ["pca", "isolation_forest"])
def test_a_mask_without_a_sample_changes_nothing(name):
    X, new = wave(N_SAMPLES), wave(100, seed=1)
    plain = make_detector(name, random_state=0).fit(X)
    masked = fit_ignoring(make_detector(name, random_state=0), X, np.zeros(len(X)))
    np.testing.assert_array_equal(masked.score_samples(new), plain.score_samples(new))
    assert masked[-1].offset_ == plain[-1].offset_


@pytest.mark.parametrize("name", ["pca", "ensemble"])
def test_maintenance_in_the_training_part_does_not_spoil_the_detection(name):
    X = wave(1200, noise=0.05)
    rng = np.random.default_rng(2)
    X[200:260] = 6 + rng.normal(size=(60, 1))
    X[900:910] += 1
    ignore = np.zeros(800, bool)
    ignore[200:260] = True

    def found(pipe):
        events = detect(pipe, X, n_train=800, threshold="fit").events
        return any(event.start < 910 and event.stop > 900 for event in events)

    assert not found(make_detector(name, random_state=0).fit(X[:800]))
    assert found(fit_ignoring(make_detector(name, random_state=0), X[:800], ignore))


# Which windows hold an ignored sample.


@pytest.mark.parametrize("align", ["end", "center", 0.75])
@pytest.mark.parametrize("pad", ["edge", "reflect", "period"])
def test_windows_of_a_shingler_show_what_is_ignored(align, pad):
    X = wave(60, 2)
    ignore = np.zeros(60, bool)
    ignore[[2, 20, 21, 58]] = True
    shingler = Shingler(7, align=align, pad=pad)
    rows = shingler.fit_transform(X, ignore=ignore)
    filled = bridged(X, ignore)  # in which all values differ
    plain = shingler.transform(filled)
    expected = np.where(np.isin(plain, filled[ignore]), np.nan, plain)
    np.testing.assert_array_equal(rows, expected)
    own = rows.reshape(60, 7, 2)[:, shingler.own_step_]
    np.testing.assert_array_equal(np.isnan(own).all(axis=1), ignore)


@pytest.mark.parametrize("is_copy", [False, True])
def test_rows_without_an_ignored_sample_are_those_to_learn_from(is_copy):
    X = wave(60)
    ignore = np.zeros(60, bool)
    ignore[[20, 21, 40]] = True
    rows = Shingler(7, align="center").fit_transform(X, ignore=ignore)
    clean = np.flatnonzero(~np.isnan(rows).any(axis=1))
    assert 60 - len(clean) == 8 + 7
    rows = rows.copy() if is_copy else rows
    sequences = Sequences.from_rows(rows, 1, ignore)
    np.testing.assert_array_equal(sequences.untouched(7), clean)
    for length, step in ((3, 1), (5, 4)):
        steps = sequences.ignored[0]
        starts = range(0, len(steps) - length + 1, step)
        expected = [i for i, s in enumerate(starts) if not steps[s : s + length].any()]
        assert sequences.untouched(length, step).tolist() == expected
    assert sequences.longest == max(np.diff(np.flatnonzero(np.r_[1, steps, 1]))) - 1


def test_of_other_windows_all_within_a_window_are_left_out():
    ignore = np.zeros(54, bool)
    ignore[20] = True
    sequences = Sequences.from_rows(rows_of(wave(60), 7), 1, ignore)
    left_out = np.setdiff1d(np.arange(54), sequences.untouched(7))
    assert left_out.tolist() == list(range(14, 27))


def test_records_are_left_out_one_by_one():
    X, ignore = records(60), np.arange(60) % 4 == 0
    one, other = (
        PCADetector(random_state=0, validation_split=split) for split in (0.2, 0.2)
    )
    np.testing.assert_array_equal(
        one.fit(X, ignore=ignore).score_samples(X),
        other.fit(X[~ignore]).score_samples(X),
    )
    assert one.offset_ == other.offset_
    assert one.n_held_out_ == other.n_held_out_ == 0
    forest = fit_ignoring(IsolationForest(random_state=0), X, ignore)
    alone = IsolationForest(random_state=0).fit(X[~ignore])
    np.testing.assert_array_equal(forest.score_samples(X), alone.score_samples(X))


def test_period_and_window_leave_ignored_samples_out():
    X = np.sin(2 * np.pi * np.arange(600)[:, np.newaxis] / 24)
    ignore = np.zeros(600, bool)
    ignore[100:400] = True
    X[ignore] = np.sin(2 * np.pi * np.arange(300)[:, np.newaxis] / 7)
    assert Shingler().fit(X).window_ != 24
    shingler = Shingler(periods=8).fit(X, ignore=ignore)
    assert shingler.period_ == 24
    assert shingler.window_ == 24  # of which 300 samples hold eight


def test_held_out_rows_are_not_ignored_ones():
    X = wave(N_SAMPLES)
    ignore = np.zeros(N_SAMPLES, bool)
    ignore[-60:] = True
    pipe = fit_ignoring(make_pipeline(Shingler(10), PCADetector()), X, ignore)
    assert pipe[-1].n_held_out_ == 34  # a tenth of 340
    assert pipe[-1].offset_ < 0


# Ways to pass a mask.


def test_routing_step_parameters_and_the_function_agree():
    X, new = wave(N_SAMPLES), wave(100, seed=1)
    X[HOLIDAY] = 9
    routed, named = make_detector("pca"), make_detector("pca")
    with config_context(enable_metadata_routing=True):
        routed.fit(X, ignore=IGNORE)
    named.fit(X, **{f"{step}__ignore": IGNORE for step, _ in named.steps})
    scores = fit_ignoring(make_detector("pca"), X, IGNORE).score_samples(new)
    for pipe in (routed, named):
        np.testing.assert_array_equal(pipe.score_samples(new), scores)
    with pytest.raises(ValueError, match="ignore"):
        make_detector("pca").fit(X, ignore=IGNORE)


def test_a_step_may_decline():
    X = wave(N_SAMPLES)
    X[HOLIDAY] = 9
    with config_context(enable_metadata_routing=True):
        scaler = SeriesScaler().set_fit_request(ignore=False)
        pipe = make_pipeline(scaler, Shingler(5), PCADetector()).fit(X, ignore=IGNORE)
    assert pipe[0].mean_ == pytest.approx(SeriesScaler().fit(X).mean_)


def test_a_search_splits_the_mask():
    X = wave(N_SAMPLES)
    X[HOLIDAY] = 9
    y = np.zeros(N_SAMPLES)
    search = GridSearchCV(
        make_pipeline(SeriesScaler(), Shingler(5), PCADetector()),
        {"pcadetector__n_components": [1, 2]},
        scoring=lambda pipe, X, y: pipe.score_samples(X).mean(),
        cv=[(np.arange(300), np.arange(300, 400))],
    )
    with config_context(enable_metadata_routing=True):
        search.fit(X, y, ignore=IGNORE)
    assert abs(search.best_estimator_[0].mean_[0]) < 0.1


def test_tuned_thresholds_leave_ignored_samples_out():
    X, y = wave(900, noise=0.05), np.zeros(900, int)
    for start in (300, 500, 700):
        X[start : start + 5] += 4
        y[start : start + 5] = 1
    ignore = np.zeros(900, bool)
    ignore[400:440] = True
    X[ignore] = 30  # maintenance is more abnormal than any anomaly
    windows = Shingler(10, align="center", pad="period")
    pipe = make_pipeline(SeriesScaler(), windows, PCADetector())
    fitted = {}
    for name, mask in (("with", ignore), ("without", None)):
        fitted[name] = TunedThresholdDetectorCV(pipe).fit(X, y, ignore=mask)
    assert fitted["with"].best_score_ > fitted["without"].best_score_
    with pytest.raises(ValueError, match="no anomaly"):
        TunedThresholdDetectorCV(pipe).fit(X, y, ignore=y == 1)
    prefit = TunedThresholdDetectorCV(fitted["with"].estimator_, cv="prefit")
    plain = prefit.fit(X, y).best_score_
    assert prefit.fit(X, y, ignore=ignore).best_score_ > plain


def test_memory_tells_masks_apart(tmp_path):
    X, new = wave(N_SAMPLES), wave(100, seed=1)
    X[HOLIDAY] = 9
    for pipe in (
        make_pipeline(Shingler(5), PCADetector(memory=tmp_path)),
        EnsembleDetector([("near", NearestWindowDetector())], memory=tmp_path),
    ):
        plain = clone(pipe).fit(X).score_samples(new)
        masked = [fit_ignoring(clone(pipe), X, IGNORE).score_samples(new) for _ in "ab"]
        np.testing.assert_array_equal(*masked)
        assert not np.array_equal(masked[0], plain)


def test_data_frames_and_copies_are_masked_alike():
    X, new = wave(N_SAMPLES), wave(100, seed=1)
    X[HOLIDAY] = 9
    pipe = make_pipeline(Shingler(5), PCADetector())
    scores = fit_ignoring(clone(pipe), X, IGNORE).score_samples(new)
    frame = pd.DataFrame(X, columns=["cpu"])
    pandas = clone(pipe)
    pandas[0].set_output(transform="pandas")
    fit_ignoring(pandas, frame, pd.Series(IGNORE))
    framed = pandas.score_samples(pd.DataFrame(new, columns=["cpu"]))
    np.testing.assert_allclose(framed, scores, rtol=1e-5)


# What is refused.


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros(7, bool), "ignore must hold 400 booleans"),
        (np.full(N_SAMPLES, 0.5), "ignore must hold 400 booleans"),
        (np.zeros((N_SAMPLES, 1), bool), r"of shape \(400, 1\)"),
        (np.full(N_SAMPLES, "no"), "ignore must hold 400 booleans"),
        (np.ones(N_SAMPLES, bool), "leaves out all rows"),
        (np.arange(N_SAMPLES) % 9 == 0, "leaves 0 rows of 10 steps"),
    ],
)
@pytest.mark.parametrize("last", [PCADetector(), FORESTS[0]], ids=["PCA", "forest"])
def test_masks_that_leave_nothing_are_refused(mask, words, last):
    pipe = make_pipeline(Shingler(10), last)
    with pytest.raises(ValueError, match=words):
        fit_ignoring(pipe, wave(N_SAMPLES), mask)


def test_a_detector_that_cannot_leave_out_windows_is_refused():
    pipe = make_pipeline(Shingler(10), IsolationForest())
    with pytest.raises(ValueError, match="Wrap it in skanomaly.ThresholdDetector"):
        fit_ignoring(pipe, wave(N_SAMPLES), IGNORE)


def test_the_scaler_names_glitches_by_their_row():
    X = wave(N_SAMPLES)
    X[HOLIDAY] = 9e6
    X[300] = -9999
    with pytest.warns(UserWarning, match="the first in row 300: -9999"):
        scaler = SeriesScaler().fit(X, ignore=IGNORE)
    assert scaler.glitches_.tolist() == [[300, 0]]
    X[300] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SeriesScaler().fit(X, ignore=IGNORE)


def test_many_ignored_parts_leave_long_examples_to_learn_from():
    X, ignore = wave(6000), np.arange(6000) % 60 < 10
    X[ignore] = 1e4
    pipe = make_pipeline(Shingler(30), LSTMDetector(epochs=1, random_state=0))
    fit_ignoring(pipe, X, ignore)
    assert -pipe[-1].offset_ < 3
