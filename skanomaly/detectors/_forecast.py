"""The family that predicts the last steps of a row from the steps before them."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, StrOptions
from skanomaly.detectors._assessment import Judged
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.windows import Examples, Sequences, Windows, find_period

# Examples an epoch should have, if there are that many rows, where a network
# learns from every step of an example.
LONG_EXAMPLES = 512
# Steps that a convolution predicts at once when it runs over a series.
CHUNK = 1024


class BaseForecastDetector(BaseNetworkDetector):
    """Base of the forecasting detectors.

    The network sees ``context = window - horizon`` steps and predicts the next
    one (``strategy="one-step"``) or the next `horizon` (``"direct"``). It has one
    of two shapes of output: ``(batch, n_predicted, n_channels)`` predicts after
    its last input step, ``(batch, n_steps, n_predicted, n_channels)`` after each
    of its last ``n_steps`` input steps.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNetworkDetector._parameter_constraints,
        "horizon": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "strategy": [StrOptions({"one-step", "direct"})],
    }
    horizon_: int
    # Whether an output depends on no more than the network's own reach, so that
    # one pass over a series equals a pass over each of its windows.
    _is_convolution = False

    def __init__(self, *, horizon: Any, strategy: str, **shared: Any) -> None:
        super().__init__(**shared)
        self.horizon = horizon
        self.strategy = strategy

    def forecast(self, X: ArrayLike) -> NDArray[np.float64]:
        """Predict the last `horizon_` steps of each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        predicted : ndarray of shape (n_rows, horizon_ * n_channels)
            Oldest step first, the channels of a step side by side.
        """
        rows = self._check_rows(X)
        blocks = [judged.predictions for judged in self._judge(rows)]
        predicted: NDArray[np.float64] = np.concatenate(blocks, dtype=np.float64)
        if self._n_predicted < self.horizon_:
            by_sequence = predicted.reshape(len(rows.values), -1, self.n_channels_)
            steps = sliding_window_view(by_sequence, self.horizon_, axis=1)
            predicted = steps.transpose(0, 1, 3, 2)
        return predicted.reshape(rows.n_rows, -1)

    def _expected_step(self, X: ArrayLike, step: int) -> NDArray[np.float64]:
        # Only the end of a row is forecast, wherever its sample lies.
        return self.forecast(X)[:, -self.n_channels_ :]

    @property
    def _context(self) -> int:
        window: int = self.n_features_in_ // self.n_channels_
        return window - self.horizon_

    def _set_up(self, rows: Sequences) -> None:
        if rows.window < 2:
            raise ValueError(
                "A forecaster needs rows of at least 2 steps, one to see and one to "
                f"predict, but X has n_features = {rows.window * self.n_channels_} "
                f"for n_channels={self.n_channels_}. Use a longer window."
            )
        self.horizon_ = self.horizon
        if self.horizon == "auto":
            self.horizon_ = _default_horizon(rows)
        if self.horizon_ >= rows.window:
            raise ValueError(
                f"horizon={self.horizon_} leaves no step to predict from in rows of "
                f"{rows.window} steps. Use a smaller horizon or a longer window."
            )
        self._n_predicted = self.horizon_ if self.strategy == "direct" else 1

    def _network_shape(self) -> tuple[int, ...]:
        return self._context, self.n_channels_, self._n_predicted

    def _check_network(self) -> None:
        shape = (1, self._context, self.n_channels_)
        output = self._model.output_shape(shape)
        expected = (self._n_predicted, self.n_channels_)
        if len(output) not in (3, 4) or output[-2:] != expected:
            steps, channels = expected
            raise ValueError(
                f"The network maps inputs of shape {shape} to {output}. Let it return "
                f"(1, {steps}, {channels}), or (1, n_steps, {steps}, {channels}) if it "
                "predicts after every step."
            )
        # Input steps after which it predicts; 0 stands for one forecast at the end.
        self._n_outputs = output[1] if len(output) == 4 else 0

    def _training_examples(self, rows: Sequences) -> Examples:
        n_outputs = self._n_outputs
        if not (n_outputs and self._model.takes_any_length):
            return self._examples(rows.values, self._context, n_outputs)
        # A network that predicts after every step learns most from long examples
        # and few of them, so they overlap only where there are too few.
        reach = self._context - n_outputs
        n_inputs = min(reach + rows.window, rows.values.shape[1] - self._n_predicted)
        step = max(1, min(rows.window, rows.rows_per_sequence // LONG_EXAMPLES))
        return self._examples(rows.values, n_inputs, n_inputs - reach, step=step)

    def _scoring_examples(self, rows: Sequences) -> Examples:
        if not (self._is_convolution and self.network is None):
            return self._examples(rows.values, self._context)
        reach = self._context - self._n_outputs
        values = rows.values[:, self._context - reach - 1 :]
        n_positions = values.shape[1] - reach - self._n_predicted
        n_steps = CHUNK if rows.is_series else n_positions
        # What is padded is predicted too, and cut away.
        padding = -n_positions % n_steps
        values = np.pad(values, [(0, 0), (0, padding), (0, 0)], mode="edge")
        return self._examples(values, reach + n_steps, n_steps, step=n_steps)

    def _examples(
        self,
        values: NDArray[np.float32],
        n_inputs: int,
        n_outputs: int = 0,
        *,
        step: int = 1,
    ) -> Examples:
        """Windows of `n_inputs` steps with what follows each of the last `n_outputs`.

        With ``n_outputs=0`` the targets have no axis for it: what follows the window.
        """
        windows = Windows.of(values, n_inputs + self._n_predicted, step=step)

        def take(
            positions: NDArray[np.intp],
        ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            taken = windows.take(positions)
            if not n_outputs:
                return taken[:, :n_inputs], taken[:, n_inputs:]
            following = taken[:, n_inputs - n_outputs + 1 :]
            targets = sliding_window_view(following, self._n_predicted, axis=1)
            return taken[:, :n_inputs], targets.transpose(0, 1, 3, 2)

        size = n_inputs * self.n_channels_
        return Examples(take, len(windows), size, windows.overlap)

    @property
    def _first_target(self) -> int:
        return self._context

    def _judge(self, rows: Sequences) -> Iterator[Judged]:
        shape = (-1, self._n_predicted, self.n_channels_)
        n_left = len(rows.values) * (rows.values.shape[1] - self._context)
        n_left -= len(rows.values) * (self._n_predicted - 1)
        examples = self._scoring_examples(rows)
        for _, targets, outputs in self._model.outputs(examples):
            if targets.ndim < outputs.ndim:
                outputs = outputs[:, -1]
            targets, outputs = targets.reshape(shape), outputs.reshape(shape)
            yield Judged.by_size(targets[:n_left], outputs[:n_left])
            n_left -= len(targets)


def _default_horizon(rows: Sequences) -> int:
    """One period, or few steps without one, half of the row at most.

    Of the horizons in `benchmarks/horizon.py` half a window of two periods is the best
    or near it. Without a period an eighth of the window is, but it would smear a spike
    of one sample, which is what such series have to show.
    """
    period = find_period(rows.values[0]) if rows.is_series else None
    return max(1, min(period or rows.window // 16, rows.window // 2))
