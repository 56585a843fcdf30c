"""Display of a series with its expected values and its events."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import import_extra
from skanomaly._text import plain, plural
from skanomaly._validation import check_lengths
from skanomaly.detection import (
    Detection,
    EventRule,
    TimeSeries,
    detect,
    index_of,
    offset_of,
)
from skanomaly.events import Event, find_events
from skanomaly.plotting import _style
from skanomaly.plotting._decimate import decimate
from skanomaly.plotting._labelled import truth_events

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class SeriesDisplay:
    """Series with its expected values and with its events in red.

    Each channel has its own axes. An event is red in the channel with the largest error
    and shaded in all channels. A dot marks the peak of each event, so that an event of
    one sample among a million is visible. Long series are drawn fast, because only the
    samples that affect the plot are drawn. If there are so many events that their
    markers overlap, single events cannot be distinguished.

    Parameters
    ----------
    values : array-like of shape (n_samples,) or (n_samples, n_channels)
        The series.
    events : sequence of Event, default=()
        Detected events.
    expected : array-like of the shape of `values`, default=None
        Expected values, in the unit of the series; NaN where there is none.
    expected_band : pair of array-like of the shape of `values`, default=None
        Lower and upper ends of a band around the expected values.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, sample numbers.
    channel_names : sequence of str, default=None
        One name per channel. If None, the axes have no names.
    truth : sequence of Event, default=None
        True events, drawn as a strip below the series.
    n_train : int, default=0
        Number of samples at the start that the detector was trained on.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the first channel.
    axes_ : ndarray of matplotlib Axes of shape (n_channels,)
        Axes of all channels.
    figure_ : matplotlib Figure
        Figure containing the axes.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting import SeriesDisplay
    >>> values = np.sin(np.arange(200) / 5)
    >>> values[120] = 3
    >>> labels = np.where(np.arange(200) == 120, -1, 1)
    >>> display = SeriesDisplay.from_predictions(values, labels)
    >>> display.ax_.get_title(loc="left")
    '1 event in 200 samples'
    """

    def __init__(
        self,
        values: ArrayLike,
        *,
        events: Sequence[Event] = (),
        expected: ArrayLike | None = None,
        expected_band: Sequence[ArrayLike] | None = None,
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        truth: Sequence[Event] | None = None,
        n_train: int = 0,
    ) -> None:
        self.values = values
        self.events = events
        self.expected = expected
        self.expected_band = expected_band
        self.index = index
        self.channel_names = channel_names
        self.truth = truth
        self.n_train = n_train

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        min_length: int = 1,
        merge_gap: int = 0,
        ax: Any = None,
    ) -> Self:
        """Find the events of `X` with a fitted estimator and draw the series.

        Parameters
        ----------
        estimator : estimator
            Fitted outlier detector, of this package or of scikit-learn.
        X : array-like of shape (n_samples, n_channels)
            The series.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, the index of a data frame, or
            sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, the columns of a data frame, or ``x0``,
            ``x1``, ...
        min_length : int, default=1
            Minimum number of samples in an event. See :func:`skanomaly.find_events`.
        merge_gap : int, default=0
            Maximum number of normal samples between two events that are merged.
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : SeriesDisplay
        """
        decide = getattr(estimator, "decision_function", None)
        decide = decide or getattr(estimator, "predict", None)
        scored = (
            hasattr(estimator, "score_samples") and offset_of(estimator) is not None
        )
        if decide is not None and not scored:
            return cls.from_predictions(
                np.asarray(X),
                decide(X),
                y_true=y,
                index=index_of(X, index),
                channel_names=channel_names,
                min_length=min_length,
                merge_gap=merge_gap,
                ax=ax,
            )
        rule = EventRule(min_length=min_length, merge_gap=merge_gap)
        detection = detect(
            estimator, X, y, index=index, channel_names=channel_names, events=rule
        )
        return cls.from_detection(detection, ax=ax)

    @classmethod
    def from_detection(cls, detection: Detection, *, ax: Any = None) -> Self:
        """Draw the series of a detection, with its events.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`.
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : SeriesDisplay
        """
        series = detection.series
        return cls(
            series.values,
            events=detection.events,
            expected=detection.expected,
            expected_band=detection.expected_band,
            index=series.index,
            channel_names=series.channel_names,
            truth=series.true_events,
            n_train=series.n_train,
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        values: ArrayLike,
        y_pred: ArrayLike,
        *,
        y_true: ArrayLike | None = None,
        channel_errors: ArrayLike | None = None,
        expected: ArrayLike | None = None,
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        min_length: int = 1,
        merge_gap: int = 0,
        ax: Any = None,
    ) -> Self:
        """Draw a series with the events of predicted labels or decision values.

        Parameters
        ----------
        values : array-like of shape (n_samples,) or (n_samples, n_channels)
            The series.
        y_pred : array-like of shape (n_samples,)
            Predicted labels, +1 for normal and -1 for anomalous, or values of a
            decision function, which also locate the peaks of the events.
        y_true : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        channel_errors : array-like of shape (n_samples, n_channels), default=None
            Error of each channel, as returned by ``score_channels``. An event is red in
            the channel with the largest error; if None, in all channels.
        expected : array-like of the shape of `values`, default=None
            Expected values, in the unit of the series; NaN where there is none.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, the axes have no names.
        min_length : int, default=1
            Minimum number of samples in an event. See :func:`skanomaly.find_events`.
        merge_gap : int, default=0
            Maximum number of normal samples between two events that are merged.
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : SeriesDisplay
        """
        events = find_events(
            y_pred,
            channel_errors=channel_errors,
            channel_names=None if channel_errors is None else channel_names,
            min_length=min_length,
            merge_gap=merge_gap,
        )
        n_samples = len(np.asarray(values))
        check_lengths(n_samples, y_pred=y_pred, y_true=y_true)
        return cls(
            values,
            events=events,
            expected=expected,
            index=index,
            channel_names=channel_names,
            truth=truth_events(y_true),
        ).plot(ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw the series.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : SeriesDisplay
        """
        series = TimeSeries(
            np.asarray(self.values),
            index=self.index,
            channel_names=self.channel_names,
            n_train=self.n_train,
        )
        values, positions = series.values, series.positions
        n_samples, n_channels = values.shape
        expected, band = None, None
        if self.expected is not None:
            expected = series.like_values(self.expected, name="expected")
        if self.expected_band is not None:
            lower, upper = self.expected_band
            band = (
                series.like_values(lower, name="expected_band"),
                series.like_values(upper, name="expected_band"),
            )
        self.axes_ = _axes_for(n_channels, ax)
        for channel, channel_ax in enumerate(self.axes_):
            self._plot_channel(
                channel_ax,
                positions,
                channel,
                values[:, channel],
                None if expected is None else expected[:, channel],
                None if band is None else [end[:, channel] for end in band],
            )
            _style.dress(channel_ax, positions)
            _style.large_numbers(channel_ax, values[:, channel])
            if channel < n_channels - 1:
                channel_ax.tick_params(labelbottom=False)
                channel_ax.xaxis.get_offset_text().set_visible(False)
                channel_ax.set_xlabel("")
            if self.channel_names is not None:
                channel_ax.set_ylabel(plain(self.channel_names[channel]))
        self.ax_: Axes = self.axes_[0]
        self.figure_: Figure = _style.figure_of(self.ax_)
        samples = plural(n_samples - self.n_train, "sample")
        _style.title(self.ax_, f"{plural(len(self.events), 'event')} in {samples}")
        return self

    def _plot_channel(
        self,
        ax: "Axes",
        positions: NDArray[Any],
        channel: int,
        values: NDArray[np.float64],
        expected: NDArray[np.float64] | None,
        band: Sequence[NDArray[np.float64]] | None,
    ) -> None:
        _style.shade_training(ax, positions, self.n_train)
        _style.draw_spans(
            ax, positions, self.events, color=_style.EVENT, alpha=0.2, label="event"
        )
        _style.draw_line(
            ax, positions, values, color=_style.SERIES, linewidth=0.8, label="series"
        )
        names = self.channel_names
        name = channel if names is None else names[channel]
        blamed = [event for event in self.events if event.channel in (None, name)]
        if blamed:
            _mark_events(ax, positions, values, blamed)
        if expected is not None:
            _style.draw_line(
                ax,
                positions,
                expected,
                color=_style.EXPECTED,
                linewidth=0.9,
                label="expected",
            )
        if band is not None:
            _draw_band(ax, positions, *band)
        _style.draw_truth(ax, positions, self.truth)


def _draw_band(
    ax: "Axes",
    positions: NDArray[Any],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> None:
    kept = np.union1d(decimate(lower), decimate(upper))
    ax.fill_between(
        positions[kept],
        lower[kept],
        upper[kept],
        color=_style.EXPECTED,
        alpha=0.25,
        linewidth=0,
        label="band",
    )


def _mark_events(
    ax: "Axes",
    positions: NDArray[Any],
    values: NDArray[np.float64],
    events: Sequence[Event],
) -> None:
    abnormal = np.full(len(values), np.nan)
    for event in events:
        abnormal[event.start : event.stop] = values[event.start : event.stop]
    _style.draw_line(ax, positions, abnormal, color=_style.EVENT, linewidth=1.2)
    peaks = [event.peak for event in events]
    ax.scatter(positions[peaks], values[peaks], s=14, color=_style.EVENT, zorder=3)


def _axes_for(n_channels: int, ax: Any) -> NDArray[Any]:
    if ax is None:
        pyplot = import_extra("matplotlib.pyplot", extra="plot")
        _, axes = pyplot.subplots(
            n_channels,
            sharex=True,
            squeeze=False,
            figsize=(10, 1.2 + 2.0 * n_channels),
            layout="constrained",
        )
        return np.ravel(axes)
    axes = np.ravel(np.asarray(ax, dtype=object))
    if len(axes) != n_channels:
        raise ValueError(
            f"The series has {n_channels} channels, but ax holds {len(axes)} axes. "
            "Pass one axes per channel, or None for a new figure."
        )
    return axes
