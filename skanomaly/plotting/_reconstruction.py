"""What came and what was expected, and the residual between them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._text import plural
from skanomaly._validation import check_lengths
from skanomaly.detection import Detection, TimeSeries, detect
from skanomaly.events import Event, find_events
from skanomaly.plotting import _style
from skanomaly.plotting._decimate import decimate
from skanomaly.plotting._known import truth_events
from skanomaly.plotting._scores import offset_or_lowest
from skanomaly.plotting._series import SeriesDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Samples that are shown to either side of an event, if it isn't longer itself.
_MARGIN = 100


class ReconstructionDisplay:
    """A stretch of a series, what the detector expected, and the residual in between.

    It tells why something is anomalous: what should have been there. Where the expected
    line follows an anomaly, the detector knows it, or rebuilds whatever it sees; where
    it misses what is normal, it has not learned enough. A reconstruction sees the
    sample itself and what comes later; a forecast only what comes before.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, n_channels)
        The whole series.
    expected : array-like of the shape of `values`
        What the detector expected; NaN where it expected nothing.
    start, stop : int, default=None
        The samples to show, the stop not included; None for the first and the last.
    events : sequence of Event, default=()
        What was found.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples; None for sample numbers.
    channel_names : sequence of str, default=None
        One name a channel.
    truth : sequence of Event, default=None
        Known events, drawn as a strip below the series.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the first channel.
    axes_ : ndarray of matplotlib Axes of shape (n_channels,)
        Axes of all channels.
    figure_ : matplotlib Figure
        Figure that holds them.

    See Also
    --------
    SeriesDisplay : The whole series.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting import ReconstructionDisplay
    >>> expected = np.sin(np.arange(500) / 5)
    >>> values = expected + np.isin(np.arange(500), [300, 301])
    >>> labels = np.where(values == expected, 1, -1)
    >>> display = ReconstructionDisplay.from_predictions(
    ...     values, expected, y_pred=labels, start=250, stop=350
    ... )
    >>> display.ax_.get_title(loc="left")
    'samples 250 to 349, 1 event'
    """

    def __init__(
        self,
        values: ArrayLike,
        expected: ArrayLike,
        *,
        start: int | None = None,
        stop: int | None = None,
        events: Sequence[Event] = (),
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        truth: Sequence[Event] | None = None,
    ) -> None:
        self.values = values
        self.expected = expected
        self.start = start
        self.stop = stop
        self.events = events
        self.index = index
        self.channel_names = channel_names
        self.truth = truth

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        event: Event | None = None,
        start: int | None = None,
        stop: int | None = None,
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        ax: Any = None,
    ) -> Self:
        """Ask a fitted pipeline what it expected of `X`, and draw a stretch of it.

        Parameters
        ----------
        estimator : estimator
            Fitted pipeline with a :class:`skanomaly.Shingler` right before a detector
            that reconstructs or forecasts, or such a pipeline with a threshold from
            labels.
        X : array-like of shape (n_samples, n_channels)
            The whole series, for the stretch needs what lies around it.
        y : array-like of shape (n_samples,), default=None
            Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        event : Event, default=None
            Show this one with as many samples to either side, at least 100.
        start, stop : int, default=None
            The samples to show, where no event is given.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples; None for the index of a data frame.
        channel_names : sequence of str, default=None
            One name a channel; None for the columns of a data frame.
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one axes a channel; None for a new figure.

        Returns
        -------
        display : ReconstructionDisplay
        """
        detection = detect(
            estimator,
            X,
            y,
            index=index,
            channel_names=channel_names,
            offset=offset_or_lowest(estimator),
        )
        return cls.from_detection(detection, event=event, start=start, stop=stop, ax=ax)

    @classmethod
    def from_detection(
        cls,
        detection: Detection,
        *,
        event: Event | None = None,
        start: int | None = None,
        stop: int | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw a stretch of the series of a detection with what was expected.

        Parameters
        ----------
        detection : Detection
            As :func:`skanomaly.detect` returns it, with expected values.
        event : Event, default=None
            Show this one with as many samples to either side, at least 100.
        start, stop : int, default=None
            The samples to show, where no event is given.
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one axes per channel; None for a new figure.

        Returns
        -------
        display : ReconstructionDisplay
        """
        if detection.expected is None:
            raise ValueError(
                f"{detection.about.detector} expects no value here, so there is "
                "nothing to lay over the series. Pass a pipeline such as "
                "make_detector('autoencoder'): a Shingler right before a detector "
                "that reconstructs or forecasts."
            )
        series = detection.series
        start, stop = _stretch(event, start, stop)
        return cls(
            series.values,
            detection.expected,
            start=start,
            stop=stop,
            events=detection.events,
            index=series.index,
            channel_names=series.channel_names,
            truth=series.true_events,
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        values: ArrayLike,
        expected: ArrayLike,
        *,
        y_pred: ArrayLike | None = None,
        y_true: ArrayLike | None = None,
        channel_errors: ArrayLike | None = None,
        event: Event | None = None,
        start: int | None = None,
        stop: int | None = None,
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw a stretch of a series with what was expected.

        Parameters
        ----------
        values, expected
            As of the class.
        y_pred, y_true : array-like of shape (n_samples,), default=None
            Predicted labels, or a decision function, whose events have their peaks
            marked; and the truth in {0, 1} or {+1, -1}.
        channel_errors : array-like of shape (n_samples, n_channels), default=None
            Error of each channel, by which an event is red in the channel to blame;
            None for all of them.
        event : Event, default=None
            Show this one with as many samples to either side, at least 100.
        start, stop : int, default=None
            The samples to show, where no event is given.
        index, channel_names
            As of the class.
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one axes a channel; None for a new figure.

        Returns
        -------
        display : ReconstructionDisplay
        """
        n_samples = len(np.asarray(values))
        check_lengths(n_samples, y_pred=y_pred, y_true=y_true)
        start, stop = _stretch(event, start, stop)
        events: Sequence[Event] = ()
        if y_pred is not None:
            events = find_events(
                y_pred,
                channel_errors=channel_errors,
                channel_names=None if channel_errors is None else channel_names,
            )
        return cls(
            values,
            expected,
            start=start,
            stop=stop,
            events=events,
            index=index,
            channel_names=channel_names,
            truth=truth_events(y_true),
        ).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Where to draw, one axes a channel; None for a new figure.

        Returns
        -------
        display : ReconstructionDisplay
        """
        series = TimeSeries(np.asarray(self.values), index=self.index)
        values = series.values
        expected = series.like_values(self.expected, name="expected")
        first, stop, _ = slice(self.start, self.stop).indices(len(values))
        if first >= stop:
            raise ValueError(
                f"there is no sample from start={self.start} to stop={self.stop} in "
                f"{len(values)} samples: pass a stretch that lies within the series."
            )
        positions = series.positions[first:stop]
        events = _within(self.events, first, stop)
        drawn = SeriesDisplay(
            values[first:stop],
            events=events,
            expected=expected[first:stop],
            index=positions,
            channel_names=self.channel_names,
            truth=_within(self.truth or (), first, stop),
        ).plot(ax)
        self.axes_ = drawn.axes_
        for channel, channel_ax in enumerate(self.axes_):
            _shade_residual(
                channel_ax,
                positions,
                values[first:stop, channel],
                expected[first:stop, channel],
            )
        self.ax_: Axes = drawn.ax_
        self.figure_: Figure = drawn.figure_
        found = plural(len(events), "event")
        _style.title(self.ax_, f"samples {first:,} to {stop - 1:,}, {found}")
        return self


def _stretch(
    event: Event | None, start: int | None, stop: int | None
) -> tuple[int | None, int | None]:
    """Return the samples to show: those around the event, if there is one."""
    if event is None:
        return start, stop
    margin = max(_MARGIN, event.length)
    return max(0, event.start - margin), event.stop + margin


def _within(events: Sequence[Event], first: int, stop: int) -> list[Event]:
    """Return what of the events lies in a stretch, counted from its first sample."""
    found = []
    for event in events:
        start, end = max(event.start, first), min(event.stop, stop)
        if start < end:
            peak = min(max(event.peak, start), end - 1)
            found.append(
                replace(
                    event,
                    start=start - first,
                    stop=end - first,
                    length=end - start,
                    peak=peak - first,
                )
            )
    return found


def _shade_residual(
    ax: "Axes",
    positions: NDArray[Any],
    values: NDArray[np.float64],
    expected: NDArray[np.float64],
) -> None:
    kept = np.union1d(decimate(values), decimate(expected))
    ax.fill_between(
        positions[kept],
        values[kept],
        expected[kept],
        color=_style.EXPECTED,
        alpha=0.5,
        linewidth=0,
        label="residual",
    )
