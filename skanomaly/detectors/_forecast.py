"""Base class of the detectors that predict the last steps of a row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Float32s, Judged
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._inputs import View, WithoutPadding
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.windows import Examples, Sequences, Windows, find_period

if TYPE_CHECKING:
    from skanomaly.engine import TrainedNetwork

# Minimum number of examples per epoch, if there are as many rows, for a network that
# learns from every step of an example.
LONG_EXAMPLES = 512
# Steps per example when a convolution runs over a series.
CHUNK = 1024


@dataclass(frozen=True)
class StepsAhead(View):
    """Context steps as inputs, the steps that follow them as targets.

    Parameters
    ----------
    context, n_channels : int
        Number of steps that the model sees, and of values per step.
    n_predicted : int
        Number of steps that are predicted at once.
    runs_over_series : bool, default=False
        Whether an output depends on at most `context` steps, so that one pass over a
        series equals a pass over each of its windows.
    n_outputs : int, default=0
        Number of last input steps after each of which the network predicts; 0 means
        one forecast, after the last step.
    any_length : bool, default=False
        Whether the network takes inputs of any number of steps.
    carries_state : bool, default=False
        Whether the state of a recurrent network is carried along a series instead of
        starting again for each forecast. See `scoring`.
    fills_chunks : bool, default=True
        Whether chunks have one length, so that one trace serves series of any length.
    """

    n_predicted: int
    runs_over_series: bool = False
    n_outputs: int = 0
    any_length: bool = False
    carries_state: bool = False
    fills_chunks: bool = True

    def unpadded(self) -> Self:
        """Return the view for few rows: chunks of a series are no longer than these."""
        return replace(self, fills_chunks=False)

    @property
    def n_steps(self) -> int:
        """Number of steps that the error of a forecast depends on."""
        return self.context + self.n_predicted

    @property
    def first_target(self) -> int:
        """Step of a row that is the first target of its first position."""
        return self.context

    @property
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""
        return self.context, self.n_channels, self.n_predicted

    def adapted_to(self, network: "TrainedNetwork") -> Self:
        """Check the output shape of a network and find after which steps it predicts.

        The shape is ``(batch, n_predicted, n_channels)`` for a network that predicts
        after its last input step, ``(batch, n_steps, n_predicted, n_channels)`` for
        one that predicts after each of its last ``n_steps`` input steps.
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
        adapted = replace(
            self,
            n_outputs=output[1] if len(output) == 4 else 0,
            any_length=network.takes_any_length,
        )
        return adapted.carrying_state(self.carries_state)

    def carrying_state(self, carries_state: bool) -> Self:
        """Return the view with or without a state that is carried along a series.

        Raises
        ------
        ValueError
            If the network does not predict after every step of inputs of any length.
        """
        if carries_state and not (self.any_length and self.n_outputs):
            raise ValueError(
                "stateful=True needs a network that predicts after every step of "
                "inputs of any length: from (batch, None, n_channels) to (batch, None, "
                f"{self.n_predicted}, {self.n_channels}). Pass stateful=False, or "
                "another network."
            )
        return replace(self, carries_state=carries_state)

    def training(self, rows: Sequences) -> Examples:
        """Return inputs with the steps that follow as targets."""
        if not (self.n_outputs and self.any_length):
            return self._learned(rows, self.context, self.n_outputs)
        # A network that predicts after every step learns most from few long examples.
        # Their targets overlap only if there are fewer than `LONG_EXAMPLES`: then an
        # example is as long as the context, and no step is a target more often than
        # learning needs.
        step = max(1, min(rows.window, rows.rows_per_sequence // LONG_EXAMPLES))
        n_outputs = max(self.n_outputs, step) if rows.is_series else rows.window
        reach = self.context - self.n_outputs
        n_inputs = min(reach + n_outputs, rows.longest - self.n_predicted)
        examples = self._learned(rows, n_inputs, n_inputs - reach, step=step)
        # Ignored steps may touch every example that begins at a multiple of the step.
        return examples if examples.count else self._learned(rows, n_inputs, n_outputs)

    def scoring(self, rows: Sequences) -> Examples:
        """Return the examples of all positions, as chunks for a pass over a series.

        A chunk begins as many steps before its first forecast as an output depends on
        or, if a state is carried along it, as the context has.
        """
        if not (self.runs_over_series or self.carries_state):
            return self._examples(rows.values, self.context)
        reach = self.context - (1 if self.carries_state else self.n_outputs)
        values = rows.values[:, self.context - reach - 1 :]
        n_positions = values.shape[1] - reach - self.n_predicted
        is_filled = rows.is_series and self.fills_chunks
        n_steps = CHUNK if is_filled else min(CHUNK, n_positions)
        # `_judge` drops the forecasts of padded steps.
        padding = -n_positions % n_steps
        values = np.pad(values, [(0, 0), (0, padding), (0, 0)], mode="edge")
        return self._examples(values, reach + n_steps, n_steps, step=n_steps)

    def contexts(self, rows: Sequences) -> Examples:
        """Return each context to learn from, with the steps that follow as targets."""
        return self._learned(rows, self.context)

    def n_positions(self, rows: Sequences) -> int:
        """Return the number of forecasts for each sequence."""
        return int(rows.values.shape[1]) - self.context - (self.n_predicted - 1)

    def _learned(
        self, rows: Sequences, n_inputs: int, n_outputs: int = 0, *, step: int = 1
    ) -> Examples:
        """Return the examples without an ignored step."""
        known = rows.untouched(n_inputs + self.n_predicted, step)
        examples = self._examples(rows.values, n_inputs, n_outputs, step=step)
        return replace(examples, positions=known)

    def _examples(
        self, values: Float32s, n_inputs: int, n_outputs: int = 0, *, step: int = 1
    ) -> Examples:
        """Return windows of `n_inputs` steps as inputs, with the steps that follow.

        The targets have one entry for each of the last `n_outputs` steps, or no such
        axis for ``n_outputs=0``: then they are the steps that follow the window.
        """
        windows = Windows(values, n_inputs + self.n_predicted, step)
        targets = np.arange(self.n_predicted)
        if n_outputs:
            targets = targets + np.arange(-n_outputs + 1, 1)[:, np.newaxis]
        return Examples(windows, n_inputs, n_inputs + targets)


@parameters
class BaseForecastDetector(BaseDetector):
    """Base of the forecasting detectors.

    The model sees ``context = window - horizon`` steps and predicts the next step
    (``strategy="one-step"``) or the next `horizon` steps (``"direct"``).
    """

    horizon: float | str = parameter(
        "auto",
        COUNT,
        Interval(RealNotInt, 0, 1, closed="neither"),
        StrOptions({"auto"}),
    )
    strategy: str = parameter("one-step", StrOptions({"one-step", "direct"}))

    horizon_: int = fitted()
    _view: StepsAhead = fitted()

    # For forecasters without this parameter. It has no annotation, because a field
    # would make it a parameter of every forecaster.
    stateful = False

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
            Forecasts, oldest step first, with the channels of a step side by side.
        """
        rows = self._check_rows(X)
        predicted = self._predictions(rows).astype(np.float64)
        if self._view.n_predicted < self.horizon_:
            steps = sliding_window_view(predicted[:, :, 0], self.horizon_, axis=1)
            predicted = steps.transpose(0, 1, 3, 2)
        return predicted.reshape(rows.n_rows, -1)

    def _set_up(self, rows: Sequences, n_channels: int) -> StepsAhead:
        self._check_stateful(rows)
        if rows.window < 2:
            raise ValueError(
                "A forecaster needs rows of at least 2 steps, one as input and one to "
                f"predict, but X has n_features = {rows.window * self.n_channels_} "
                f"for n_channels={self.n_channels_}. Use a longer window."
            )
        self.horizon_ = self._horizon_of(rows)
        if self.horizon_ >= rows.window:
            raise ValueError(
                f"horizon={self.horizon_} leaves no step to predict from in rows of "
                f"{rows.window} steps. Use a smaller horizon or a longer window."
            )
        return StepsAhead(
            rows.window - self.horizon_,
            n_channels,
            n_predicted=self.horizon_ if self.strategy == "direct" else 1,
            carries_state=self.stateful,
        )

    def _horizon_of(self, rows: Sequences) -> int:
        if isinstance(self.horizon, str):
            return _default_horizon(rows)
        if isinstance(self.horizon, Integral):
            return int(self.horizon)
        return max(1, round(self.horizon * rows.window))

    def _check_stateful(self, rows: Sequences) -> None:
        # A single row is a series, too.
        if self.stateful and rows.n_rows > 1 and not rows.is_series:
            raise ValueError(
                "stateful=True carries the state along a series, but the rows of X are "
                "independent records. Pass all windows of a series in time order, as "
                "Shingler returns them, or stateful=False."
            )

    def _judge(self, model: Any, rows: Sequences) -> Iterator[Judged]:
        self._check_stateful(rows)
        view = self._view.carrying_state(self.stateful)
        shape = (-1, view.n_predicted, view.n_channels)
        examples = view.scoring(rows)
        n_made = examples.windows.n_positions * examples.n_outputs  # per sequence
        kept = WithoutPadding(n_made, view.n_positions(rows))
        for _, targets, outputs in model.outputs(examples):
            if targets.ndim < outputs.ndim:
                outputs = outputs[:, -1]
            elif view.carries_state:
                outputs = outputs[:, -targets.shape[1] :]
            targets, outputs = targets.reshape(shape), outputs.reshape(shape)
            is_kept = kept.next(len(targets))
            targets, outputs = targets[is_kept], outputs[is_kept]
            yield Judged.of_steps(outputs, self._error_size(targets - outputs))


def _default_horizon(rows: Sequences) -> int:
    """Return one period, or a sixteenth of the row without one, at most half of it.

    In `benchmarks/horizon.py`, half of a window of two periods is the best horizon or
    close to it. Without a period an eighth of the window is best, but would smear
    spikes of one sample, which are the typical anomalies of such series.
    """
    # Padding repeats or mirrors samples, which would pass for periodic.
    period = None if rows.samples is None else find_period(rows.samples)
    return max(1, min(period or rows.window // 16, rows.window // 2))
