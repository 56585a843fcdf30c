"""The family that predicts the last steps of a row from the steps before them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import StrOptions
from skanomaly.detectors._assessment import Float32s, Judged
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._inputs import View
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.windows import Examples, Sequences, Windows, find_period

if TYPE_CHECKING:
    from skanomaly.detectors._training import Trainer

# Examples an epoch should have, if there are that many rows, where a network
# learns from every step of an example.
LONG_EXAMPLES = 512
# Steps that a convolution predicts at once when it runs over a series.
CHUNK = 1024


@dataclass(frozen=True)
class StepsAhead(View):
    """The steps before, from which a model predicts the next ones.

    Parameters
    ----------
    context, n_channels : int
        Steps that are seen, and values per step.
    n_predicted : int
        Steps that are predicted at once.
    runs_over_series : bool, default=False
        Whether an output depends on no more than the network's own reach, so that one
        pass over a series equals a pass over each of its windows.
    n_outputs : int, default=0
        Input steps after which the network predicts; 0 is one forecast at the end.
    any_length : bool, default=False
        Whether the network takes inputs of any number of steps.
    """

    n_predicted: int
    runs_over_series: bool = False
    n_outputs: int = 0
    any_length: bool = False

    @property
    def first_target(self) -> int:
        """Step of a row that is the first target of its first position."""
        return self.context

    @property
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""
        return self.context, self.n_channels, self.n_predicted

    def adapted_to(self, network: "Trainer") -> Self:
        """Check the output shape of a network, and learn after which steps it predicts.

        Its outputs have the shape ``(batch, n_predicted, n_channels)`` if it predicts
        after its last input step, ``(batch, n_steps, n_predicted, n_channels)`` if
        after each of its last ``n_steps`` input steps.
        """
        shape = (1, self.context, self.n_channels)
        output = network.output_shape(shape)
        expected = (self.n_predicted, self.n_channels)
        if len(output) not in (3, 4) or output[-2:] != expected:
            steps, channels = expected
            raise ValueError(
                f"The network maps inputs of shape {shape} to {output}. It must return "
                f"(1, {steps}, {channels}), or (1, n_steps, {steps}, {channels}) if it "
                "predicts after every step."
            )
        return replace(
            self,
            n_outputs=output[1] if len(output) == 4 else 0,
            any_length=network.takes_any_length,
        )

    def training(self, rows: Sequences) -> Examples:
        """Return inputs, each with the steps that follow as targets."""
        if not (self.n_outputs and self.any_length):
            return self._examples(rows.values, self.context, self.n_outputs)
        # A network that predicts after every step learns most from long examples
        # and few of them, so they overlap only where there are too few.
        reach = self.context - self.n_outputs
        n_inputs = min(reach + rows.window, rows.values.shape[1] - self.n_predicted)
        step = max(1, min(rows.window, rows.rows_per_sequence // LONG_EXAMPLES))
        return self._examples(rows.values, n_inputs, n_inputs - reach, step=step)

    def scoring(self, rows: Sequences) -> Examples:
        """Return the inputs of all positions, of convolutions in long chunks."""
        if not self.runs_over_series:
            return self._examples(rows.values, self.context)
        reach = self.context - self.n_outputs
        values = rows.values[:, self.context - reach - 1 :]
        n_positions = values.shape[1] - reach - self.n_predicted
        n_steps = CHUNK if rows.is_series else n_positions
        # Padded steps are predicted too, and cut away.
        padding = -n_positions % n_steps
        values = np.pad(values, [(0, 0), (0, padding), (0, 0)], mode="edge")
        return self._examples(values, reach + n_steps, n_steps, step=n_steps)

    def n_positions(self, rows: Sequences) -> int:
        """Return how many forecasts the rows have in all."""
        n_steps = int(rows.values.shape[1]) - self.context - (self.n_predicted - 1)
        return len(rows.values) * n_steps

    def _examples(
        self, values: Float32s, n_inputs: int, n_outputs: int = 0, *, step: int = 1
    ) -> Examples:
        """Return windows of `n_inputs` steps with what follows the last `n_outputs`.

        With ``n_outputs=0`` the targets have no axis for it: what follows the window.
        """
        windows = Windows.of(values, n_inputs + self.n_predicted, step=step)

        def take(positions: NDArray[np.intp]) -> tuple[Float32s, Float32s]:
            taken = windows.take(positions)
            if not n_outputs:
                return taken[:, :n_inputs], taken[:, n_inputs:]
            following = taken[:, n_inputs - n_outputs + 1 :]
            targets = sliding_window_view(following, self.n_predicted, axis=1)
            return taken[:, :n_inputs], targets.transpose(0, 1, 3, 2)

        size = n_inputs * self.n_channels
        return Examples(take, len(windows), size, windows.overlap)


@parameters
class BaseForecastDetector(BaseDetector):
    """Base of the forecasting detectors.

    The model sees ``context = window - horizon`` steps and predicts the next one
    (``strategy="one-step"``) or the next `horizon` (``"direct"``).
    """

    horizon: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    strategy: str = parameter("one-step", StrOptions({"one-step", "direct"}))

    horizon_: int = fitted()
    _view: StepsAhead = fitted()

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
        if self._view.n_predicted < self.horizon_:
            by_sequence = predicted.reshape(len(rows.values), -1, self.n_channels_)
            steps = sliding_window_view(by_sequence, self.horizon_, axis=1)
            predicted = steps.transpose(0, 1, 3, 2)
        return predicted.reshape(rows.n_rows, -1)

    def _set_up(self, rows: Sequences) -> StepsAhead:
        if rows.window < 2:
            raise ValueError(
                "A forecaster needs rows of at least 2 steps, one to see and one to "
                f"predict, but X has n_features = {rows.window * self.n_channels_} "
                f"for n_channels={self.n_channels_}. Use a longer window."
            )
        self.horizon_ = (
            _default_horizon(rows) if isinstance(self.horizon, str) else self.horizon
        )
        if self.horizon_ >= rows.window:
            raise ValueError(
                f"horizon={self.horizon_} leaves no step to predict from in rows of "
                f"{rows.window} steps. Use a smaller horizon or a longer window."
            )
        return StepsAhead(
            rows.window - self.horizon_,
            self.n_channels_,
            n_predicted=self.horizon_ if self.strategy == "direct" else 1,
        )

    def _judge(self, rows: Sequences) -> Iterator[Judged]:
        view = self._view
        shape = (-1, view.n_predicted, view.n_channels)
        n_left = view.n_positions(rows)
        for _, targets, outputs in self._model.outputs(view.scoring(rows)):
            if targets.ndim < outputs.ndim:
                outputs = outputs[:, -1]
            targets, outputs = targets.reshape(shape), outputs.reshape(shape)
            yield Judged.by_size(targets[:n_left], outputs[:n_left])
            n_left -= len(targets)


def _default_horizon(rows: Sequences) -> int:
    """Return one period, or few steps without one, half of the row at most.

    Of the horizons in `benchmarks/horizon.py` half a window of two periods is the best
    or near it. Without a period an eighth of the window is, but it would smear a spike
    of one sample, which such series have to show.
    """
    # Of the samples alone: padded rows repeat or mirror them, which is no evidence.
    period = None if rows.samples is None else find_period(rows.samples)
    return max(1, min(period or rows.window // 16, rows.window // 2))
