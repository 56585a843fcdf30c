"""Base class of the detectors that reconstruct a row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Float32s, Judged
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._inputs import View, steps_of
from skanomaly.detectors._parameters import COUNT, parameter, parameters
from skanomaly.windows import Examples, Sequences, Windows

if TYPE_CHECKING:
    from skanomaly.engine import TrainedNetwork


@dataclass(frozen=True)
class SubWindows(View):
    """Sub-windows of a row, as inputs and as targets.

    Parameters
    ----------
    context, n_channels : int
        Number of steps of a sub-window, and of values per step.
    centers : bool
        Whether the mean of each channel is removed from the inputs.
    """

    centers: bool

    @property
    def first_target(self) -> int:
        """Step of a row that is the first target of its first position."""
        return 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""
        return self.context, self.n_channels

    def adapted_to(self, network: "TrainedNetwork") -> Self:
        """Check the output shape of a network and of its code, if it has one."""
        shape = (1, *self.shape)
        output = network.output_shape(shape)
        if output != shape:
            raise ValueError(
                f"The network maps inputs of shape {shape} to {output}. Its outputs "
                "must have the shape of its inputs."
            )
        code = network.code_shape
        if code is not None and len(code) != 2:
            raise ValueError(
                f"The layer named 'code' has outputs of shape {code}, but a code must "
                "be flat: (batch, n_codes). Add keras.layers.Flatten(name='code') "
                "after it, or give the layer another name."
            )
        return self

    def training(self, rows: Sequences) -> Examples:
        """Return the sub-windows as inputs and as targets."""
        windows = Windows(rows.values, self.context)
        known = rows.untouched(self.context)
        return Examples(windows, self.context, centers=self.centers, positions=known)

    def scoring(self, rows: Sequences) -> Examples:
        """Return the sub-windows, the targets with the level that centering removes."""
        return replace(self.training(rows), keeps_level=True, positions=None)


@parameters
class BaseReconstructionDetector(BaseDetector):
    """Base of the reconstructing detectors.

    The model maps ``(batch, context, n_channels)`` to the same shape. A row longer than
    `context` is scored on all of its sub-windows.
    """

    context: float | None = parameter(
        None,
        COUNT,
        Interval(RealNotInt, 0, 1, closed="neither"),
        None,
    )
    center: str | None = parameter("auto", StrOptions({"auto", "window"}), None)

    def reconstruct(self, X: ArrayLike) -> NDArray[np.float64]:
        """Reconstruct rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        reconstructed : ndarray of shape (n_rows, window * n_channels)
            Reconstructions. If `context` is shorter than the row, each step is the
            mean over the sub-windows that cover it.
        """
        rows = self._check_rows(X)
        parts = self._predictions(rows)
        steps = [_overlap_step(parts, rows.window, step) for step in range(rows.window)]
        return np.concatenate(steps, axis=1)

    def _set_up(self, rows: Sequences, n_channels: int) -> SubWindows:
        context = steps_of(self.context, rows.window)
        if context > rows.window:
            raise ValueError(
                f"context={self.context} is longer than the rows of {rows.window} "
                "steps. Use a shorter context or a longer window."
            )
        if self.center == "window" and context == 1:
            raise ValueError(
                "center='window' removes the mean of each window, which leaves nothing "
                "of a window of one step. Use center=None or a longer context."
            )
        centers = self.center == "window" or (
            self.center == "auto" and rows.is_series and context > 1
        )
        return SubWindows(context, n_channels, centers)

    def _judge(self, model: Any, rows: Sequences) -> Iterator[Judged]:
        for inputs, targets, outputs in model.outputs(self._view.scoring(rows)):
            # The level that centering removed is added to the reconstruction.
            predictions = outputs + (targets - inputs)
            yield Judged.of_steps(predictions, self._error_size(targets - predictions))


def _overlap_step(parts: Float32s, window: int, step: int) -> NDArray[np.float64]:
    """Return one step of each row, averaged over the sub-windows that cover it.

    Parameters
    ----------
    parts : ndarray of shape (n_sequences, n_positions, context, n_channels)
        Reconstructed sub-windows.
    window, step : int
        Number of steps in a row, and the index of the step.

    Returns
    -------
    ndarray of shape (n_rows, n_channels)
    """
    n_sequences, n_positions, context, n_channels = parts.shape
    n_rows = n_positions - (window - context)
    covering = range(max(0, step - context + 1), min(step, window - context) + 1)
    total = np.zeros((n_sequences, n_rows, n_channels))
    for first in covering:
        total += parts[:, first : first + n_rows, step - first]
    return total.reshape(-1, n_channels) / len(covering)
