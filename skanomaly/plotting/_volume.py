"""Base class of the displays of curves with and without buffers around events."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.detection import Detection, ask, offset_of
from skanomaly.events import is_below
from skanomaly.metrics import RangeCurve, range_curves
from skanomaly.plotting import _style
from skanomaly.plotting._labelled import judged_part, read_judged

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Number of curves in a fan; more would overlap.
_N_DRAWN = 25


class Curve(NamedTuple):
    """Points of a curve, from left to right, and the area below it."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    area: float


class VolumeDisplay(ABC):
    """Curve per sample, and a fan of curves with increasing buffers around events."""

    _names: ClassVar[dict[str, str]]  # of title, axes, area and volume
    _drawstyle: ClassVar[str]  # so that the area below the line is the labelled one

    def __init__(
        self,
        curve: Curve,
        *,
        share: float,
        buffered: Mapping[int, Curve] | None = None,
        volume: float | None = None,
        threshold: float | None = None,
        point: tuple[float, float] | None = None,
    ) -> None:
        self.curve = curve
        self.share = share
        self.buffered = buffered
        self.volume = volume
        self.threshold = threshold
        self.point = point

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        window: int | None = None,
        n_thresholds: int | None = 250,
        ax: Any = None,
    ) -> Self:
        """Score `X` with a fitted detector or pipeline and draw the curves.

        Parameters
        ----------
        estimator : estimator
            Fitted outlier detector, of this package or of scikit-learn.
        X : array-like of shape (n_samples, n_features)
            The series, or rows.
        y : array-like of shape (n_samples,)
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        window : int, default=None
            Widest buffer in samples, about one period of the series. If None, no curves
            with buffers are drawn, which is appropriate for independent records.
        n_thresholds : int or None, default=250
            Number of thresholds of the curves with buffers. If None, all thresholds.
            See :func:`skanomaly.metrics.vus_pr_score`.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : object
            Instance of this class.
        """
        return cls.from_predictions(
            y,
            0.0 - ask(estimator, X).scores,
            window=window,
            threshold=_style.threshold_of(offset_of(estimator)),
            n_thresholds=n_thresholds,
            ax=ax,
        )

    @classmethod
    def from_detection(
        cls,
        detection: Detection,
        *,
        window: int | None = None,
        n_thresholds: int | None = 250,
        ax: Any = None,
    ) -> Self:
        """Draw the curves of a detection with true labels.

        Only the part of the series that was searched for events is evaluated.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect` for labelled data.
        window : int, default=None
            Widest buffer in samples, about one period of the series. If None, no curves
            with buffers are drawn, which is appropriate for independent records.
        n_thresholds : int or None, default=250
            Number of thresholds of the curves with buffers. If None, all thresholds.
            See :func:`skanomaly.metrics.vus_pr_score`.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : object
            Instance of this class.
        """
        return cls.from_predictions(
            *judged_part(detection),
            window=window,
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
        window: int | None = None,
        threshold: float | None = None,
        n_thresholds: int | None = 250,
        ax: Any = None,
    ) -> Self:
        """Draw the curves of errors and true labels.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        y_score : array-like of shape (n_samples,)
            Errors, ``-score_samples(X)``; higher is more anomalous.
        window : int, default=None
            Widest buffer in samples, about one period of the series. None for records,
            which have no neighbours.
        threshold : float, default=None
            Threshold to mark, on the scale of `y_score`, such as ``-offset_`` of the
            detector.
        n_thresholds : int or None, default=250
            Thresholds of the curves with buffers, as in
            :func:`skanomaly.metrics.vus_pr_score`; None for all.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : object
            Instance of this class.
        """
        truth, score = read_judged(y_true, y_score)
        buffered, areas = {}, []
        if window is not None:
            curves = range_curves(
                truth, score, window=window, n_thresholds=n_thresholds
            )
            drawn = set(np.linspace(0, window, _N_DRAWN).round().astype(int).tolist())
            for width, range_curve in enumerate(curves):
                curve = cls._of_buffer(range_curve)
                areas.append(curve.area)
                if width in drawn:
                    buffered[width] = curve
        point = None
        if threshold is not None:
            point = cls._at(truth, is_below(-score, -threshold))
        return cls(
            cls._of_samples(truth, score),
            share=float(truth.mean()),
            buffered=buffered,
            volume=float(np.mean(areas)) if areas else None,
            threshold=threshold,
            point=point,
        ).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : object
            Instance of this class.
        """
        names = self._names
        ax = _style.new_axes(ax, figsize=(6, 5.2))
        (self.line_,) = ax.plot(
            self.curve.x,
            self.curve.y,
            drawstyle=self._drawstyle,
            color=_style.SERIES,
            linewidth=1.6,
            zorder=3,
            label=f"samples, {names['area']} {self.curve.area:.3f}",
        )
        self.buffer_lines_ = self._plot_fan(ax) if self.buffered else []
        self._plot_chance(ax)
        if self.point is not None:
            x, y = self.point
            label = (
                f"threshold {self.threshold:.3g}: {names['x']} {x:.3g}, "
                f"{names['y']} {y:.3g}"
            )
            ax.plot(x, y, "o", color=_style.EVENT, markersize=6, zorder=4, label=label)
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
        ax.set(xlabel=names["x"], ylabel=names["y"])
        _style.frame(ax)
        _style.title(ax, names["title"], legend=False)
        ax.legend(
            loc="upper left", bbox_to_anchor=(0, -0.13), frameon=False, fontsize=8
        )
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self

    def _plot_fan(self, ax: "Axes") -> list[Any]:
        buffered = self.buffered or {}
        widest = max(buffered)
        colors = _style.colors_of(widest)
        lines = [
            ax.plot(
                curve.x,
                curve.y,
                drawstyle=self._drawstyle,
                color=colors.to_rgba(width),
                linewidth=0.8,
            )[0]
            for width, curve in buffered.items()
        ]
        lines[-1].set_label(
            f"buffers 0 to {widest}, {self._names['volume']} {self.volume:.3f}"
        )
        _style.color_bar(ax, colors, "buffer in samples")
        return lines

    @classmethod
    @abstractmethod
    def _of_samples(cls, truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Curve:
        """Return the curve per sample, as computed by scikit-learn."""

    @classmethod
    @abstractmethod
    def _of_buffer(cls, curve: RangeCurve) -> Curve:
        """Return the curve with one buffer."""

    @classmethod
    @abstractmethod
    def _at(
        cls, truth: NDArray[np.bool_], found: NDArray[np.bool_]
    ) -> tuple[float, float]:
        """Return the point on the curve of the samples `found`."""

    @abstractmethod
    def _plot_chance(self, ax: "Axes") -> None:
        """Draw the expected curve of random scores."""
