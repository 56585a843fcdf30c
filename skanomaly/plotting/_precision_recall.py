"""Precision against recall."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from skanomaly.metrics import RangeCurve
from skanomaly.plotting import _style
from skanomaly.plotting._volume import Curve, VolumeDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class PrecisionRecallDisplay(VolumeDisplay):
    """Precision against recall, of samples and with buffers around events.

    The dark line is scikit-learn's curve of single samples. Each line of the fan is the
    curve with a buffer around each event, in which a detection counts in part; the mean
    of the areas below them is :func:`skanomaly.metrics.vus_pr_score`. A fan far above
    the dark line belongs to a score that rises near the events rather than in them. In
    the fan recall counts the share of events found too, so that its narrowest curve
    lies left of the dark line as long as whole events are missed. Where events are few
    and short, 250 thresholds of a long series are too coarse for it; ``None`` takes
    all. It works without a threshold; that of the detector is a dot.

    Parameters
    ----------
    curve : Curve
        Recall ``x``, precision ``y`` and ``area`` of samples, as scikit-learn has them.
    share : float
        Share of the samples that is anomalous: the precision of a score that knows
        nothing.
    buffered : mapping of int to Curve, default=None
        Curves of the buffers that are drawn, by their width in samples.
    volume : float, default=None
        Mean area of the curves of all buffers.
    threshold : float, default=None
        Threshold of the score.
    point : (float, float), default=None
        Recall and precision of what lies above it.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib Line2D
        The curve of samples.
    buffer_lines_ : list of matplotlib Line2D
        The fan, from the narrowest buffer to the widest.

    See Also
    --------
    RocCurveDisplay : Where anomalies are not rare.
    skanomaly.metrics.vus_pr_score : Says what a buffer is.

    Examples
    --------
    >>> from skanomaly.plotting import PrecisionRecallDisplay
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> display = PrecisionRecallDisplay.from_predictions(y_true, late, window=4)
    >>> round(display.curve.area, 3), round(display.volume, 3)
    (0.833, 0.908)
    """

    _names: ClassVar = {
        "title": "Precision and recall",
        "x": "recall",
        "y": "precision",
        "area": "average precision",
        "volume": "VUS-PR",
    }
    # A gain of recall has the precision that it ends with.
    _drawstyle = "steps-pre"

    @classmethod
    def _of_samples(cls, truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Curve:
        precision, recall, _ = precision_recall_curve(
            truth, score, drop_intermediate=True
        )
        area = float(average_precision_score(truth, score))
        return Curve(recall[::-1], precision[::-1], area)

    @classmethod
    def _of_buffer(cls, curve: RangeCurve) -> Curve:
        recall = np.concatenate([[0.0], curve.recall])
        precision = np.concatenate([curve.precision[:1], curve.precision])
        return Curve(recall, precision, curve.average_precision())

    @classmethod
    def _at(
        cls, truth: NDArray[np.bool_], found: NDArray[np.bool_]
    ) -> tuple[float, float]:
        right = int(np.count_nonzero(truth & found))
        return right / int(truth.sum()), right / max(1, int(found.sum()))

    def _plot_chance(self, ax: "Axes") -> None:
        label = f"chance, {self.share:.3g}"
        ax.axhline(self.share, color=_style.TRUTH, linestyle=":", label=label)
