"""Display of the distribution of the errors."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_lengths
from skanomaly.detection import Detection, ask, offset_of
from skanomaly.events import read_labels
from skanomaly.plotting import _style
from skanomaly.plotting._scores import wants_log

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class ErrorHistogramDisplay:
    """Histogram of errors (negated scores) with the threshold.

    Counts are on a logarithmic scale, because the tail matters more than the bulk. A
    threshold in a gap of the histogram separates two groups of samples; a threshold on
    the slope of the bulk causes false alarms. Samples without a score (NaN) are not
    counted.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores, as returned by ``score_samples``; lower is more abnormal.
    offset : float, default=None
        Threshold on the scale of the scores, such as the ``offset_`` of a detector. If
        None, no threshold is drawn.
    training_scores : array-like of shape (n_training_samples,), default=None
        Scores of the training samples, drawn for comparison.
    bins : int, default=60
        Number of bins.
    y_true : array-like of shape (n_samples,), default=None
        True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. The
        errors of anomalous samples are drawn in a colour of their own, in front of
        those of all samples.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the histogram.
    figure_ : matplotlib Figure
        Figure containing the axes.
    threshold_line_ : matplotlib Line2D or None
        The threshold; None if there is no finite one.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting import ErrorHistogramDisplay
    >>> scores = -np.random.default_rng(0).random(100)
    >>> display = ErrorHistogramDisplay.from_predictions(scores, offset=-0.95)
    >>> display.ax_.get_xlabel()
    'error'
    """

    def __init__(
        self,
        scores: ArrayLike,
        *,
        offset: float | None = None,
        training_scores: ArrayLike | None = None,
        bins: int = 60,
        y_true: ArrayLike | None = None,
    ) -> None:
        self.scores = scores
        self.offset = offset
        self.training_scores = training_scores
        self.bins = bins
        self.y_true = y_true

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        bins: int = 60,
        ax: Any = None,
    ) -> Self:
        """Score `X` with a fitted detector or pipeline and draw its errors.

        Parameters
        ----------
        estimator : estimator
            Fitted outlier detector, of this package or of scikit-learn.
        X : array-like of shape (n_samples, n_features)
            The series, or rows.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        bins : int, default=60
            Number of bins.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ErrorHistogramDisplay
        """
        return cls.from_predictions(
            ask(estimator, X).scores,
            offset=offset_of(estimator),
            bins=bins,
            y_true=y,
            ax=ax,
        )

    @classmethod
    def from_detection(
        cls, detection: Detection, *, bins: int = 60, ax: Any = None
    ) -> Self:
        """Draw the errors of a detection, separately for the training part.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`.
        bins : int, default=60
            Number of bins.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ErrorHistogramDisplay
        """
        series, n_train = detection.series, detection.series.n_train
        return cls(
            detection.scores[n_train:],
            offset=detection.offset,
            training_scores=detection.scores[:n_train],
            bins=bins,
            y_true=None if series.truth is None else series.truth[n_train:],
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        scores: ArrayLike,
        *,
        offset: float | None = None,
        training_scores: ArrayLike | None = None,
        bins: int = 60,
        y_true: ArrayLike | None = None,
        ax: Any = None,
    ) -> Self:
        """Draw the errors that correspond to scores.

        Parameters
        ----------
        scores : array-like of shape (n_samples,)
            Scores, as returned by ``score_samples``; lower is more abnormal.
        offset : float, default=None
            Threshold on the scale of the scores, such as the ``offset_`` of a detector.
            If None, no threshold is drawn.
        training_scores : array-like of shape (n_training_samples,), default=None
            Scores of the training samples, drawn for comparison.
        bins : int, default=60
            Number of bins.
        y_true : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ErrorHistogramDisplay
        """
        return cls(
            scores,
            offset=offset,
            training_scores=training_scores,
            bins=bins,
            y_true=y_true,
        ).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the histogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ErrorHistogramDisplay
        """
        error = -np.asarray(self.scores, dtype=np.float64)
        trained = None
        if self.training_scores is not None and np.size(self.training_scores):
            trained = _known(-np.asarray(self.training_scores, dtype=np.float64))
        everything = _known(error)
        if trained is not None:
            everything = np.concatenate([trained, everything])
        if not everything.size:
            raise ValueError(
                f"None of the {len(error):,} scores is a number, so there is no error "
                "to count. Pass score_samples(X)."
            )
        ax = _style.new_axes(ax, figsize=(5, 3.5))
        log = wants_log(everything, self.offset)
        edges = _edges(everything, self.bins, log=log)
        ax.hist(_known(error), edges, color=_style.SERIES, alpha=0.75, label="scored")
        if self.y_true is not None:
            truth = read_labels(self.y_true, name="y_true")
            check_lengths(len(error), y_true=truth)
            ax.hist(_known(error[truth]), edges, color=_style.TRUTH, label="anomalous")
        if trained is not None:
            ax.hist(
                trained,
                edges,
                histtype="step",
                color=_style.EXPECTED,
                linewidth=1.2,
                label="trained on",
            )
        threshold = _style.threshold_of(self.offset)
        self.threshold_line_ = _style.draw_threshold(ax.axvline, threshold)
        if log:
            ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_ylim(bottom=0.7)
        ax.set_xlabel("error")
        ax.set_ylabel("samples")
        _style.frame(ax)
        _style.title(ax, "Errors")
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self


def _known(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    return errors[~np.isnan(errors)]


def _edges(error: NDArray[np.float64], bins: int, *, log: bool) -> list[float]:
    edges: list[float]
    if log:
        edges = np.geomspace(error.min(), error.max(), bins + 1).tolist()
    else:
        low, high = float(error.min()), float(error.max())
        # Errors that only differ by rounding are too close for distinct bin edges.
        if high - low < 8 * bins * np.spacing(max(abs(low), abs(high))):
            low, high = low - 0.5, high + 0.5
        edges = np.histogram_bin_edges(error, bins, range=(low, high)).tolist()
    return edges
