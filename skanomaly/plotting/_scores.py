"""Display of the error over time with the threshold."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_lengths
from skanomaly.detection import Detection, as_positions, ask, index_of, offset_of
from skanomaly.events import Event, find_events, is_below
from skanomaly.plotting import _style
from skanomaly.plotting._labelled import truth_events

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class ScoreDisplay:
    """Error of each sample (the negated score) over time, with the threshold.

    Higher is more abnormal, so that anomalies rise above the threshold. The axis is
    logarithmic if a linear one would hide the threshold below a spike.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores, as returned by ``score_samples``; lower is more abnormal.
    offset : float, default=None
        Threshold on the scale of the scores, such as the ``offset_`` of a detector. If
        None, no threshold is drawn.
    events : sequence of Event, default=()
        Detected events.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, sample numbers.
    n_train : int, default=0
        Number of samples at the start that the detector was trained on.
    truth : sequence of Event, default=None
        True events, drawn as a strip below the error.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the error.
    figure_ : matplotlib Figure
        Figure containing the axes.
    line_ : matplotlib Line2D
        The error.
    threshold_line_ : matplotlib Line2D or None
        The threshold; None if there is no finite one.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting import ScoreDisplay
    >>> scores = -np.random.default_rng(0).random(100)
    >>> display = ScoreDisplay.from_predictions(scores, offset=-0.95)
    >>> display.ax_.get_ylabel()
    'error'
    """

    def __init__(
        self,
        scores: ArrayLike,
        *,
        offset: float | None = None,
        events: Sequence[Event] = (),
        index: Any = None,
        n_train: int = 0,
        truth: Sequence[Event] | None = None,
    ) -> None:
        self.scores = scores
        self.offset = offset
        self.events = events
        self.index = index
        self.n_train = n_train
        self.truth = truth

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        index: Any = None,
        ax: Any = None,
    ) -> Self:
        """Score `X` with a fitted detector or pipeline and draw the errors.

        Parameters
        ----------
        estimator : estimator
            Fitted outlier detector, of this package or of scikit-learn.
        X : array-like of shape (n_samples, n_features)
            The series, or rows.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, the index of a data frame, or
            sample numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ScoreDisplay
        """
        return cls.from_predictions(
            ask(estimator, X).scores,
            offset=offset_of(estimator),
            y_true=y,
            index=index_of(X, index),
            ax=ax,
        )

    @classmethod
    def from_detection(cls, detection: Detection, *, ax: Any = None) -> Self:
        """Draw the errors of a detection, with its events.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ScoreDisplay
        """
        series = detection.series
        return cls(
            detection.scores,
            offset=detection.offset,
            events=detection.events,
            index=series.index,
            n_train=series.n_train,
            truth=series.true_events,
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        scores: ArrayLike,
        *,
        offset: float | None = None,
        y_true: ArrayLike | None = None,
        index: Any = None,
        ax: Any = None,
    ) -> Self:
        """Draw the errors that correspond to scores, with the events below `offset`.

        Parameters
        ----------
        scores : array-like of shape (n_samples,)
            Scores, as returned by ``score_samples``; lower is more abnormal.
        offset : float, default=None
            Threshold on the scale of the scores, such as the ``offset_`` of a detector.
            If None, neither threshold nor events are drawn.
        y_true : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples. If None, sample numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ScoreDisplay
        """
        events: Sequence[Event] = ()
        if offset is not None:
            events = find_events(is_below(scores, offset))
        check_lengths(len(np.asarray(scores)), y_true=y_true)
        return cls(
            scores,
            offset=offset,
            events=events,
            index=index,
            truth=truth_events(y_true),
        ).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the errors.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ScoreDisplay
        """
        ax = _style.new_axes(ax, figsize=(10, 3))
        error = -np.asarray(self.scores, dtype=np.float64)
        positions = as_positions(self.index, len(error))
        _style.shade_training(ax, positions, self.n_train)
        _style.draw_spans(ax, positions, self.events, color=_style.EVENT, alpha=0.2)
        _style.draw_line(
            ax, positions, error, color=_style.SERIES, linewidth=0.8, label="error"
        )
        self.line_ = ax.lines[-1]
        _style.draw_truth(ax, positions, self.truth)
        threshold = _style.threshold_of(self.offset)
        self.threshold_line_ = _style.draw_threshold(ax.axhline, threshold)
        if wants_log(error, self.offset):
            ax.set_yscale("log")
        else:
            _style.large_numbers(ax, error)
        ax.set_ylabel("error")
        _style.dress(ax, positions)
        _style.title(ax, "Error of each sample")
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self


def wants_log(error: NDArray[np.float64], offset: float | None) -> bool:
    """Return True if a linear axis would hide the threshold below a spike."""
    known = error[~np.isnan(error)]
    if not known.size:
        return False
    threshold = _style.threshold_of(offset)
    usual = float(np.median(known)) if threshold is None else threshold
    return bool(known.min() > 0 and 0 < _style.LOG_FROM * usual < known.max())
