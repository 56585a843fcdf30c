"""The losses of each epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from skanomaly._text import plural
from skanomaly.detection import Detection, innermost
from skanomaly.plotting import _style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class HistoryDisplay:
    """Training and validation loss of each epoch.

    Where both fall and stay together the network learns what holds for new data too;
    where the validation loss turns up again it learns its training data by heart.

    Parameters
    ----------
    history : mapping of str to sequence of float
        A detector's ``history_``: ``"loss"`` and, where there was a validation part,
        ``"val_loss"``.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

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
        """Draw how a fitted detector, or the last step of a pipeline, was trained.

        Parameters
        ----------
        estimator : estimator
            Fitted detector or pipeline that keeps a ``history_``.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : HistoryDisplay
        """
        detector = innermost(estimator)
        if not hasattr(detector, "history_"):
            raise ValueError(
                f"{type(detector).__name__} has no history_; fit a detector that "
                "trains a network."
            )
        return cls(detector.history_).plot(ax=ax)

    @classmethod
    def from_detection(cls, detection: Detection, *, ax: Any = None) -> Self:
        """Draw how the detector of a detection was trained.

        Parameters
        ----------
        detection : Detection
            As :func:`skanomaly.detect` returns it.
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

        Returns
        -------
        display : HistoryDisplay
        """
        if detection.about.history is None:
            raise ValueError(
                f"{detection.about.detector} has no history_; fit a detector that "
                "trains a network."
            )
        return cls(detection.about.history).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None for a new figure.

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
            # A single epoch has no line; many epochs need no dots.
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
