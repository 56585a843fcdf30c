"""The family that squeezes a row through a bottleneck and judges what comes back."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array, check_is_fitted

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Judged
from skanomaly.detectors._base import BaseDetector, Floats
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.windows import Examples, Sequences, Windows


class BaseReconstructionDetector(BaseDetector):
    """Base of the reconstructing detectors.

    The model maps ``(batch, context, n_channels)`` to the same shape, by way of a
    code. A row longer than `context` is judged on all of its sub-windows.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseDetector._parameter_constraints,
        "context": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
            None,
        ],
        "center": [StrOptions({"auto", "window"}), None],
    }

    def __init__(
        self, *, context: float | None, center: str | None, **shared: Any
    ) -> None:
        super().__init__(**shared)
        self.context = context
        self.center = center

    def reconstruct(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return rows as the network gives them back.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        reconstructed : ndarray of shape (n_rows, window * n_channels)
            Each step as the mean over the sub-windows of `context` steps that
            cover it, where `context` is shorter than the row.
        """
        rows = self._check_rows(X)
        parts = self._parts(rows)
        steps = [_overlap_step(parts, rows.window, step) for step in range(rows.window)]
        return np.concatenate(steps, axis=1)

    def encode(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the code of each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        codes : ndarray of shape (n_rows, n_codes)
            The mean over the codes of its sub-windows, where `context` is shorter
            than the row.

        Raises
        ------
        ValueError
            If the network is the user's own and has no layer named ``"code"``.
        """
        rows = self._check_rows(X)
        blocks = self._model.outputs(self._scoring_examples(rows), layers=("code",))
        return rows.row_means(np.concatenate([code for *_, code in blocks]))

    def decode(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Return what the decoder alone makes of codes.

        Parameters
        ----------
        codes : array-like of shape (n_rows, n_codes)
            As `encode` returns them for rows of `context` steps.

        Returns
        -------
        decoded : ndarray of shape (n_rows, context * n_channels)
            Without the level that ``center`` took away.

        Raises
        ------
        ValueError
            If the codes have another size, or the network is the user's own and has no
            layer named ``"code"`` or ``"decoder"``.
        """
        check_is_fitted(self)
        values = check_array(codes)
        n_codes = self._model.n_codes
        if values.shape[1] != n_codes:
            raise ValueError(
                f"codes must have {n_codes} columns, as `encode` returns them, got "
                f"{values.shape[1]}."
            )
        return np.asarray(self._model.decode(values), np.float64).reshape(
            len(values), -1
        )

    def _expected_step(self, X: ArrayLike, step: int) -> NDArray[np.float64]:
        rows = self._check_rows(X)
        return _overlap_step(self._parts(rows), rows.window, step)

    def _parts(self, rows: Sequences) -> Floats:
        """Sub-windows given back, (n_sequences, n_positions, context, n_channels)."""
        blocks = [judged.predictions for judged in self._judge(rows)]
        shape = (len(rows.values), -1, self._context, self.n_channels_)
        return np.concatenate(blocks).reshape(shape)

    def _set_up(self, rows: Sequences) -> None:
        context = rows.window if self.context is None else self.context
        if isinstance(context, float):
            # A single step less its own mean is nothing.
            context = max(min(2, rows.window), round(context * rows.window))
        self._context = int(context)
        if self._context > rows.window:
            raise ValueError(
                f"context={self.context} is longer than the rows of {rows.window} "
                "steps. Use a shorter context or a longer window."
            )
        if self.center == "window" and self._context == 1:
            raise ValueError(
                "center='window' takes each window's own mean away, and of windows of "
                "one step leaves nothing. Use center=None or a longer context."
            )
        self._centers = self.center == "window" or (
            self.center == "auto" and rows.is_series and self._context > 1
        )

    def _training_examples(self, rows: Sequences) -> Examples:
        scoring = self._scoring_examples(rows)

        def take(positions: NDArray[np.intp]) -> tuple[Floats, Floats]:
            inputs, _ = scoring.take(positions)
            return inputs, inputs

        return Examples(take, scoring.count, scoring.size, scoring.overlap)

    def _scoring_examples(self, rows: Sequences) -> Examples:
        windows = Windows.of(rows.values, self._context)

        def take(positions: NDArray[np.intp]) -> tuple[Floats, Floats]:
            taken = windows.take(positions)
            if not self._centers:
                return taken, taken
            centered: Floats = taken - taken.mean(axis=1, keepdims=True)
            return centered, taken

        size = self._context * self.n_channels_
        return Examples(take, len(windows), size, windows.overlap)

    def _judge(self, rows: Sequences) -> Iterator[Judged]:
        for inputs, targets, outputs in self._outputs(self._scoring_examples(rows)):
            # The level that centering removed is added to the reconstruction.
            yield Judged.by_size(targets, outputs + (targets - inputs))


class BaseAutoencoderDetector(BaseReconstructionDetector, BaseNetworkDetector):
    """Base of the reconstructing detectors whose model is a network.

    `encode` asks its layer named ``"code"``, `decode` its layer named ``"decoder"``,
    which is a network of its own.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseReconstructionDetector._parameter_constraints,
        **BaseNetworkDetector._parameter_constraints,
    }

    def _network_shape(self) -> tuple[int, ...]:
        return self._context, self.n_channels_

    def _check_network(self) -> None:
        shape = (1, self._context, self.n_channels_)
        output = self._model.output_shape(shape)
        if isinstance(output, dict):  # with what else the network finds
            output = output["reconstruction"]
        if output != shape:
            raise ValueError(
                f"The network maps inputs of shape {shape} to {output}. Let it "
                "return the shape of its input."
            )


def _overlap_step(parts: Floats, window: int, step: int) -> NDArray[np.float64]:
    """Mean of one step of each row over all sub-windows that cover it.

    Parameters
    ----------
    parts : ndarray of shape (n_sequences, n_positions, context, n_channels)
    window, step : int
        Steps in a row, and which of them.

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
