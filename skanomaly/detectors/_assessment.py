"""Errors and expected values from one pass of a model over rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.detectors._own_errors import Curve
from skanomaly.windows import Examples, Sequences

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

# Error of a row that exceeds the range of the model: the largest one that is finite.
LARGEST_ERROR = np.finfo(np.float32).max


@dataclass(frozen=True, eq=False)
class Assessment:
    """Errors of rows, and expected values at the step that is each row's own sample.

    Returned by the method `assess` of every detector.

    Attributes
    ----------
    errors : ndarray of shape (n_rows, n_channels)
        Contribution of each channel to the error of a row. Sums over the channels to
        ``-score_samples``. A model that does not separate channels has one column.
    expected : ndarray of shape (n_rows, n_channels) or None
        Value that the model expects at the row's own step, in the unit of the rows.
        None if the model has no expected value there, or no step was requested.
    residuals : ndarray of shape (n_rows, n_channels) or None
        Observed minus expected value at that step.
    own_errors : ndarray of shape (n_rows, n_channels) or None
        Error of that step alone; sums over the channels to the error of the sample.
    curve : Curve or None
        Own errors as a function of the value at that step. None if own errors are none
        of the residual alone, as with a discriminator or random codes.
    apart : ndarray of shape (n_rows, n_channels)
        Error of each channel by itself, before channels are combined. By default
        `errors`.
    own_in_unit : bool
        Whether own errors are in the unit of `errors`, so that the error of a row is an
        average of own errors. By default True.
    """

    errors: Floats
    expected: Floats | None = None
    residuals: Floats | None = None
    own_errors: Floats | None = None
    curve: Curve | None = None
    apart: Floats = None  # type: ignore[assignment]
    own_in_unit: bool = True

    def __post_init__(self) -> None:
        if self.apart is None:
            object.__setattr__(self, "apart", self.errors)

    @classmethod
    def of_scores(cls, scores: Floats) -> Self:
        """Make an assessment of scores alone, with one column of errors."""
        errors = 0.0 - np.asarray(scores, dtype=np.float64)[:, np.newaxis]
        return cls(errors)

    @property
    def scores(self) -> Floats:
        """Score of each row. The lower, the more abnormal."""
        scores: Floats = 0.0 - self.errors.sum(axis=1)
        return scores


def error_size(residuals: Float32s) -> Float32s:
    """Return the error of residuals: their square up to 1, its tangent beyond.

    With a square alone, one huge residual would outweigh all other steps of its row and
    raise a threshold of some standard deviations above all other errors.
    """
    sizes = np.abs(residuals)
    below = np.minimum(sizes, np.float32(1))
    counted: Float32s = below * (2 * sizes - below)
    return counted


def example_errors(
    model: Any, examples: Examples, size: Callable[[Float32s], Float32s] = error_size
) -> Float32s:
    """Return the mean error of a model at the targets of each example."""
    sizes = [size(targets - out) for _, targets, out in model.outputs(examples)]
    return np.concatenate([one.reshape(len(one), -1).mean(axis=1) for one in sizes])


class Judged(NamedTuple):
    """Expected values and errors of a batch of positions.

    Parameters
    ----------
    predictions : ndarray of shape (n, n_steps, n_channels) or None
        Values that the model expects, None if it expects none.
    step_errors : ndarray of shape (n, n_steps, n_channels) or None
        Error of each step.
    errors : ndarray of shape (n, n_channels)
        Error of each position, the mean over its steps.
    of_residuals : bool, default=False
        Whether errors of steps are those of the residuals, by `error_size`.
    """

    predictions: Float32s | None
    step_errors: Float32s | None
    errors: Float32s
    of_residuals: bool = False

    @classmethod
    def of_steps(cls, predictions: Float32s, step_errors: Float32s) -> Self:
        """Judge positions by the mean error of their steps, which is of residuals."""
        return cls(predictions, step_errors, step_errors.mean(axis=1), True)

    def or_larger(self, step_errors: Float32s) -> Self:
        """Judge each position by its errors or by other ones, whichever are larger."""
        other, own = step_errors.mean(axis=1), self.step_errors
        is_larger = (other.sum(axis=1) > self.errors.sum(axis=1))[:, np.newaxis]
        if own is not None:
            own = np.where(is_larger[:, np.newaxis], step_errors, own)
        errors = np.where(is_larger, other, self.errors)
        return type(self)(self.predictions, own, errors)

    @classmethod
    def of_errors(cls, errors: Float32s, n_channels: int) -> Self:
        """Divide errors of positions, without expected values, equally by channels."""
        return cls(None, None, np.repeat(errors[:, np.newaxis], n_channels, axis=1))


class StepMeans:
    """Average predictions and errors at one step of each row, batch by batch.

    Neighbouring rows share positions, so that each prediction belongs to several rows,
    at a different step of each. An anomaly spoils what a model expects of the normal
    steps in the same window, so predictions count by the inverse square of the mean
    error of their window.

    Parameters
    ----------
    rows : Sequences
        Rows.
    step : int
        Step of a row that is its own sample.
    first_target : int
        Step of a row that is the first target of its first position.
    rounding : float
        Mean error that rounding can cause; windows with less than that are alike.
    """

    def __init__(
        self, rows: Sequences, step: int, *, first_target: int, rounding: float
    ) -> None:
        self.step = step
        self.n_covering = 0  # positions of a row that predict the step
        self._rows = rows
        self._first_target = first_target
        self._rounding = max(rounding, float(np.finfo(np.float32).tiny))
        self.of_residuals = True  # until a batch has other errors
        # Of weights, and of weighted predictions, their squares, cubes and errors.
        self._sums = np.zeros((5, rows.n_rows * rows.values.shape[2]))
        self._n_seen = 0

    def add(self, judged: Judged) -> None:
        """Add the next batch of positions, in their order."""
        predictions, step_errors = judged.predictions, judged.step_errors
        if predictions is None or step_errors is None:
            return
        self.of_residuals &= judged.of_residuals
        n, n_steps, _ = predictions.shape
        # A row has `n_more + 1` positions; target k of position f is its step
        # `first_target + f + k`.
        n_more = self._rows.window - self._first_target - n_steps
        ahead = self.step - self._first_target
        targets = np.arange(max(0, ahead - n_more), min(n_steps - 1, ahead) + 1)
        self.n_covering = len(targets)
        first = self._n_seen
        self._n_seen += n
        if not self.n_covering:
            return
        values = self._weighted(
            predictions[:, targets], step_errors[:, targets], judged.errors
        )
        # Of the sequence with the first position, and of all of them.
        n_positions = self._rows.rows_per_sequence + n_more
        sequence, position = divmod(first, n_positions)
        if position + n <= n_positions:
            self._add_consecutive(sequence, position - ahead + int(targets[0]), *values)
        else:
            self._add_any(first + np.arange(n), targets - ahead, n_positions, *values)

    def means(self) -> tuple[Floats, ...]:
        """Return means of predictions, of their squares and cubes, and own errors.

        Each has the shape (n_rows, n_channels). Nothing can be added any more.
        """
        weights, *sums = self._sums.reshape(5, self._rows.n_rows, -1)
        for total in sums:
            total /= weights
        return tuple(sums)

    def _weighted(
        self, predictions: Float32s, step_errors: Float32s, errors: Float32s
    ) -> tuple[Floats, ...]:
        """Return what is summed, each of the same shape."""
        if not np.isfinite(step_errors).all():
            # A value that the model cannot compute is not expected, and badly missed.
            predictions = np.where(np.isfinite(predictions), predictions, np.nan)
            finite = np.isfinite(step_errors)
            step_errors = np.where(finite, step_errors, LARGEST_ERROR)
            errors = np.where(np.isfinite(errors), errors, LARGEST_ERROR)
        of_position = 1 / (errors.astype(np.float64) + self._rounding) ** 2
        weights = np.broadcast_to(of_position[:, np.newaxis], predictions.shape)
        first = weights * predictions
        second = first * predictions
        return weights, first, second, second * predictions, weights * step_errors

    def _add_consecutive(self, sequence: int, row: int, *values: Floats) -> None:
        """Add the targets of positions in one sequence.

        Parameters
        ----------
        sequence : int
            Number of the sequence.
        row : int
            Row in the sequence to which the first target of the first position belongs.
            That of the next position, or the next target, belongs to the next row.
        *values : ndarray of shape (n, n_targets, n_channels)
            What is summed.
        """
        per_sequence, n_channels = self._rows.rows_per_sequence, values[0].shape[2]
        sums = self._sums.reshape(5, -1, per_sequence, n_channels)[:, sequence]
        for total, added in zip(sums, values, strict=True):
            by_target = added.swapaxes(0, 1)
            # One addition for each line: the fewer, the faster.
            lines = added if len(added) < len(by_target) else by_target
            for start, line in enumerate(lines, row):
                first, last = max(0, -start), min(len(line), per_sequence - start)
                if first < last:
                    total[start + first : start + last] += line[first:last]

    def _add_any(
        self,
        position: NDArray[np.intp],
        shift: NDArray[np.intp],
        n_positions: int,
        *values: Floats,
    ) -> None:
        """Add the targets of positions in any sequences, all at once."""
        per_sequence, n_channels = self._rows.rows_per_sequence, values[0].shape[2]
        sequence, position = np.divmod(position, n_positions)
        row = position[:, np.newaxis] + shift
        inside = (row >= 0) & (row < per_sequence)
        if not inside.any():
            return
        row += sequence[:, np.newaxis] * per_sequence
        cells = row[inside][:, np.newaxis] * n_channels + np.arange(n_channels)
        first = int(cells.min())
        for total, added in zip(self._sums, values, strict=True):
            sums = np.bincount((cells - first).ravel(), added[inside].ravel())
            total[first : first + len(sums)] += sums
