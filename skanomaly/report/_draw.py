"""Draw what was computed: one picture that tells the whole run."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly.events import find_events
from skanomaly.plotting import (
    ErrorHistogramDisplay,
    HistoryDisplay,
    ScoreDisplay,
    SeriesDisplay,
)
from skanomaly.plotting._style import plain
from skanomaly.report._collect import Detection

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# More channels than this do not fit a page that is read at a glance.
_MOST_CHANNELS = 6


def draw_report(detection: Detection) -> "Figure":
    """Compose the pictures of a run to one figure.

    On top the series with its events, below it the errors with their threshold, and at
    the bottom how the network was trained and how the errors spread. What a detector
    does not have, such as a training history, is left out. Of many channels those that
    are to blame are shown.

    Parameters
    ----------
    detection : Detection
        What :func:`skanomaly.report.collect` returned.

    Returns
    -------
    figure : matplotlib Figure
        Not registered with pyplot, so it need not be closed.
    """
    shown = _channels_to_show(detection)
    figure = _new_figure(11, 6.2 + 1.5 * len(shown))
    grid = figure.add_gridspec(
        len(shown) + 2, 2, height_ratios=[*([1.7] * len(shown)), 1.7, 1.7]
    )
    top = figure.add_subplot(grid[0, :])
    rows = range(1, len(shown))
    axes = [top, *(figure.add_subplot(grid[row, :], sharex=top) for row in rows)]
    _draw_series(detection, shown, axes)
    ScoreDisplay(
        detection.score,
        offset=detection.offset,
        events=detection.events,
        index=detection.index,
        n_train=detection.n_train,
    ).plot(figure.add_subplot(grid[-2, :], sharex=top))
    with_history = bool(detection.history)
    if detection.history:
        HistoryDisplay(detection.history).plot(figure.add_subplot(grid[-1, 0]))
    ErrorHistogramDisplay(
        detection.score[detection.n_train :],
        offset=detection.offset,
        training_scores=detection.score[: detection.n_train],
    ).plot(figure.add_subplot(grid[-1, 1] if with_history else grid[-1, :]))
    figure.align_ylabels(figure.axes[: len(shown) + 1])
    return figure


def _new_figure(width: float, height: float) -> "Figure":
    module = import_extra("matplotlib.figure", extra="plot")
    figure: Figure = module.Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.08)  # type: ignore[union-attr, call-arg]
    return figure


def _draw_series(
    detection: Detection, shown: NDArray[np.intp], axes: list["Axes"]
) -> None:
    expected, truth = detection.expected, detection.truth
    display = SeriesDisplay(
        detection.values[:, shown],
        events=detection.events,
        expected=None if expected is None else expected[:, shown],
        index=detection.index,
        channel_names=[detection.channel_names[channel] for channel in shown],
        truth=None if truth is None else find_events(truth),
        n_train=detection.n_train,
    ).plot(axes)
    n_channels = detection.values.shape[1]
    found = display.ax_.get_title(loc="left")
    more = f", {len(shown)} of {n_channels} channels" if len(shown) < n_channels else ""
    display.ax_.set_title(
        f"{plain(detection.detector)}: {found}{more}",
        loc="left",
        fontsize=11,
        fontweight="bold",
    )


def _channels_to_show(detection: Detection) -> NDArray[np.intp]:
    """Choose those that most events blame, in the order of the series."""
    n_channels = detection.values.shape[1]
    blame = np.zeros(n_channels)
    for event in detection.events:
        if event.channel is not None:
            blame[detection.channel_names.index(event.channel)] += 1
    return np.sort(np.argsort(-blame, kind="stable")[:_MOST_CHANNELS])
