"""Display of the true positive rate against the false positive rate."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from skanomaly.metrics import RangeCurve
from skanomaly.plotting import _style
from skanomaly.plotting._volume import Curve, VolumeDisplay

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class RocCurveDisplay(VolumeDisplay):
    """True against false positive rate, per sample and with buffers around events.

    The lines are as in :class:`PrecisionRecallDisplay`, which is more informative if
    anomalies are rare: many false alarms are then a small fraction of the normal
    samples, so that all ROC curves lie in the upper left corner.

    Parameters
    ----------
    curve : Curve
        False positive rate ``x``, true positive rate ``y`` and ``area`` per sample, as
        computed by scikit-learn.
    share : float
        Fraction of anomalous samples.
    buffered : mapping of int to Curve, default=None
        Curves of the buffers that are drawn, by their width in samples.
    volume : float, default=None
        Mean area of the curves of all buffers.
    threshold : float, default=None
        Threshold of the error, above which samples are labelled anomalous.
    point : (float, float), default=None
        False and true positive rate at `threshold`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure containing the axes.
    line_ : matplotlib Line2D
        The curve per sample.
    buffer_lines_ : list of matplotlib Line2D
        The fan, from the narrowest buffer to the widest.

    See Also
    --------
    PrecisionRecallDisplay : Curves for rare anomalies.
    skanomaly.metrics.vus_roc_score : Mean area with buffers, and their definition.

    Examples
    --------
    >>> from skanomaly.plotting import RocCurveDisplay
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> display = RocCurveDisplay.from_predictions(y_true, late, window=0)
    >>> round(display.curve.area, 3), round(display.volume, 3)
    (0.917, 0.917)
    """

    _names: ClassVar = {
        "title": "True and false positives",
        "x": "false positive rate",
        "y": "true positive rate",
        "area": "AUC",
        "volume": "VUS-ROC",
    }
    _drawstyle = "default"

    @classmethod
    def _of_samples(cls, truth: NDArray[np.bool_], score: NDArray[np.float64]) -> Curve:
        false_rate, true_rate, _ = roc_curve(truth, score)
        return Curve(false_rate, true_rate, float(roc_auc_score(truth, score)))

    @classmethod
    def _of_buffer(cls, curve: RangeCurve) -> Curve:
        false_rate = np.concatenate([[0.0], curve.false_positive_rate, [1.0]])
        true_rate = np.concatenate([[0.0], curve.recall, [1.0]])
        return Curve(false_rate, true_rate, curve.roc_area())

    @classmethod
    def _at(
        cls, truth: NDArray[np.bool_], found: NDArray[np.bool_]
    ) -> tuple[float, float]:
        return float(found[~truth].mean()), float(found[truth].mean())

    def _plot_chance(self, ax: "Axes") -> None:
        ax.plot([0, 1], [0, 1], color=_style.TRUTH, linestyle=":", label="chance")
