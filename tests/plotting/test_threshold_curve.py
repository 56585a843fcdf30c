"""The curve of a metric over thresholds."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold

from skanomaly import TunedThresholdDetectorCV
from skanomaly.metrics import event_f1_score, make_anomaly_scorer
from skanomaly.plotting import ThresholdCurveDisplay
from skanomaly.plotting._style import EVENT, TRUTH
from tests.plotting.common import lines_of


@pytest.fixture(scope="module")
def labelled():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 2)), np.zeros(300, int)
    y[20::30] = 1
    X[y == 1] += rng.uniform(1, 6, size=(10, 1))
    return X, y


@pytest.fixture(scope="module")
def forest(labelled):
    X, y = labelled
    return IsolationForest(random_state=0, n_estimators=20).fit(X[y == 0])


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_what_tuning_found_is_drawn_as_it_is(labelled, forest):
    tuned = TunedThresholdDetectorCV(forest, cv=KFold(3)).fit(*labelled)
    display = ThresholdCurveDisplay.from_estimator(tuned)
    thresholds, values = display.line_.get_data()
    np.testing.assert_array_equal(-thresholds[::-1], tuned.cv_results_["thresholds"])
    np.testing.assert_array_equal(values[::-1], tuned.cv_results_["scores"])
    assert set(display.threshold_line_.get_xdata()) == {-tuned.offset_}
    assert display.best_ == (-tuned.best_threshold_, tuned.best_score_)
    chosen = f"threshold {-tuned.offset_:.3g}: {tuned.best_score_:.3g}"
    assert legend_of(display.ax_) == [chosen]
    assert display.ax_.get_ylabel() == "event f1"


def test_every_point_is_what_the_metric_says(labelled, forest):
    X, y = labelled
    error = -forest.score_samples(X)
    display = ThresholdCurveDisplay.from_estimator(forest, X, y, n_thresholds=30)
    for threshold, value in zip(*display.line_.get_data(), strict=True):
        assert value == event_f1_score(y, error > threshold)
    # The detector's own threshold is on the curve, and beside it the best one.
    own = event_f1_score(y, forest.predict(X) == -1)
    (dot,) = (
        line for line in lines_of(display.ax_, EVENT) if len(line.get_xdata()) < 2
    )
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (-forest.offset_, own)
    (best,) = lines_of(display.ax_, TRUTH)
    assert best.get_ydata()[0] == np.max(display.line_.get_ydata()) > own
    assert legend_of(display.ax_)[0] == f"threshold {-forest.offset_:.3g}: {own:.3g}"
    assert len(legend_of(display.ax_)) == 2


@pytest.mark.parametrize("kind", ["1 is anomalous", "-1 is anomalous"])
def test_metrics_and_truth_of_any_kind(labelled, forest, kind):
    X, y = labelled
    truth = y if kind == "1 is anomalous" else np.where(y, -1, 1)
    error = -forest.score_samples(X)
    scorer = make_anomaly_scorer(f1_score)
    display = ThresholdCurveDisplay.from_predictions(truth, error, scoring=scorer)
    expected = [f1_score(y, error > one) for one in display.line_.get_xdata()]
    np.testing.assert_allclose(display.line_.get_ydata(), expected)
    assert display.ax_.get_ylabel() == "f1"
    assert display.threshold_line_ is None


def test_less_is_better_where_the_scorer_says_so(labelled, forest):
    scoring = "neg_detection_delay"
    display = ThresholdCurveDisplay.from_estimator(forest, *labelled, scoring=scoring)
    assert np.nanmax(display.line_.get_ydata()) <= 0
    assert display.ax_.get_ylabel() == "− detection delay"
    # No event is found above the highest error, so there is no delay.
    assert np.isnan(display.line_.get_ydata()[-1])
    assert not any("-0" in text for text in legend_of(display.ax_))


def test_a_tuned_detector_has_a_curve_of_new_data_too(labelled, forest):
    X, y = labelled
    tuned = TunedThresholdDetectorCV(forest, cv="prefit", scoring="event_recall").fit(
        X, y
    )
    display = ThresholdCurveDisplay.from_estimator(tuned, X[:150], y[:150])
    assert display.ax_.get_ylabel() == "event recall"
    assert set(display.threshold_line_.get_xdata()) == {-tuned.offset_}
    assert len(display.line_.get_xdata()) != len(tuned.cv_results_["scores"])


def test_errors_of_many_sizes_get_a_logarithmic_axis():
    y = np.arange(100) >= 90
    error = np.where(y, 1000.0, 1.0) + np.arange(100) / 100
    display = ThresholdCurveDisplay.from_predictions(y, error)
    assert display.ax_.get_xscale() == "log"
    display = ThresholdCurveDisplay.from_predictions(y, np.minimum(error, 3))
    assert display.ax_.get_xscale() == "linear"


def test_what_cannot_be_drawn_is_refused(labelled, forest):
    X, y = labelled
    draw = ThresholdCurveDisplay
    with pytest.raises(ValueError, match="IsolationForest was not tuned on labels"):
        draw.from_estimator(forest)
    with pytest.raises(ValueError, match="GridSearchCV was not tuned on labels"):
        draw.from_estimator(GridSearchCV(forest, {}))
    with pytest.raises(ValueError, match="only one of X and y"):
        draw.from_estimator(forest, X)
    with pytest.raises(ValueError, match="y_true has no anomaly"):
        draw.from_predictions(np.zeros(300, int), X[:, 0])
    with pytest.raises(ValueError, match="y_score has 9 values for 300 samples"):
        draw.from_predictions(y, X[:9, 0])
    with pytest.raises(ValueError, match="'vus_pr' evaluates scores"):
        draw.from_predictions(y, X[:, 0], scoring="vus_pr")
    with pytest.raises(
        ValueError, match=r"has shape \(2,\), but values has shape \(3,\)"
    ):
        draw([1, 2], [1, 2, 3]).plot()
    with pytest.raises(ValueError, match="f1 is not defined at any threshold"):
        draw([1, 2], [np.nan, np.nan], metric="f1").plot()
