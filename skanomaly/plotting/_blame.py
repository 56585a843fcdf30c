"""Display of the error of each channel."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import import_extra
from skanomaly._frames import as_frame
from skanomaly._text import plain, plural
from skanomaly._validation import check_finite, check_lengths
from skanomaly.detection import (
    Detection,
    as_positions,
    ask,
    detector_name,
    index_of,
    innermost,
    offset_of,
)
from skanomaly.events import Event, find_events
from skanomaly.plotting import _style
from skanomaly.plotting._labelled import truth_events

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Columns of the map, about as many as a figure of the default width has pixels.
_N_COLUMNS = 1000
# Names that fit on an axis, one below the other.
_MOST_NAMES = 40
# A logarithmic scale shows errors down to this fraction of the highest.
_FAINTEST = 1e-3


class BlameDisplay:
    """Heat map of the error of each channel, with the events above it.

    High errors in a single row indicate a fault of one sensor, high errors in all rows
    of a column a fault of the whole system. A row with high errors throughout belongs
    to a channel that the detector has not learned. For long series, each column shows
    the highest error of several samples, so that no peak is lost. The colour scale is
    logarithmic if most errors would otherwise be too pale to distinguish.

    Parameters
    ----------
    errors : array-like of shape (n_samples, n_channels), values >= 0
        Errors per sample and channel, as returned by ``score_channels``.
    events : sequence of Event, default=()
        Detected events, drawn as a strip above the map.
    by : {"sample", "event"}, default="sample"
        Meaning of a column: one or more consecutive samples, or an event, for which
        the errors are averaged. The darkest row of an event is the channel with the
        largest error.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, sample numbers.
    channel_names : sequence of str, default=None
        One name per channel. If None, channel numbers.
    truth : sequence of Event, default=None
        True events, drawn as a strip below the map.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the map.
    figure_ : matplotlib Figure
        Figure containing the axes.
    mesh_ : matplotlib QuadMesh
        The map.

    See Also
    --------
    SeriesDisplay : Series with each event marked in the channel with the largest error.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting import BlameDisplay
    >>> errors = np.random.default_rng(0).random(size=(200, 3))
    >>> errors[120, 1] = 9
    >>> display = BlameDisplay.from_predictions(errors, offset=-5.0)
    >>> display.events[0].channel
    1
    """

    def __init__(
        self,
        errors: ArrayLike,
        *,
        events: Sequence[Event] = (),
        by: str = "sample",
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        truth: Sequence[Event] | None = None,
    ) -> None:
        self.errors = errors
        self.events = events
        self.by = by
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
        by: str = "sample",
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        min_length: int = 1,
        merge_gap: int = 0,
        ax: Any = None,
    ) -> Self:
        """Compute the errors of the channels with a fitted estimator and draw them.

        Parameters
        ----------
        estimator : estimator
            Fitted detector that has ``score_channels``, or a pipeline that ends with
            one.
        X : array-like of shape (n_samples, n_channels)
            The series.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        by : {"sample", "event"}, default="sample"
            Meaning of a column. See `BlameDisplay`.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, the index of a data frame, or
            sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, the columns of a data frame, or channel
            numbers.
        min_length : int, default=1
            Minimum number of samples in an event. See :func:`skanomaly.find_events`.
        merge_gap : int, default=0
            Maximum number of normal samples between two events that are merged.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : BlameDisplay
        """
        if not hasattr(innermost(estimator), "score_channels"):
            raise ValueError(
                f"{detector_name(estimator)} has no score_channels, so the error of "
                "each channel is not known. Pass a detector of this package that "
                "reconstructs or forecasts, such as make_detector('autoencoder')."
            )
        X = as_frame(X)
        if channel_names is None and hasattr(X, "columns"):
            channel_names = [str(name) for name in X.columns]
        return cls.from_predictions(
            ask(estimator, X).errors,
            offset=offset_of(estimator),
            y_true=y,
            by=by,
            index=index_of(X, index),
            channel_names=channel_names,
            min_length=min_length,
            merge_gap=merge_gap,
            ax=ax,
        )

    @classmethod
    def from_detection(
        cls, detection: Detection, *, by: str = "sample", ax: Any = None
    ) -> Self:
        """Draw the errors of the channels of a detection, with its events.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`.
        by : {"sample", "event"}, default="sample"
            Meaning of a column. See `BlameDisplay`.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : BlameDisplay
        """
        series, errors = detection.series, detection.channel_errors
        if errors is None:  # a single channel, or one error for all of them
            errors = 0.0 - detection.scores[:, np.newaxis]
        return cls(
            errors,
            events=detection.events,
            by=by,
            index=series.index,
            channel_names=series.channel_names,
            truth=series.true_events,
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        errors: ArrayLike,
        *,
        offset: float | None = None,
        y_true: ArrayLike | None = None,
        by: str = "sample",
        index: Any = None,
        channel_names: Sequence[str] | None = None,
        min_length: int = 1,
        merge_gap: int = 0,
        ax: Any = None,
    ) -> Self:
        """Draw the errors of the channels, with the events beyond `offset`.

        Parameters
        ----------
        errors : array-like of shape (n_samples, n_channels), values >= 0
            Errors per sample and channel, as returned by ``score_channels``. Over the
            channels they sum to ``-score_samples``.
        offset : float, default=None
            Threshold on the scale of the scores, such as the ``offset_`` of a detector.
            If None, no events are drawn.
        y_true : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        by : {"sample", "event"}, default="sample"
            Meaning of a column. See `BlameDisplay`.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, sample numbers.
        channel_names : sequence of str, default=None
            One name per channel. If None, channel numbers.
        min_length : int, default=1
            Minimum number of samples in an event. See :func:`skanomaly.find_events`.
        merge_gap : int, default=0
            Maximum number of normal samples between two events that are merged.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : BlameDisplay
        """
        columns = _read(errors, channel_names)
        check_lengths(len(columns), y_true=y_true)
        events: Sequence[Event] = ()
        if offset is not None:
            events = find_events(
                -columns.sum(axis=1),
                offset=offset,
                channel_errors=columns,
                channel_names=channel_names,
                min_length=min_length,
                merge_gap=merge_gap,
            )
        return cls(
            columns,
            events=events,
            by=by,
            index=index,
            channel_names=channel_names,
            truth=truth_events(y_true),
        ).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : BlameDisplay
        """
        if self.by not in ("sample", "event"):
            raise ValueError(f"by must be 'sample' or 'event', got {self.by!r}.")
        errors = _read(self.errors, self.channel_names)
        n_samples, n_channels = errors.shape
        positions = as_positions(self.index, n_samples)
        height = 1.2 + 0.2 * _rows_of_height(n_channels)
        ax = _style.new_axes(ax, figsize=(10, height))
        if self.by == "event":
            self._plot_events(ax, errors, positions)
        else:
            self._plot_samples(ax, errors, positions)
        _style.color_bar(ax, self.mesh_, "error of the channel")
        _name_channels(ax, n_channels, self.channel_names)
        ax.grid(visible=False)
        found = plural(len(self.events), "event")
        _style.title(ax, f"Error of each channel, {found}")
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self

    def _plot_samples(
        self, ax: "Axes", errors: NDArray[np.float64], positions: NDArray[Any]
    ) -> None:
        starts = np.arange(0, len(errors), -(-len(errors) // _N_COLUMNS))
        highest = np.maximum.reduceat(errors, starts)
        numbers = _style.as_numbers(positions)
        # A sample extends to the next one; the last has the width of the one before.
        step = numbers[-1] - numbers[-2] if len(numbers) > 1 else 1.0
        edges = np.append(numbers[starts], numbers[-1] + step)
        self.mesh_ = _heat(ax, edges, highest)
        _style.dress(ax, positions)
        ax.set_xlim(edges[0], edges[-1])
        # Strips above and below the map, with the same height in inches for any number
        # of channels.
        n_channels = errors.shape[1]
        margin = 0.8 * n_channels / _rows_of_height(n_channels)
        top = margin if self.events else 0.0
        bottom = margin if self.truth else 0.0
        ax.set_ylim(n_channels - 0.5 + bottom, -0.5 - top)
        share = 0.75 * margin / (n_channels + top + bottom)
        for events, height, color, label in (
            (self.events, (1 - share, 1.0), _style.EVENT, "event"),
            (self.truth or (), (0.0, share), _style.TRUTH, "truth"),
        ):
            _style.draw_spans(
                ax, positions, events, height=height, color=color, label=label
            )

    def _plot_events(
        self, ax: "Axes", errors: NDArray[np.float64], positions: NDArray[Any]
    ) -> None:
        if not self.events:
            raise ValueError(
                "by='event' draws one column per event, but there is no event. Pass "
                "events, or by='sample'."
            )
        means = np.stack([errors[e.start : e.stop].mean(axis=0) for e in self.events])
        self.mesh_ = _heat(ax, np.arange(len(means) + 1) - 0.5, means)
        ax.set_ylim(errors.shape[1] - 0.5, -0.5)
        shown = np.unique(np.linspace(0, len(means) - 1, 12).round().astype(int))
        starts = positions[[self.events[i].start for i in shown]]
        ax.set_xticks(shown, _texts(starts), rotation=30, ha="right", fontsize=8)
        ax.set_xlabel("start of the event")
        _style.frame(ax)


def _rows_of_height(n_channels: int) -> int:
    """Return the number of channels that determines the height of the figure."""
    return min(max(n_channels, 8), _MOST_NAMES)


def _heat(ax: "Axes", edges: NDArray[Any], columns: NDArray[np.float64]) -> Any:
    """Draw a map with one column per row of `columns`."""
    colors = import_extra("matplotlib.colors", extra="plot")
    highest = float(columns.max()) or 1.0
    faintest = max(float(np.median(columns)), _FAINTEST * highest)
    if faintest < highest / _style.LOG_FROM:
        norm = colors.LogNorm(faintest, highest, clip=True)
    else:
        norm = colors.Normalize(0, highest)
    rows = np.arange(columns.shape[1] + 1) - 0.5
    return ax.pcolormesh(
        edges, rows, columns.T, norm=norm, cmap="YlOrRd", rasterized=True
    )


def _name_channels(ax: "Axes", n_channels: int, names: Sequence[str] | None) -> None:
    shown = np.arange(0, n_channels, -(-n_channels // _MOST_NAMES))
    labels = [plain(i if names is None else names[i]) for i in shown.tolist()]
    ax.set_yticks(shown, labels, fontsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set_ylabel("channel" if names is None else "")


def _texts(positions: NDArray[Any]) -> list[str]:
    if positions.dtype.kind == "M":
        seconds = positions.astype("datetime64[s]")
        return [str(time).replace("T", " ") for time in seconds]
    return [f"{number:,}" for number in positions]


def _read(errors: ArrayLike, names: Sequence[str] | None) -> NDArray[np.float64]:
    columns = np.asarray(errors, dtype=np.float64)
    if columns.ndim != 2 or columns.size == 0:
        raise ValueError(
            f"errors must have shape (n_samples, n_channels), got {columns.shape}. "
            "Pass score_channels(X)."
        )
    check_finite(columns, name="errors")
    if names is not None and len(names) != columns.shape[1]:
        raise ValueError(
            f"Got {len(names)} channel_names for errors of "
            f"{plural(columns.shape[1], 'channel')}. Pass one name per channel. A "
            "detector of records separates columns if its n_channels is their number."
        )
    return columns
