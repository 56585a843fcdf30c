"""Display of a series, its expected values and the residual between them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._text import plural
from skanomaly._validation import check_lengths
from skanomaly.detection import Detection, TimeSeries, detect, offset_of
from skanomaly.events import Event, find_events
from skanomaly.plotting import _style
from skanomaly.plotting._decimate import decimate
from skanomaly.plotting._labelled import truth_events
from skanomaly.plotting._series import SeriesDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Samples shown on either side of an event, unless the event is longer.
_MARGIN = 100


class ReconstructionDisplay:
    """Part of a series with its expected values and the residual between them.

    The plot shows how anomalous values differ from those that the detector expected. If
    the expected line follows an anomaly, the detector has learned it, or reconstructs
    any input; if it deviates from normal values, the detector is underfitted. A
    reconstruction depends on the sample itself and on later ones; a forecast only
    depends on earlier samples.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, n_channels)
        The whole series.
    expected : array-like of the shape of `values`
        Expected values, in the unit of the series; NaN where there is none.
    start, stop : int, default=None
        First sample to show, and the one after the last. If None, the whole series.
    events : sequence of Event, default=()
        Detected events.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, sample numbers.
    channel_names : sequence of str, default=None
        One name per channel. If None, the axes have no names.
    truth : sequence of Event, default=None
        True events, drawn as a strip below the series.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the first channel.
    axes_ : ndarray of matplotlib Axes of shape (n_channels,)
        Axes of all channels.
    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    SeriesDisplay : Display of the whole series.

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
        """Compute the expected values of `X` with a fitted pipeline and draw a part.

        Parameters
        ----------
        estimator : estimator
            Fitted pipeline with a :class:`skanomaly.Shingler` right before a detector
            that reconstructs or forecasts, or such a pipeline in a
            :class:`skanomaly.TunedThresholdDetectorCV`.
        X : array-like of shape (n_samples, n_channels)
            The whole series, because expected values depend on the samples around the
            part that is drawn.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        event : Event, default=None
            Event to show, with a margin of its length, at least 100 samples, on either
            side.
        start, stop : int, default=None
            First sample to show, and the one after the last. Ignored if `event` is
            passed. If None, the whole series.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, the index of a data frame, or
            sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, the columns of a data frame, or ``x0``,
            ``x1``, ...
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

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
            threshold="auto" if offset_of(estimator) is not None else np.inf,
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
        """Draw a part of the series of a detection with its expected values.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`, with expected values.
        event : Event, default=None
            Event to show, with a margin of its length, at least 100 samples, on either
            side.
        start, stop : int, default=None
            First sample to show, and the one after the last. Ignored if `event` is
            passed. If None, the whole series.
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : ReconstructionDisplay
        """
        if detection.expected is None:
            raise ValueError(
                f"{detection.about.detector} has no expected values for this series. "
                "Use a pipeline with a Shingler right before a detector that "
                "reconstructs or forecasts, such as make_detector('autoencoder')."
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
        """Draw a part of a series with its expected values.

        Parameters
        ----------
        values : array-like of shape (n_samples,) or (n_samples, n_channels)
            The whole series.
        expected : array-like of the shape of `values`
            Expected values, in the unit of the series; NaN where there is none.
        y_pred : array-like of shape (n_samples,), default=None
            Predicted labels, or values of a decision function, which also locate the
            peaks of the events.
        y_true : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        channel_errors : array-like of shape (n_samples, n_channels), default=None
            Error of each channel. An event is red in the channel with the largest
            error; if None, in all channels.
        event : Event, default=None
            Event to show, with a margin of its length, at least 100 samples, on either
            side.
        start, stop : int, default=None
            First sample to show, and the one after the last. Ignored if `event` is
            passed. If None, the whole series.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, the axes have no names.
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

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
        """Draw the part of the series.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

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
                f"There is no sample from start={self.start} to stop={self.stop} in "
                f"{len(values)} samples. Pass a range that lies within the series."
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
    """Return the range of samples to show, around the event if there is one."""
    if event is None:
        return start, stop
    if not isinstance(event, Event):
        raise TypeError(
            f"event must be an Event, such as one of detection.events, got {event!r}."
        )
    margin = max(_MARGIN, event.length)
    return max(0, event.start - margin), event.stop + margin


def _within(events: Sequence[Event], first: int, stop: int) -> list[Event]:
    """Return the events cut to a range, with positions relative to its start."""
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
