"""Displays of a detection draw what those of its estimator draw."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from sklearn.neighbors import KernelDensity

from skanomaly import EventRule, PCADetector, detect, make_detector
from skanomaly.plotting import (
    BlameDisplay,
    ErrorHistogramDisplay,
    HistoryDisplay,
    PrecisionRecallDisplay,
    ReconstructionDisplay,
    RocCurveDisplay,
    ScoreDisplay,
    SeriesDisplay,
    ThresholdCurveDisplay,
)
from skanomaly.plotting._style import EVENT, TRUTH
from tests.detection.common import detection_of
from tests.plotting.common import spans_of

OF_SERIES = (SeriesDisplay, ScoreDisplay, BlameDisplay, ReconstructionDisplay)
OF_TRUTH = (PrecisionRecallDisplay, RocCurveDisplay, ThresholdCurveDisplay)


@pytest.fixture(scope="module")
def labelled():
    X = np.sin(np.arange(400) / 5)[:, None] + np.zeros(2)
    X += 0.02 * np.random.default_rng(0).normal(size=X.shape)
    X[310:316, 1] += 3
    times = pd.date_range("2024-01-01", periods=400, freq="h")
    y = np.isin(np.arange(400), np.arange(310, 316))
    return pd.DataFrame(X, index=times, columns=["a", "b"]), y


@pytest.fixture(scope="module")
def pipe(labelled):
    pipe = make_detector("dense", window=20, epochs=3, random_state=0)
    return pipe.fit(labelled[0][:200])


def drawn(display):
    """Return all that lines show, on whichever axes."""
    return [line.get_xydata() for ax in display.figure_.axes for line in ax.lines]


@pytest.mark.parametrize("kind", [*OF_SERIES, *OF_TRUTH, ErrorHistogramDisplay])
def test_a_detection_is_drawn_as_its_estimator(kind, pipe, labelled):
    # Scores and errors without those of single samples have no extents.
    rule = EventRule(localize=kind in (SeriesDisplay, ReconstructionDisplay))
    threshold = "auto" if rule.localize else "fit"
    found = detect(pipe, *labelled, events=rule, threshold=threshold)
    of_detection = kind.from_detection(found)
    of_estimator = kind.from_estimator(pipe, *labelled)
    lines = zip(drawn(of_detection), drawn(of_estimator), strict=True)
    for ours, theirs in lines:
        np.testing.assert_array_equal(ours, theirs)
    for color in (EVENT, TRUTH):
        assert spans_of(of_detection.ax_, color) == spans_of(of_estimator.ax_, color)


@pytest.mark.parametrize("kind", OF_SERIES)
def test_events_are_those_of_the_rule_and_of_the_judged_part(kind, pipe, labelled):
    frame, _ = labelled
    found = detect(pipe, frame, n_train=200)
    found = replace(found, offset=float(np.median(found.scores)))
    merged = replace(found, rule=EventRule(merge_gap=400))
    assert len(merged.events) == 1 < len(found.events)
    for one in (found, merged):
        assert kind.from_detection(one).events == one.events
        assert all(event.start >= 200 for event in one.events)


def test_training_is_shaded_and_counted_by_itself(pipe, labelled):
    frame, y = labelled
    found = detect(pipe, frame, y, n_train=200)
    assert SeriesDisplay.from_detection(found).n_train == 200
    assert found.plot().ax_.get_title(loc="left").endswith("in 200 samples")
    histogram = ErrorHistogramDisplay.from_detection(found, bins=9)
    assert len(histogram.scores) == len(histogram.training_scores) == 200
    history = HistoryDisplay.from_detection(found)
    assert history.history == pipe[-1].history_


@pytest.mark.parametrize("kind", OF_TRUTH)
def test_the_part_that_was_trained_on_is_not_judged(kind, pipe, labelled):
    frame, y = labelled
    found = detect(pipe, frame, y, n_train=200)
    later = kind.from_predictions(y[200:], -found.scores[200:])
    display = kind.from_detection(found)
    if kind is not ThresholdCurveDisplay:
        assert display.curve.area == later.curve.area
    assert display.threshold == -found.offset
    with pytest.raises(ValueError, match="has no truth"):
        kind.from_detection(detect(pipe, frame))


def test_the_band_is_drawn_behind_each_channel(pipe, labelled):
    frame, _ = labelled
    found = detect(pipe, frame, n_train=200)
    display = SeriesDisplay.from_detection(found)
    for channel, ax in enumerate(display.axes_):
        (band,) = [one for one in ax.collections if one.get_label() == "band"]
        heights = band.get_paths()[0].vertices[:, 1]
        known = np.isfinite(found.expected[:, channel])
        assert heights.min() == found.expected_lower[known, channel].min()
        assert heights.max() == found.expected_upper[known, channel].max()
    plain = replace(found, expected_lower=None, expected_upper=None)
    for ax in SeriesDisplay.from_detection(plain).axes_:
        assert "band" not in [one.get_label() for one in ax.collections]


def test_a_single_channel_is_one_row_of_the_map():
    errors = np.random.default_rng(0).random(50)
    found = detection_of(-errors, errors, offset=-0.9)
    display = BlameDisplay.from_detection(found)
    np.testing.assert_array_equal(display.mesh_.get_array(), errors[None])
    assert display.events == found.events


def test_what_a_detection_does_not_have_is_not_drawn():
    found = detection_of([-1, -2], [[1, 2], [3, 4]], offset=-9)
    with pytest.raises(ValueError, match="scores has no expected values"):
        ReconstructionDisplay.from_detection(found)
    with pytest.raises(ValueError, match="scores has no history_"):
        HistoryDisplay.from_detection(found)
    with pytest.raises(ValueError, match="2 channel_names for errors of 1 channel"):
        BlameDisplay.from_detection(found)


def test_detectors_without_a_threshold_have_no_line():
    X = np.random.default_rng(0).normal(size=(90, 1))
    density = KernelDensity().fit(X)
    for kind in (ScoreDisplay, ErrorHistogramDisplay):
        display = kind.from_estimator(density, X)
        assert display.threshold_line_ is None
        display.figure_.canvas.draw()
    assert ScoreDisplay.from_estimator(density, X).events == ()
    with pytest.raises(ValueError, match="KernelDensity has no offset_"):
        SeriesDisplay.from_estimator(density, X)


def test_samples_without_a_score_are_gaps():
    scores = -np.random.default_rng(0).random(50)
    scores[10:20] = np.nan
    scores[30] = -1000
    found = detection_of(scores, np.arange(50), offset=-2)
    display = ScoreDisplay.from_detection(found)
    assert display.ax_.get_yscale() == "log"
    assert np.isnan(display.line_.get_ydata()).any()
    assert len(spans_of(display.ax_, EVENT)) == 1
    for kind in (SeriesDisplay, ErrorHistogramDisplay):
        kind.from_detection(found).figure_.canvas.draw()


@pytest.mark.parametrize("kind", [*OF_SERIES, *OF_TRUTH, ErrorHistogramDisplay])
def test_a_detection_is_drawn_where_it_is_told(kind, pipe, labelled):
    n_axes = 2 if kind in (SeriesDisplay, ReconstructionDisplay) else 1
    figure, axes = plt.subplots(n_axes)
    display = kind.from_detection(detect(pipe, *labelled), ax=axes)
    assert display.figure_ is figure
    assert len(plt.get_fignums()) == 1


class OnlyLabels:
    """An outlier detector without scores and threshold."""

    def predict(self, X):
        return np.where(np.abs(X[:, 0]) > 4, -1, 1)


class OnlyDecisions(OnlyLabels):
    def decision_function(self, X):
        return 4 - np.abs(X[:, 0])


@pytest.mark.parametrize("estimator", [OnlyLabels(), OnlyDecisions()])
def test_labels_or_decisions_are_drawn_of_what_has_no_threshold(estimator):
    X = np.zeros((50, 1))
    X[20:23] = 9
    display = SeriesDisplay.from_estimator(estimator, X)
    assert [(event.start, event.stop) for event in display.events] == [(20, 23)]


def test_rows_are_drawn_as_well_as_a_series():
    rows = np.random.default_rng(0).normal(size=(60, 40))
    detector = PCADetector(n_channels=2).fit(rows)
    display = BlameDisplay.from_estimator(detector, rows, channel_names=["a", "b"])
    assert np.shape(display.errors) == (60, 2)
    shown = ScoreDisplay.from_estimator(detector, rows.reshape(60, 20, 2))
    np.testing.assert_array_equal(shown.scores, detector.score_samples(rows))
