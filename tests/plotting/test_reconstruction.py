"""What was expected, over what came."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from skanomaly import (
    Event,
    PCADetector,
    TunedThresholdDetectorCV,
    detect,
    make_detector,
)
from skanomaly.detection import ask
from skanomaly.plotting import ReconstructionDisplay
from skanomaly.plotting._style import EVENT, EXPECTED, SERIES, TRUTH
from tests.plotting.common import lines_of, spans_of


@pytest.fixture(scope="module")
def series():
    X = np.sin(np.arange(600) / 5)[:, None] + np.zeros(2)
    X += 0.02 * np.random.default_rng(0).normal(size=X.shape)
    y = np.zeros(600, int)
    y[410:420] = 1
    X[410:420, 1] += 2
    return X, y


@pytest.fixture(scope="module")
def pipe(series):
    return make_detector("pca", window=30).fit(series[0][:300])


def residual_of(ax):
    """Heights of what is shaded between the lines."""
    (band,) = (c for c in ax.collections if c.get_label() == "residual")
    x, y = band.get_paths()[0].vertices.T
    return {int(one): np.ptp(y[x == one]) for one in np.unique(x)}


def test_the_stretch_is_drawn_with_what_was_expected(series, pipe):
    X, y = series
    display = ReconstructionDisplay.from_estimator(pipe, X, y, start=350, stop=450)
    expected = ask(pipe, X).expected[350:450]
    for channel, ax in enumerate(display.axes_):
        (came,) = lines_of(ax, SERIES)
        np.testing.assert_array_equal(came.get_xdata(), np.arange(350, 450))
        np.testing.assert_array_equal(came.get_ydata(), X[350:450, channel])
        (line,) = lines_of(ax, EXPECTED)
        np.testing.assert_array_equal(line.get_ydata(), expected[:, channel])
        heights = residual_of(ax)
        for sample in (350, 415, 440):
            residual = X[sample, channel] - expected[sample - 350, channel]
            assert heights[sample] == pytest.approx(abs(residual))
        assert spans_of(ax, TRUTH) == [(410, 419)]
    assert display.ax_.get_title(loc="left") == "samples 350 to 449, 1 event"


def test_samples_of_the_event_are_red_in_the_channel_to_blame(series, pipe):
    X, y = series
    (event,) = detect(pipe, X).events
    display = ReconstructionDisplay.from_estimator(pipe, X, y, event=event)
    good, bad = display.axes_
    assert lines_of(good, EVENT) == []
    (red,) = lines_of(bad, EVENT)
    drawn = red.get_xdata()[~np.isnan(red.get_ydata())]
    np.testing.assert_array_equal(drawn, np.arange(event.start, event.stop))
    assert display.start == event.start - 100
    assert display.stop == event.stop + 100


def test_long_events_and_events_at_the_edge():
    values = np.zeros(1000)
    for start, stop, shown in ((400, 700, (100, 999)), (5, 10, (0, 109))):
        event = Event(start, stop, stop - start, start)
        ax = ReconstructionDisplay.from_predictions(values, values, event=event).ax_
        (line,) = lines_of(ax, SERIES)
        assert (line.get_xdata()[0], line.get_xdata()[-1]) == shown


def test_events_reach_no_further_than_the_stretch():
    labels = np.ones(100, int)
    labels[[10, *range(40, 60), 90]] = -1
    display = ReconstructionDisplay.from_predictions(
        np.arange(100.0), np.zeros(100), y_pred=labels, start=50, stop=80
    )
    (red,) = lines_of(display.ax_, EVENT)
    drawn = red.get_xdata()[~np.isnan(red.get_ydata())]
    np.testing.assert_array_equal(drawn, np.arange(50, 60))
    assert display.ax_.get_title(loc="left") == "samples 50 to 79, 1 event"


def test_negative_numbers_count_from_the_end():
    display = ReconstructionDisplay.from_predictions(
        np.zeros(100), np.zeros(100), start=-20
    )
    assert display.ax_.get_title(loc="left") == "samples 80 to 99, no event"


def test_forecasters_and_tuned_pipelines_and_times(series):
    X, y = series
    times = pd.date_range("2024-01-01", periods=600, freq="h")
    frame = pd.DataFrame(X, index=times, columns=["a", "b"])
    forecaster = make_detector("dense", window=30, epochs=2, random_state=0)
    forecaster.fit(frame[:300])
    tuned = TunedThresholdDetectorCV(forecaster, cv="prefit").fit(frame, y)
    display = ReconstructionDisplay.from_estimator(tuned, frame, start=400, stop=430)
    assert [ax.get_ylabel() for ax in display.axes_] == ["a", "b"]
    (line,) = lines_of(display.axes_[1], EXPECTED)
    expected = ask(forecaster, frame).expected[400:430, 1]
    np.testing.assert_array_equal(line.get_ydata(), expected)
    assert line.get_xdata()[0] == times[400].to_datetime64()


def test_every_channel_is_drawn_where_it_is_told(series, pipe):
    _, axes = plt.subplots(2)
    display = ReconstructionDisplay.from_estimator(pipe, series[0], ax=axes)
    assert list(display.axes_) == list(axes)
    assert len(plt.get_fignums()) == 1


def test_what_cannot_be_drawn_is_refused(series):
    X, _ = series
    forest = make_detector("isolation_forest", window=30, random_state=0).fit(X[:300])
    with pytest.raises(ValueError, match="IsolationForest has no expected values"):
        ReconstructionDisplay.from_estimator(forest, X)
    bare = PCADetector(n_components=1).fit(X)
    with pytest.raises(ValueError, match="PCADetector has no expected values"):
        ReconstructionDisplay.from_estimator(bare, X)
    draw = ReconstructionDisplay.from_predictions
    with pytest.raises(ValueError, match="no sample from start=9 to stop=9 in 600"):
        draw(X, X, start=9, stop=9)
    with pytest.raises(ValueError, match=r"expected has shape \(599, 2\)"):
        draw(X, X[:599], start=0, stop=9)
    with pytest.raises(ValueError, match="y_true has 9 values for 600 samples"):
        draw(X, X, y_true=np.zeros(9, int))
