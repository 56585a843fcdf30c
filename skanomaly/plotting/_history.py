"""Display of the training history."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from skanomaly._text import plural
from skanomaly.detection import Detection, innermost
from skanomaly.plotting import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class HistoryDisplay:
    """Training and validation loss per epoch.

    While both losses fall together, the network generalises to new data; if the
    validation loss rises again, the network overfits the training data.

    Parameters
    ----------
    history : mapping of str to sequence of float
        The ``history_`` of a detector: ``"loss"`` and, if it was trained with
        validation data, ``"val_loss"``.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the losses.
    figure_ : matplotlib Figure
        Figure containing the axes.

    Examples
    --------
    >>> from skanomaly.plotting import HistoryDisplay
    >>> display = HistoryDisplay({"loss": [1.0, 0.5], "val_loss": [1.2, 0.7]}).plot()
    >>> [line.get_label() for line in display.ax_.lines]
    ['training', 'validation']
    """

    def __init__(self, history: Mapping[str, Sequence[float]]) -> None:
        self.history = history

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw the losses of a fitted detector or pipeline.

        Parameters
        ----------
        estimator : estimator
            Fitted detector that has a ``history_``, or a pipeline that ends with one.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : HistoryDisplay
        """
        detector = innermost(estimator)
        if not hasattr(detector, "history_"):
            raise ValueError(
                f"{type(detector).__name__} has no history_. Fit a detector that "
                "trains a network."
            )
        return cls(detector.history_).plot(ax=ax)

    @classmethod
    def from_detection(cls, detection: Detection, *, ax: Any = None) -> Self:
        """Draw the losses of the detector of a detection.

        Parameters
        ----------
        detection : Detection
            Detection returned by :func:`skanomaly.detect`.
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : HistoryDisplay
        """
        if detection.about.history is None:
            raise ValueError(
                f"{detection.about.detector} has no history_. Fit a detector that "
                "trains a network."
            )
        return cls(detection.about.history).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the losses.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. If None, a new figure is created.

        Returns
        -------
        display : HistoryDisplay
        """
        ax = _style.new_axes(ax, figsize=(5, 3.5))
        looks = (
            ("loss", "training", _style.SERIES, "o"),
            ("val_loss", "validation", _style.EXPECTED, "s"),
        )
        drawn = [look for look in looks if look[0] in self.history]
        losses = [self.history[key] for key, *_ in drawn]
        n_epochs = max(map(len, losses), default=0)
        for (_, label, color, marker), loss in zip(drawn, losses, strict=True):
            # A single epoch is visible only as a marker; with many, markers overlap.
            ax.plot(
                range(1, len(loss) + 1),
                loss,
                color=color,
                linewidth=1.2,
                marker=marker if n_epochs <= 30 else None,
                markersize=3,
                label=label,
            )
        values = [value for loss in losses for value in loss]
        if values and 0 < 10 * min(values) < max(values):
            ax.set_yscale("log")
        ax.locator_params(axis="x", integer=True)
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        _style.frame(ax)
        _style.title(ax, f"Training, {plural(n_epochs, 'epoch')}")
        self.ax_: Axes = ax
        self.figure_: Figure = _style.figure_of(ax)
        return self
