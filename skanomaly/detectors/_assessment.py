"""The answer of a detector to one pass of its model over rows."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.windows import Sequences

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

# The error of what a network cannot compute: worse than any other, and still finite.
LARGEST_ERROR = np.finfo(np.float32).max


@dataclass(frozen=True, eq=False)
class Assessment:
    """Errors of rows and, at the step that is each row's own sample, what was expected.

    `assess` of every detector returns one, from a single pass of its model.

    Attributes
    ----------
    errors : ndarray of shape (n_rows, n_channels)
        Contribution of each channel to the error of a row; sums over the channels to
        ``-score_samples``. One column where the model does not separate channels.
    expected : ndarray of shape (n_rows, n_channels) or None
        Value that the model expected at the row's own step, in the unit of the rows.
        None where the model expects no value there, or no step was asked for.
    residuals : ndarray of shape (n_rows, n_channels) or None
        Observed minus expected value at that step, signed.
    own_errors : ndarray of shape (n_rows, n_channels) or None
        Error of that step alone, averaged over the sub-windows of the row that cover
        it. On the scale of `errors`: the channels sum to the error of the sample.
    """

    errors: Floats
    expected: Floats | None = None
    residuals: Floats | None = None
    own_errors: Floats | None = None

    @property
    def scores(self) -> Floats:
        """Score of each row, the lower, the more abnormal."""
        scores: Floats = 0.0 - self.errors.sum(axis=1)
        return scores


def error_size(residuals: Float32s) -> Float32s:
    """Return the error of residuals: their square up to 1, its tangent beyond.

    One huge step then counts for a few rather than for all steps of its row, and does
    not lift a threshold of some standard deviations above everything else.
    """
    sizes = np.abs(residuals)
    below = np.minimum(sizes, np.float32(1))
    counted: Float32s = below * (2 * sizes - below)
    return counted


class Judged(NamedTuple):
    """A batch of positions: targets, what the model made of them, and the errors.

    Parameters
    ----------
    predictions : ndarray of shape (n, n_steps, n_channels)
        Values that the model expected.
    step_errors : ndarray of shape (n, n_steps, n_channels)
        Error of each step.
    errors : ndarray of shape (n, n_channels)
        Error of each position, the mean over its steps.
    """

    predictions: Float32s
    step_errors: Float32s
    errors: Float32s

    @classmethod
    def by_size(cls, targets: Float32s, predictions: Float32s) -> Self:
        """Judge predictions by the size of what they miss of the targets."""
        step_errors = error_size(targets - predictions)
        return cls(predictions, step_errors, step_errors.mean(axis=1))


class StepMeans:
    """Collect predictions and errors of one step of each row, batch by batch.

    A row shares its positions with its neighbours, so that each prediction belongs to
    many rows, and to another step of each.

    Parameters
    ----------
    rows : Sequences
        The rows.
    step : int
        Step of a row that is its own sample.
    first_target : int
        Step of a row that the first target of its first position is.
    """

    def __init__(self, rows: Sequences, step: int, *, first_target: int) -> None:
        self.step = step
        self.n_covering = 0  # positions of a row that predict the step
        self._rows = rows
        self._first_target = first_target
        self._sums = np.zeros((2, rows.n_rows * rows.values.shape[2]))
        self._n_seen = 0

    def add(self, judged: Judged) -> None:
        """Take in the next positions, in their order."""
        n, n_steps, _ = judged.predictions.shape
        # A row has `n_more + 1` positions; target k of position f is its step
        # `first_target + f + k`.
        n_more = self._rows.window - self._first_target - n_steps
        ahead = self.step - self._first_target
        targets = np.arange(max(0, ahead - n_more), min(n_steps - 1, ahead) + 1)
        self.n_covering = len(targets)
        per_sequence = self._rows.rows_per_sequence
        position = np.arange(self._n_seen, self._n_seen + n)
        self._n_seen += n
        if not self.n_covering:
            return
        sequence, position = np.divmod(position, per_sequence + n_more)
        row = position[:, np.newaxis] - ahead + targets
        inside = (row >= 0) & (row < per_sequence)
        row += sequence[:, np.newaxis] * per_sequence
        self._add_at(row[inside], judged.predictions[:, targets][inside], 0)
        self._add_at(row[inside], judged.step_errors[:, targets][inside], 1)

    def means(self) -> tuple[Floats, Floats]:
        """Return expected values and own errors, each (n_rows, n_channels)."""
        shape = (2, self._rows.n_rows, -1)
        expected, own_errors = self._sums.reshape(shape) / self.n_covering
        return expected, own_errors

    def _add_at(self, row: NDArray[np.intp], values: Float32s, which: int) -> None:
        if not len(row):
            return
        n_channels = values.shape[1]
        cells = row[:, np.newaxis] * n_channels + np.arange(n_channels)
        first = int(cells.min())
        sums = np.bincount((cells - first).ravel(), values.ravel())
        self._sums[which, first : first + len(sums)] += sums
