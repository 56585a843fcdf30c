"""Names that matplotlib would read as mathematics are shown as they are."""

import re
from html import unescape
from io import StringIO

import matplotlib as mpl
import numpy as np
import pytest

from skanomaly import Detection, find_events
from skanomaly.detection import RunFacts, TimeSeries
from skanomaly.plotting import (
    BlameDisplay,
    ReconstructionDisplay,
    SeriesDisplay,
    ThresholdCurveDisplay,
)
from skanomaly.report import draw_report

NAMES = ("$x_$", "Open ($)", "Close ($)", r"a \ $ b \$")
ERRORS = np.random.default_rng(0).random((30, 4))


def texts_of(figure):
    """Return all that is written in a picture."""
    svg = StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(svg, format="svg")
    return [unescape(text) for text in re.findall(r"<text.*?>(.*?)<", svg.getvalue())]


DRAWN = {
    "series": lambda: SeriesDisplay(ERRORS, channel_names=NAMES),
    "reconstruction": lambda: ReconstructionDisplay(
        ERRORS, ERRORS + 1, channel_names=NAMES
    ),
    "blame": lambda: BlameDisplay(ERRORS, channel_names=NAMES),
    "blame by event": lambda: BlameDisplay(
        ERRORS,
        events=find_events(-ERRORS.sum(axis=1), offset=-2.0),
        by="event",
        channel_names=NAMES,
    ),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_names_of_channels_are_shown_as_they_are(draw):
    assert set(NAMES) <= set(texts_of(draw().plot().figure_))


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_metric_is_shown_as_it_is(name):
    display = ThresholdCurveDisplay([1.0, 2.0], [0.0, 1.0], metric=name).plot()
    assert {name, f"{name} by threshold"} <= set(texts_of(display.figure_))


def test_names_of_a_report_are_shown_as_they_are():
    found = Detection(
        series=TimeSeries(ERRORS, channel_names=NAMES),
        scores=-ERRORS.sum(axis=1),
        offset=-9.0,
        about=RunFacts(detector="My$$Detector"),
    )
    texts = texts_of(draw_report(found))
    assert set(NAMES) <= set(texts)
    assert "My$$Detector: no event in 30 samples" in texts
