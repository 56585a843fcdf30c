"""Errors of channels as a heat map."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import LogNorm
from matplotlib.dates import num2date
from sklearn.ensemble import IsolationForest

from skanomaly import PCADetector, TunedThresholdDetectorCV, make_detector
from skanomaly.plotting import BlameDisplay
from skanomaly.plotting._style import EVENT, TRUTH
from tests.plotting.common import spans_of


def test_short_series_are_drawn_sample_by_sample():
    errors = np.random.default_rng(0).random((50, 4))
    display = BlameDisplay.from_predictions(errors)
    np.testing.assert_array_equal(display.mesh_.get_array(), errors.T)
    assert display.ax_.get_title(loc="left") == "Error of each channel, no event"
    # The first channel is on top.
    bottom, top = display.ax_.get_ylim()
    assert bottom > top


def test_no_peak_of_a_long_series_is_lost():
    errors = np.random.default_rng(0).random((200_001, 3))
    errors[123_456, 1] = 7
    errors[200_000, 2] = 5
    display = BlameDisplay.from_predictions(errors)
    drawn = display.mesh_.get_array()
    assert drawn.shape[1] <= 1000
    np.testing.assert_array_equal(drawn.max(axis=1), errors.max(axis=0))
    edges = display.mesh_.get_coordinates()[0, :, 0]
    column = int(np.argmax(drawn[1]))
    assert edges[column] <= 123_456 < edges[column + 1]
    assert drawn[2, -1] == 5
    assert edges[-1] == 200_001


def test_events_are_above_and_truth_below_the_map():
    errors = np.full((500, 3), 0.1)
    errors[100:120, 2] = 5
    y = np.where(np.isin(np.arange(500), np.arange(110, 130)), -1, 1)
    display = BlameDisplay.from_predictions(errors, offset=-2.0, y_true=y)
    assert [event.channel for event in display.events] == [2]
    assert spans_of(display.ax_, EVENT) == [(100, 119)]
    assert spans_of(display.ax_, TRUTH) == [(110, 129)]
    display.figure_.canvas.draw()
    axes = display.ax_.transAxes.inverted()
    _, top = axes.transform(display.ax_.transData.transform((0, -0.5)))
    _, bottom = axes.transform(display.ax_.transData.transform((0, 2.5)))
    _, events, truth = display.ax_.collections  # after the map
    assert events.get_paths()[0].vertices[:, 1].min() > top
    assert truth.get_paths()[0].vertices[:, 1].max() < bottom


def test_columns_may_be_events():
    errors = np.random.default_rng(0).random((300, 5)) / 100
    errors[50:60, 1] = 3
    errors[200:240, 4] = 2
    display = BlameDisplay.from_predictions(errors, offset=-1.0, by="event")
    expected = [errors[50:60].mean(axis=0), errors[200:240].mean(axis=0)]
    np.testing.assert_array_equal(display.mesh_.get_array().T, expected)
    blamed = display.mesh_.get_array().argmax(axis=0).tolist()
    assert blamed == [event.channel for event in display.events] == [1, 4]
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == ["50", "200"]


def test_a_spike_makes_the_colours_logarithmic():
    errors = np.random.default_rng(0).random((100, 2))
    assert not isinstance(BlameDisplay(errors).plot().mesh_.norm, LogNorm)
    errors[50, 0] = 1000
    norm = BlameDisplay(errors).plot().mesh_.norm
    assert isinstance(norm, LogNorm)
    assert norm.vmax == 1000
    # Nothing is left white: what is below the scale has its lowest colour.
    errors[:, 1] = 0
    assert BlameDisplay(errors).plot().mesh_.norm(0.0) == 0


def test_no_error_at_all():
    display = BlameDisplay(np.zeros((9, 2))).plot()
    assert (display.mesh_.get_array() == 0).all()
    assert len(BlameDisplay(np.ones((1, 2))).plot().mesh_.get_array().ravel()) == 2


@pytest.mark.parametrize("n_channels", [3, 38, 200])
def test_channel_names_have_room(n_channels):
    names = [f"sensor {i}" for i in range(n_channels)]
    errors = np.random.default_rng(0).random((60, n_channels))
    display = BlameDisplay.from_predictions(errors, channel_names=names)
    display.figure_.canvas.draw()
    labels = display.ax_.get_yticklabels()
    assert labels[0].get_text() == "sensor 0"
    boxes = [label.get_window_extent() for label in labels]
    for upper, lower in pairwise(boxes):
        assert upper.y0 >= lower.y1 - 1
    if n_channels <= 40:
        assert [label.get_text() for label in labels] == names


@pytest.fixture(scope="module")
def faulty():
    X = np.sin(np.arange(400) / 5)[:, None] + np.zeros(3)
    X += 0.02 * np.random.default_rng(0).normal(size=X.shape)
    X[310:320, 1] += 2
    times = pd.date_range("2024-01-01", periods=400, freq="h")
    return pd.DataFrame(X, index=times, columns=["a", "b", "c"])


def test_pipelines_blame_the_channel_that_is_faulty(faulty):
    y = np.isin(np.arange(400), np.arange(310, 320))
    pipe = make_detector("pca", window=20).fit(faulty[:200])
    tuned = TunedThresholdDetectorCV(pipe, cv="prefit").fit(faulty, y)
    for estimator in (pipe, tuned):
        display = BlameDisplay.from_estimator(estimator, faulty, y)
        summed = np.asarray(display.errors).sum(axis=1)
        np.testing.assert_allclose(summed, -pipe.score_samples(faulty))
        assert {event.channel for event in display.events} == {"b"}
        assert np.argmax(display.errors.max(axis=0)) == 1
        labels = [text.get_text() for text in display.ax_.get_yticklabels()]
        assert labels == ["a", "b", "c"]
        left, right = display.ax_.get_xlim()
        assert num2date(left).day == 1
        assert (right - left) * 24 == pytest.approx(400)
    events = BlameDisplay.from_estimator(pipe, faulty, by="event")
    (text,) = (text.get_text() for text in events.ax_.get_xticklabels())
    assert text.startswith("2024-01-13 ")


def test_what_cannot_be_drawn_is_refused(faulty):
    forest = IsolationForest(random_state=0).fit(faulty)
    with pytest.raises(ValueError, match="IsolationForest has no score_channels"):
        BlameDisplay.from_estimator(forest, faulty)
    records = PCADetector(n_components=1).fit(faulty)
    with pytest.raises(ValueError, match=r"3 channel_names for errors of 1 channel\. "):
        BlameDisplay.from_estimator(records, faulty)
    with pytest.raises(ValueError, match=r"got \(9,\)\. Pass score_channels"):
        BlameDisplay(np.ones(9)).plot()
    with pytest.raises(ValueError, match="errors contains NaN or infinity: 1 of 4"):
        BlameDisplay([[1, 1], [1, np.nan]]).plot()
    with pytest.raises(ValueError, match="by must be 'sample' or 'event', got 'time'"):
        BlameDisplay(np.ones((9, 2)), by="time").plot()
    with pytest.raises(ValueError, match="there is no event"):
        BlameDisplay(np.ones((9, 2)), by="event").plot()
    with pytest.raises(ValueError, match="y_true has 8 values for 9 samples"):
        BlameDisplay.from_predictions(np.ones((9, 2)), y_true=np.ones(8, int))
