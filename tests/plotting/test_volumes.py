"""Precision-recall and ROC curves with their volumes."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import SGDOneClassSVM
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly.metrics import vus_pr_score, vus_roc_score
from skanomaly.plotting import PrecisionRecallDisplay, RocCurveDisplay
from skanomaly.plotting._style import EVENT, TRUTH
from tests.plotting.common import lines_of

BOTH = pytest.mark.parametrize(
    ("display", "volume", "area"),
    [
        (PrecisionRecallDisplay, vus_pr_score, average_precision_score),
        (RocCurveDisplay, vus_roc_score, roc_auc_score),
    ],
)


def judged(n_samples=500, *, starts=(100, 250, 400), seed=0):
    """Truth with events, and a score that rises in them, a little late."""
    rng = np.random.default_rng(seed)
    truth = np.zeros(n_samples, int)
    for start in starts:
        truth[start : start + 20] = 1
    score = rng.exponential(size=n_samples) + 1.5 * np.roll(truth, 10)
    return truth, score.round(2)  # with ties


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def area_below(line):
    """What the line encloses as it is drawn: in steps, or straight."""
    x, y = line.get_data()
    if line.get_drawstyle() == "steps-pre":
        return float(np.diff(x) @ y[1:])
    return float(np.trapezoid(y, x))


@BOTH
@pytest.mark.parametrize("n_thresholds", [250, 30, None])
def test_volumes_are_those_of_the_metrics(display, volume, area, n_thresholds):
    truth, score = judged()
    drawn = display.from_predictions(truth, score, window=40, n_thresholds=n_thresholds)
    expected = volume(truth, score, window=40, n_thresholds=n_thresholds)
    assert drawn.volume == expected
    (fan,) = (text for text in legend_of(drawn.ax_) if text.startswith("buffers"))
    assert fan.startswith("buffers 0 to 40, VUS-")
    assert fan.endswith(f" {expected:.3f}")


@BOTH
def test_areas_of_samples_are_those_of_scikit_learn(display, volume, area):
    truth, score = judged()
    drawn = display.from_predictions(truth, score)
    assert drawn.curve.area == area(truth, score)
    assert area_below(drawn.line_) == pytest.approx(area(truth, score))
    assert legend_of(drawn.ax_)[0].endswith(f"{area(truth, score):.3f}")
    assert drawn.volume is None
    assert drawn.buffer_lines_ == []


@BOTH
def test_each_line_of_the_fan_encloses_the_area_that_it_counts_for(
    display, volume, area
):
    truth, score = judged()
    drawn = display.from_predictions(truth, score, window=20)
    assert list(drawn.buffered) == list(range(21))
    enclosed = [area_below(line) for line in drawn.buffer_lines_]
    np.testing.assert_allclose(enclosed, [one.area for one in drawn.buffered.values()])
    assert np.mean(enclosed) == pytest.approx(volume(truth, score, window=20))
    assert enclosed[-1] > enclosed[0]  # the score is late, which buffers forgive


@BOTH
def test_wide_buffers_are_drawn_in_part_and_counted_in_full(display, volume, area):
    truth, score = judged()
    drawn = display.from_predictions(truth, score, window=200)
    assert {0, 200} <= set(drawn.buffered)
    assert len(drawn.buffer_lines_) == len(drawn.buffered) == 25
    assert drawn.volume == volume(truth, score, window=200)


@BOTH
def test_without_buffer_one_event_is_what_scikit_learn_says(display, volume, area):
    """Of several events, recall counts how many are found as well."""
    truth, score = judged(starts=[200])
    drawn = display.from_predictions(truth, score, window=0, n_thresholds=None)
    assert drawn.volume == pytest.approx(area(truth, score))
    several, score = judged()
    drawn = display.from_predictions(several, score, window=0, n_thresholds=None)
    assert drawn.volume < area(several, score)


def test_curves_are_scikit_learns():
    truth, score = judged()
    precision, recall, _ = precision_recall_curve(truth, score, drop_intermediate=True)
    x, y = PrecisionRecallDisplay.from_predictions(truth, score).line_.get_data()
    np.testing.assert_array_equal(x[::-1], recall)
    np.testing.assert_array_equal(y[::-1], precision)
    false_rate, true_rate, _ = roc_curve(truth, score)
    x, y = RocCurveDisplay.from_predictions(truth, score).line_.get_data()
    np.testing.assert_array_equal(x, false_rate)
    np.testing.assert_array_equal(y, true_rate)


@pytest.mark.parametrize("threshold", [1.0, 2.5, 100.0])
def test_the_dot_is_what_the_threshold_reaches(threshold):
    truth, score = judged()
    found = score > threshold
    recall = recall_score(truth, found)
    precision = precision_score(truth, found, zero_division=0)
    drawn = PrecisionRecallDisplay.from_predictions(truth, score, threshold=threshold)
    (dot,) = lines_of(drawn.ax_, EVENT)
    assert dot.get_xydata().tolist() == [[recall, precision]]
    assert legend_of(drawn.ax_)[-1] == (
        f"threshold {threshold:.3g}: recall {recall:.3g}, precision {precision:.3g}"
    )
    drawn = RocCurveDisplay.from_predictions(truth, score, threshold=threshold)
    (dot,) = lines_of(drawn.ax_, EVENT)
    assert dot.get_xydata().tolist() == [[found[truth == 0].mean(), recall]]


def test_chance_is_the_share_of_what_is_anomalous():
    truth, score = judged()
    ax = PrecisionRecallDisplay.from_predictions(truth, score).ax_
    (chance,) = lines_of(ax, TRUTH)
    assert set(chance.get_ydata()) == {truth.mean()}
    ax = RocCurveDisplay.from_predictions(truth, score).ax_
    (chance,) = lines_of(ax, TRUTH)
    assert chance.get_xydata().tolist() == [[0, 0], [1, 1]]


@BOTH
@pytest.mark.parametrize(
    "detector",
    [
        IsolationForest(random_state=0),
        LocalOutlierFactor(novelty=True),
        OneClassSVM(gamma=0.1),
        SGDOneClassSVM(random_state=0),
    ],
    ids=lambda detector: type(detector).__name__,
)
def test_detectors_of_scikit_learn_are_the_right_way_up(
    display, volume, area, detector
):
    rng = np.random.default_rng(0)
    X, y = 4 + rng.normal(size=(200, 3)), np.ones(200, int)
    X[5::10] -= 9
    y[5::10] = -1
    pipe = make_pipeline(StandardScaler(with_mean=False), detector).fit(X[y == 1])
    drawn = display.from_estimator(pipe, X, y)
    assert drawn.curve.area > 0.9
    found = pipe.predict(X) == -1
    assert recall_score(y == -1, found) in drawn.point


@BOTH
def test_what_cannot_be_drawn_is_refused(display, volume, area):
    truth, score = judged()
    for labels, message in (
        (np.zeros(500, int), "y_true has no anomaly"),
        (np.full(500, -1), "y_true has no normal sample"),
        (truth[:9], "y_score has 500 values for 9 samples"),
        (np.arange(500), "y_true must hold 0 and 1 "),
    ):
        with pytest.raises(ValueError, match=message):
            display.from_predictions(labels, score)
    with pytest.raises(ValueError, match="window must be an integer"):
        display.from_predictions(truth, score, window=2.5)
