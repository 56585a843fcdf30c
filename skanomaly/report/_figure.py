"""Figure that summarises a detection."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly._text import plain
from skanomaly.detection import Detection
from skanomaly.plotting import (
    ErrorHistogramDisplay,
    HistoryDisplay,
    ScoreDisplay,
    SeriesDisplay,
)
from skanomaly.report._legible import make_legible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# More channels do not fit on one page.
_MOST_CHANNELS = 6


def draw_report(detection: Detection, *, records: bool = False) -> "Figure":
    """Draw a detection in one figure.

    The figure shows the series with its events at the top, the errors with the
    threshold below, and the training history and the histogram of the errors at the
    bottom. The history is left out if the detector has none. At most 6 channels are
    drawn: those that most often have the largest error in an event.

    Parameters
    ----------
    detection : Detection
        Detection returned by :func:`skanomaly.detect`.
    records : bool, default=False
        Whether the samples are independent records. If True, only the training history
        and the histogram are drawn.

    Returns
    -------
    figure : matplotlib Figure
        Figure that is not registered with pyplot, so it need not be closed.

    Examples
    --------
    >>> from skanomaly import Detection
    >>> from skanomaly.detection import TimeSeries
    >>> from skanomaly.report import draw_report
    >>> series = TimeSeries([1, 9, 1])
    >>> found = Detection(series=series, scores=[-1, -5, -1], offset=-2)
    >>> draw_report(found).axes[0].get_title(loc="left")
    'scores: 1 event in 3 samples'
    """
    shown = np.array([], int) if records else _channels_to_show(detection)
    heights = [1.7] * (1 if records else len(shown) + 2)
    figure = _new_figure(11, 2.2 + 4.0 * (not records) + 1.5 * len(shown))
    grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
    if not records:
        top = figure.add_subplot(grid[0, :])
        rows = range(1, len(shown))
        axes = [top, *(figure.add_subplot(grid[row, :], sharex=top) for row in rows)]
        _draw_series(detection, shown, axes)
        ScoreDisplay.from_detection(
            detection, ax=figure.add_subplot(grid[-2, :], sharex=top)
        )
    if detection.about.history:
        HistoryDisplay.from_detection(detection, ax=figure.add_subplot(grid[-1, 0]))
    spread = grid[-1, 1] if detection.about.history else grid[-1, :]
    ErrorHistogramDisplay.from_detection(detection, ax=figure.add_subplot(spread))
    figure.align_ylabels(figure.axes[: len(shown) + 1])
    make_legible(figure)
    return figure


def _new_figure(width: float, height: float) -> "Figure":
    module = import_extra("matplotlib.figure", extra="plot")
    figure: Figure = module.Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.08)  # type: ignore[union-attr, call-arg]
    return figure


def _draw_series(
    detection: Detection, shown: NDArray[np.intp], axes: list["Axes"]
) -> None:
    series, expected = detection.series, detection.expected
    band = detection.expected_band
    display = SeriesDisplay(
        series.values[:, shown],
        events=detection.events,
        expected=None if expected is None else expected[:, shown],
        expected_band=None if band is None else [end[:, shown] for end in band],
        index=series.index,
        channel_names=[series.channel_names[channel] for channel in shown],
        truth=series.true_events,
        n_train=series.n_train,
    ).plot(axes)
    found, n_channels = display.ax_.get_title(loc="left"), series.n_channels
    more = f", {len(shown)} of {n_channels} channels" if len(shown) < n_channels else ""
    title = f"{plain(detection.about.detector)}: {found}{more}"
    display.ax_.set_title(title, loc="left", fontsize=11, fontweight="bold")


def _channels_to_show(detection: Detection) -> NDArray[np.intp]:
    """Return the channels with the largest error in most events, in series order."""
    order = np.argsort(-detection.n_events_of_channels, kind="stable")
    return np.sort(order[:_MOST_CHANNELS])
