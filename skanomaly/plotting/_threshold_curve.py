"""Display of a metric against the threshold."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._text import plain
from skanomaly.detection import Detection, ask, detector_name, offset_of
from skanomaly.metrics import (
    AnomalyScorer,
    ThresholdCurve,
    label_scorer,
    threshold_curve,
)
from skanomaly.plotting import _style
from skanomaly.plotting._labelled import judged_part, read_judged
from skanomaly.plotting._scores import wants_log

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class ThresholdCurveDisplay:
    """Metric of predicted labels against the threshold of the error.

    A threshold on a wide plateau is reliable; a narrow peak is likely to be due to
    chance and not to recur in new data. If the threshold of the detector is far from
    the best one, its threshold rule does not suit its scores.

    Parameters
    ----------
    thresholds : array-like of shape (n_thresholds,)
        Errors (negated scores) above which samples are labelled anomalous.
    values : array-like of shape (n_thresholds,)
        Value of the metric at each threshold; NaN where it is not defined.
    threshold : float, default=None
        Threshold to mark, such as that of the detector.
    metric : str, default="metric"
        Name of the metric.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        Figure containing the axes.
    line_ : matplotlib Line2D
        The curve.
    threshold_line_ : matplotlib Line2D or None
        The threshold that is marked.
    best_ : (float, float)
        Threshold with the best value, in the middle of the widest plateau, and the
        value.

    See Also
    --------
    skanomaly.TunedThresholdDetectorCV : Detector with a threshold chosen by such a
        curve.

    Examples
    --------
    >>> from skanomaly.plotting import ThresholdCurveDisplay
    >>> y_true = [0, 0, 1, 1, 0, 0, 1, 0]
    >>> y_score = [0.1, 0.2, 0.7, 0.9, 0.3, 0.4, 0.6, 0.1]
    >>> display = ThresholdCurveDisplay.from_predictions(y_true, y_score)
    >>> display.best_
    (0.5, 1.0)
    """

    def __init__(
        self,
        thresholds: ArrayLike,
        values: ArrayLike,
        *,
        threshold: float | None = None,
        metric: str = "metric",
    ) -> None:
        self.thresholds = thresholds
        self.values = values
        self.threshold = threshold
        self.metric = metric

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        scoring: Any = None,
        n_thresholds: int = 100,
        ax: Any = None,
    ) -> Self:
        """Draw the curve of a tuned detector, or that of a detector on labelled data.

        Parameters
        ----------
        estimator : estimator
            Fitted outlier detector, of this package or of scikit-learn. If `X` and `y`
            are None, a fitted :class:`skanomaly.TunedThresholdDetectorCV`, whose
            ``cv_results_`` are drawn.
        X : array-like of shape (n_samples, n_features), default=None
            The series, or rows.
        y : array-like of shape (n_samples,), default=None
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        scoring : str or callable, default=None
            Metric of labels. See :func:`skanomaly.metrics.make_anomaly_scorer`. If
            None, the `scoring` of a tuned detector, and ``"event_f1"`` for other
            detectors.
        n_thresholds : int, default=100
            Number of thresholds to evaluate, denser where few samples are above.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ThresholdCurveDisplay
        """
        scoring = scoring or getattr(estimator, "scoring", "event_f1")
        if X is None and y is None:
            if not hasattr(estimator, "best_threshold_"):
                raise ValueError(
                    f"{detector_name(estimator)} was not tuned on labels, so it has no "
                    "best_threshold_. Pass X and y as well, or a fitted "
                    "TunedThresholdDetectorCV."
                )
            return cls(
                -estimator.cv_results_["thresholds"],
                estimator.cv_results_["scores"],
                threshold=-estimator.best_threshold_,
                metric=_name(label_scorer(scoring)),
            ).plot(ax=ax)
        if X is None or y is None:
            raise ValueError("Got only one of X and y. Pass both, or neither of them.")
        return cls.from_predictions(
            y,
            0.0 - ask(estimator, X).scores,
            scoring=scoring,
            threshold=_style.threshold_of(offset_of(estimator)),
            n_thresholds=n_thresholds,
            ax=ax,
        )

    @classmethod
    def from_detection(
        cls,
        detection: Detection,
        *,
        scoring: Any = "event_f1",
        n_thresholds: int = 100,
        ax: Any = None,
    ) -> Self:
        """Draw the curve of a detection with true labels.

        Only the part of the series that was searched for events is evaluated.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect` for labelled data.
        scoring : str or callable, default="event_f1"
            Metric of labels. See :func:`skanomaly.metrics.make_anomaly_scorer`.
        n_thresholds : int, default=100
            Number of thresholds to evaluate, denser where few samples are above.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ThresholdCurveDisplay
        """
        return cls.from_predictions(
            *judged_part(detection),
            scoring=scoring,
            threshold=_style.threshold_of(detection.offset),
            n_thresholds=n_thresholds,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_score: ArrayLike,
        *,
        scoring: Any = "event_f1",
        threshold: float | None = None,
        n_thresholds: int = 100,
        ax: Any = None,
    ) -> Self:
        """Evaluate the labels at each of many thresholds and draw the curve.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        y_score : array-like of shape (n_samples,)
            Errors, ``-score_samples(X)``; higher is more anomalous.
        scoring : str or callable, default="event_f1"
            Metric of labels. See :func:`skanomaly.metrics.make_anomaly_scorer`.
        threshold : float, default=None
            Threshold to mark, on the scale of `y_score`, such as ``-offset_`` of the
            detector.
        n_thresholds : int, default=100
            Number of thresholds to evaluate, denser where few samples are above.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ThresholdCurveDisplay
        """
        truth, score = read_judged(y_true, y_score)
        scorer = label_scorer(scoring)
        curve = threshold_curve(
            truth,
            -score,
            scoring=scorer,
            offsets=n_thresholds,
            include=() if threshold is None else [-threshold],
        )
        return cls(
            -curve.offsets, curve.values, threshold=threshold, metric=_name(scorer)
        ).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : ThresholdCurveDisplay
        """
        thresholds, values = _sorted(self.thresholds, self.values)
        if np.isnan(values).all():
            raise ValueError(
                f"{self.metric} is not defined at any threshold. Use another metric, "
                "or more labelled data."
            )
        ax = _style.new_axes(ax, figsize=(6, 3.5))
        # On offsets, as in TunedThresholdDetectorCV, so that ties are broken alike.
        offset, best = ThresholdCurve(-thresholds[::-1], values[::-1]).best()
        self.best_ = -offset, best
        ax.plot(thresholds, values, color=_style.SERIES, linewidth=1.2)
        self.line_ = ax.lines[-1]
        self.threshold_line_, value = None, np.nan
        if self.threshold is not None:
            value = values[np.argmin(np.abs(thresholds - self.threshold))]
            self.threshold_line_ = _style.draw_threshold(
                ax.axvline,
                self.threshold,
                label=f"threshold {_pair(self.threshold, value)}",
            )
            ax.plot(self.threshold, value, "o", color=_style.EVENT, markersize=5)
        if value != best:
            label = f"best {_pair(*self.best_)}"
            ax.plot(*self.best_, "D", color=_style.TRUTH, markersize=6, label=label)
        if wants_log(thresholds, -thresholds[0]):
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(_style.log_ticks())
            ax.xaxis.set_major_formatter("{x:g}")
            ax.minorticks_off()
        ax.set_xlabel("threshold of the error")
        metric = plain(self.metric)
        ax.set_ylabel(metric)
        _style.frame(ax)
        _style.title(ax, f"{metric} by threshold")
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self


def _name(scorer: AnomalyScorer) -> str:
    name = getattr(scorer.metric, "__name__", repr(scorer.metric))
    name = name.removesuffix("_score").replace("_", " ")
    return name if scorer.sign > 0 else f"− {name}"


def _pair(threshold: float, value: float) -> str:
    return f"{threshold:.3g}: {value + 0.0:.3g}"  # no "-0"


def _sorted(
    thresholds: ArrayLike, values: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.asarray(thresholds, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"thresholds has shape {x.shape}, but values has shape {y.shape}. Pass "
            "one-dimensional arrays with one value per threshold."
        )
    order = np.argsort(x)
    return x[order], y[order]
