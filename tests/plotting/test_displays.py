import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import PathCollection
from matplotlib.colors import same_color
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import SGDOneClassSVM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly import (
    AutoencoderDetector,
    PCADetector,
    TunedThresholdDetectorCV,
    find_events,
    make_detector,
)
from skanomaly.detection import ask
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
from skanomaly.plotting._style import EVENT, EXPECTED, TRUTH
from tests.plotting.common import lines_of, spans_of


@pytest.fixture
def forest():
    X = np.random.default_rng(0).normal(size=(300, 1))
    return make_pipeline(StandardScaler(), IsolationForest(random_state=0)).fit(X), X


def test_event_of_one_sample_in_a_million_is_seen():
    values = np.zeros(1_000_000)
    values[654_321] = 1e-3
    labels = np.where(values > 0, -1, 1)
    ax = SeriesDisplay.from_predictions(values, labels).ax_
    assert all(len(line.get_xdata()) <= 8000 for line in ax.lines)
    (red,) = lines_of(ax, EVENT)
    assert np.nanmax(red.get_ydata()) == 1e-3
    (dot,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    np.testing.assert_array_equal(dot.get_offsets()[0], [654_321, 1e-3])
    ((left, right),) = spans_of(ax)
    assert left < 654_321 < right
    axes_width = np.diff(ax.get_xlim())[0]
    assert (right - left) / axes_width * 1000 > 2  # pixels of a usual figure


def test_red_is_only_what_is_labelled():
    values = np.arange(20.0)
    labels = np.ones(20, int)
    labels[5:9] = labels[15] = -1
    ax = SeriesDisplay.from_predictions(values, labels).ax_
    (red,) = lines_of(ax, EVENT)
    drawn = red.get_xdata()[~np.isnan(red.get_ydata())]
    np.testing.assert_array_equal(drawn, [5, 6, 7, 8, 15])
    assert ax.get_title(loc="left") == "2 events in 20 samples"


def test_no_event_says_so():
    ax = SeriesDisplay.from_predictions(np.arange(9.0), np.ones(9, int)).ax_
    assert ax.get_title(loc="left") == "no event in 9 samples"
    assert lines_of(ax, EVENT) == []


def test_expected_value_is_drawn_over_the_series():
    values, expected = np.arange(9.0), np.arange(9.0) + 1
    ax = SeriesDisplay(values, expected=expected).plot().ax_
    (line,) = lines_of(ax, EXPECTED)
    np.testing.assert_array_equal(line.get_ydata(), expected)
    assert ax.lines.index(line) > 0


def test_expected_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"expected has shape \(8, 1\)"):
        SeriesDisplay(np.zeros(9), expected=np.zeros(8)).plot()


def test_each_channel_has_its_axes_and_only_the_blamed_one_is_red():
    values = np.random.default_rng(0).normal(size=(50, 3))
    errors = np.zeros((50, 3))
    errors[20, 1] = 9
    names = ["a", "b", "c"]
    events = find_events(
        -errors.sum(axis=1), offset=-1.0, channel_errors=errors, channel_names=names
    )
    display = SeriesDisplay(values, events=events, channel_names=names).plot()
    assert [ax.get_ylabel() for ax in display.axes_] == names
    assert [len(lines_of(ax, EVENT)) for ax in display.axes_] == [0, 1, 0]
    assert [len(spans_of(ax)) for ax in display.axes_] == [1, 1, 1]


def test_estimator_that_tells_channels_apart_is_asked_whom_to_blame():
    X = np.sin(np.arange(400) / 5)[:, None] + np.zeros(3)
    X += 0.02 * np.random.default_rng(0).normal(size=X.shape)
    y = np.zeros(400, int)
    y[310:316] = 1
    X[310:316, 2] += 3
    pipe = make_detector("pca", window=20).fit(X[:200])
    display = SeriesDisplay.from_estimator(pipe, X, y)
    assert [event.channel for event in display.events] == ["x2"]
    assert [len(lines_of(ax, EVENT)) for ax in display.axes_] == [0, 0, 1]
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    pipe.fit(frame[:200])
    tuned = TunedThresholdDetectorCV(pipe, cv="prefit").fit(frame, y)
    display = SeriesDisplay.from_estimator(tuned, frame, y)
    assert {event.channel for event in display.events} == {"c"}
    np.testing.assert_array_equal(display.expected, ask(pipe, frame).expected)


def test_records_with_one_error_for_all_columns_blame_none():
    X = np.random.default_rng(0).normal(size=(100, 3))
    X[50] = 9
    display = SeriesDisplay.from_estimator(PCADetector(n_components=2).fit(X[:40]), X)
    assert 50 in {event.peak for event in display.events}
    assert {event.channel for event in display.events} == {None}


@pytest.mark.parametrize("kind", [int, float, bool, "+1 and -1"])
def test_truth_is_a_strip_below_whatever_its_kind(kind):
    truth = np.isin(np.arange(50), [10, 11, 12, 40])
    y_true = np.where(truth, -1, 1) if kind == "+1 and -1" else truth.astype(kind)
    labels = np.where(np.arange(50) == 20, -1, 1)
    ax = SeriesDisplay.from_predictions(np.zeros(50), labels, y_true=y_true).ax_
    (first, _), (alone, right) = spans_of(ax, TRUTH)
    assert first == 10
    assert alone < 40 < right
    assert len(spans_of(ax, EVENT)) == 1


@pytest.mark.parametrize("name", ["y_true", "y_pred"])
def test_labels_of_other_samples_are_refused(name):
    labels = {"y_pred": np.ones(9, int), "y_true": np.zeros(9, int)}
    labels[name] = labels[name][:8]
    with pytest.raises(ValueError, match=f"{name} has 8 values for 9 samples"):
        SeriesDisplay.from_predictions(np.zeros(9), **labels)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"]])
def test_wrong_number_of_names_is_refused(names):
    with pytest.raises(ValueError, match=f"{len(names)} channel_names for 2 channels"):
        SeriesDisplay(np.zeros((9, 2)), channel_names=names).plot()


def test_wrong_number_of_axes_is_refused():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="3 channels"):
        SeriesDisplay(np.zeros((9, 3))).plot(ax)


@pytest.mark.parametrize("zone", [None, "Europe/Rome"])
def test_times_are_dates_on_the_axis(zone):
    index = pd.date_range("2024-03-01 12:00", periods=48, freq="h", tz=zone)
    display = SeriesDisplay(np.arange(48.0), index=index).plot()
    left, right = mpl.dates.num2date(display.ax_.get_xlim())
    assert left.day == 1
    assert right.day == 3
    assert display.ax_.lines[0].get_xdata()[0] == np.datetime64("2024-03-01T12:00")
    display.figure_.canvas.draw()
    texts = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert "12:00" in texts


def test_index_of_another_length_is_refused():
    with pytest.raises(ValueError, match="index has 8 entries"):
        SeriesDisplay(np.zeros(9), index=range(8)).plot()


def test_data_frame_brings_its_names_and_times(forest):
    pipe, X = forest
    index = pd.date_range("2024-01-01", periods=len(X), freq="min")
    frame = pd.DataFrame(X, index=index, columns=["cpu"])
    pipe = pipe.fit(frame)
    display = SeriesDisplay.from_estimator(pipe, frame, np.ones(len(X), int))
    assert display.ax_.get_ylabel() == "cpu"
    assert display.index is frame.index
    assert display.expected is None
    n_events = len(find_events(pipe.predict(frame)))
    assert f"{n_events} events" in display.ax_.get_title(loc="left")


def test_score_display_turns_the_sign_and_shows_the_threshold(forest):
    pipe, X = forest
    display = ScoreDisplay.from_estimator(pipe, X)
    np.testing.assert_array_equal(display.line_.get_ydata(), -pipe.score_samples(X))
    threshold = -pipe[-1].offset_
    assert set(display.threshold_line_.get_ydata()) == {threshold}
    assert display.ax_.get_yscale() == "linear"
    assert len(display.events) == len(find_events(pipe.predict(X)))


def test_truth_is_a_strip_below_the_error_and_part_of_the_histogram(forest):
    pipe, X = forest
    y = np.where(np.isin(np.arange(300), [10, 11, 12, 200]), -1, 1)
    ax = ScoreDisplay.from_estimator(pipe, X, y).ax_
    assert len(spans_of(ax, TRUTH)) == 2
    ax = ErrorHistogramDisplay.from_estimator(pipe, X, y, bins=20).ax_
    bars = [bar for bar in ax.patches if same_color(bar.get_facecolor(), TRUTH)]
    assert sum(bar.get_height() for bar in bars) == 4
    assert sum(bar.get_height() for bar in ax.patches) == 304
    lowest = min(bar.get_x() for bar in bars if bar.get_height())
    width = bars[0].get_width()
    assert lowest <= -pipe.score_samples(X)[y < 0].max() <= lowest + width
    for display in (ScoreDisplay, ErrorHistogramDisplay):
        with pytest.raises(ValueError, match="y_true has 9 values for 300 samples"):
            display.from_estimator(pipe, X, y[:9])


def test_a_spike_makes_the_error_axis_logarithmic():
    scores = -np.full(100, 1.0)
    scores[50] = -1000
    assert ScoreDisplay.from_predictions(scores, offset=-2).ax_.get_yscale() == "log"
    display = ErrorHistogramDisplay.from_predictions(scores, offset=-2)
    assert display.ax_.get_xscale() == "log"
    scores[0] = 0  # which a logarithmic axis cannot show
    assert ScoreDisplay.from_predictions(scores, offset=-2).ax_.get_yscale() == "linear"


def test_detector_without_threshold_has_no_line():
    display = ScoreDisplay.from_predictions(-np.ones(9))
    assert display.threshold_line_ is None
    assert display.events == ()


def test_histogram_counts_every_sample(forest):
    pipe, X = forest
    display = ErrorHistogramDisplay.from_estimator(pipe, X, bins=20)
    assert sum(bar.get_height() for bar in display.ax_.patches) == len(X)
    assert set(display.threshold_line_.get_xdata()) == {-pipe[-1].offset_}
    assert display.ax_.get_yscale() == "log"


def test_histogram_of_equal_scores():
    display = ErrorHistogramDisplay.from_predictions(np.zeros(9), offset=0.0)
    assert sum(bar.get_height() for bar in display.ax_.patches) == 9


def test_samples_without_a_score_are_in_no_bar():
    scores = -np.random.default_rng(0).random(50)
    scores[[3, 20]] = np.nan
    y = np.isin(np.arange(50), [3, 7])
    display = ErrorHistogramDisplay.from_predictions(
        scores, offset=-0.9, training_scores=scores[:10], bins=9, y_true=y
    )
    bars = [bar for bar in display.ax_.patches if hasattr(bar, "get_height")]
    assert sum(bar.get_height() for bar in bars) == 48 + 1
    with pytest.raises(ValueError, match="None of the 2 scores is a number"):
        ErrorHistogramDisplay([np.nan, np.nan]).plot()


@pytest.mark.parametrize("level", [0.0, 1.0, -12.0, 1e9])
def test_histogram_of_scores_that_differ_by_rounding(level):
    scores = np.full(9, level)
    scores[4] = np.nextafter(level, np.inf)
    display = ErrorHistogramDisplay.from_predictions(scores, offset=level - 1)
    assert sum(bar.get_height() for bar in display.ax_.patches) == 9


def test_history_display():
    history = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.5, 2.5, 1.5]}
    ax = HistoryDisplay(history).plot().ax_
    assert [list(line.get_ydata()) for line in ax.lines] == list(history.values())
    assert list(ax.lines[0].get_xdata()) == [1, 2, 3]
    assert len(HistoryDisplay({"loss": [1.0]}).plot().ax_.lines) == 1


def test_history_of_a_detector_that_has_none(forest):
    with pytest.raises(ValueError, match="IsolationForest has no history_"):
        HistoryDisplay.from_estimator(forest[0])


def test_history_of_a_detector_within_a_threshold():
    X = np.random.default_rng(0).normal(size=(60, 4))
    inner = AutoencoderDetector(epochs=2, random_state=0).fit(X)
    tuned = TunedThresholdDetectorCV(inner, cv="prefit").fit(X, np.arange(60) == 9)
    assert HistoryDisplay.from_estimator(tuned).history == inner.history_


@pytest.mark.parametrize("kind", [OneClassSVM, SGDOneClassSVM])
def test_a_threshold_that_is_an_array_of_one_is_a_number(kind):
    X = np.random.default_rng(0).normal(size=(60, 2))
    detector = kind().fit(X)
    line = ScoreDisplay.from_estimator(detector, X).threshold_line_
    assert set(line.get_ydata()) == {-detector.offset_[0]}


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: SeriesDisplay(np.arange(9.0)).plot(ax),
        lambda ax: ScoreDisplay(-np.arange(9.0)).plot(ax),
        lambda ax: ErrorHistogramDisplay(-np.arange(9.0)).plot(ax),
        lambda ax: HistoryDisplay({"loss": [1.0, 2.0]}).plot(ax),
        lambda ax: ThresholdCurveDisplay([1.0, 2.0], [0.0, 1.0]).plot(ax),
        lambda ax: PrecisionRecallDisplay.from_predictions([0, 1], [0, 1], ax=ax),
        lambda ax: RocCurveDisplay.from_predictions([0, 1], [0, 1], window=2, ax=ax),
        lambda ax: ReconstructionDisplay(np.ones(9), np.zeros(9)).plot(ax),
        lambda ax: BlameDisplay(np.ones((9, 2))).plot(ax),
    ],
)
def test_every_display_draws_where_it_is_told(draw):
    figure, ax = plt.subplots()
    display = draw(ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize(
    "name", ["isolation_forest", "one_class_svm", "local_outlier_factor"]
)
def test_recipes_with_detectors_of_others_are_drawn(name, n_channels):
    X = np.sin(np.arange(300) / 3)[:, None] + np.arange(n_channels)
    X[250:255] += 4
    pipe = make_detector(name, window=20, random_state=0).fit(X[:200])
    series = SeriesDisplay.from_estimator(pipe, X)
    assert len(series.axes_) == n_channels
    assert series.expected is None
    found = find_events(pipe.score_samples(X), offset=pipe[-1].offset_)
    assert [(one.start, one.stop, one.peak) for one in series.events] == [
        (one.start, one.stop, one.peak) for one in found
    ]
    score = ScoreDisplay.from_estimator(pipe, X)
    np.testing.assert_array_equal(score.line_.get_ydata(), -pipe.score_samples(X))
    histogram = ErrorHistogramDisplay.from_estimator(pipe, X)
    assert sum(bar.get_height() for bar in histogram.ax_.patches) == len(X)
    threshold = {-pipe[-1].offset_}
    assert set(score.threshold_line_.get_ydata()) == threshold
    assert set(histogram.threshold_line_.get_xdata()) == threshold
    inner = type(pipe[-1].estimator[-1]).__name__
    with pytest.raises(ValueError, match=f"{inner} has no history_"):
        HistoryDisplay.from_estimator(pipe)
    for display in (series, score, histogram):
        display.figure_.canvas.draw()
