"""Display of precision against recall."""

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
    """Precision against recall, per sample and with buffers around events.

    The dark line is the precision-recall curve of scikit-learn, per sample. Each line
    of the fan is the curve with a buffer around each event, in which a detection counts
    partially; the mean of the areas below these curves is
    :func:`skanomaly.metrics.vus_pr_score`. A fan far above the dark line indicates
    scores that rise near the events rather than in them. In the fan, recall also
    accounts for the fraction of events found, so that its narrowest curve lies left of
    the dark line as long as whole events are missed. For long series with few and short
    events, 250 thresholds are too coarse for the fan; use ``n_thresholds=None`` to
    evaluate all thresholds. The curves do not depend on the threshold of the detector,
    which is drawn as a dot.

    Parameters
    ----------
    curve : Curve
        Recall ``x``, precision ``y`` and ``area`` per sample, as computed by
        scikit-learn.
    share : float
        Fraction of anomalous samples, which is the precision of random scores.
    buffered : mapping of int to Curve, default=None
        Curves of the buffers that are drawn, by their width in samples.
    volume : float, default=None
        Mean area of the curves of all buffers.
    threshold : float, default=None
        Threshold of the error, above which samples are labelled anomalous.
    point : (float, float), default=None
        Recall and precision at `threshold`.

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
    RocCurveDisplay : Curves for anomalies that are not rare.
    skanomaly.metrics.vus_pr_score : Mean area with buffers, and their definition.

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
    # An increase in recall is counted with the precision at its end.
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
