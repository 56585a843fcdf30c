"""How rows flow through a detector: as a few sequences, never as many windows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from skanomaly._validation import check_finite
from skanomaly.windows._overlap import moving_mean
from skanomaly.windows._view import as_series

# A validation part smaller than this says little: neither the stopping of the
# training nor the threshold should hang on it.
MIN_VALIDATION_ROWS = 10
# See `Examples.n_drawn`.
COVERAGE = 4
MIN_DRAWN = 2**15
# Values that one scoring batch holds: large enough that the overhead of a call
# vanishes, small enough that a million samples are scored in a few megabytes.
SCORING_VALUES = 2**15


def validation_start(n_rows: int, fraction: float, *, gap: int) -> int | None:
    """Return where the last rows begin that are kept from training, and used elsewhere.

    None where fewer than ten of them, or less than half of the rows for training,
    `gap` rows apart from them, would remain.
    """
    start = n_rows - round(n_rows * fraction)
    if n_rows - start < MIN_VALIDATION_ROWS or start - gap < n_rows / 2:
        return None
    return start


@dataclass(frozen=True)
class Sequences:
    """Rows of `window` steps, held as the sequences that they are windows of.

    The rows of a series are one sequence of ``n_rows + window - 1`` steps.
    Independent records are as many sequences, each as long as one row. All that
    follows is the same for both.

    Attributes
    ----------
    values : ndarray of shape (n_sequences, n_steps, n_channels)
        Float32, as networks want them.
    window : int
        Steps in a row.
    samples : ndarray of shape (n_rows, n_channels) or None
        Last step of each row of a series, as precise as it came: the series itself,
        without the padding before it, where `Shingler` made the rows. None for records
        and parts.
    """

    values: NDArray[np.float32]
    window: int
    samples: NDArray[Any] | None = None

    @classmethod
    def from_rows(cls, X: NDArray[Any], n_channels: int) -> "Sequences":
        """Recognise the windows of a series; take other rows as records."""
        window = X.shape[1] // n_channels
        series = as_series(X, n_channels)
        source = X if series is None else series
        with np.errstate(over="ignore"):
            values = np.asarray(source, dtype=np.float32)
        if not np.isfinite(values).all():
            check_finite(source, first_row=0 if series is None else window - 1)
            raise ValueError(
                f"X holds values up to {np.abs(source).max():.3g}, which are too large "
                "for float32. Scale it, for instance with StandardScaler."
            )
        n_sequences = len(X) if series is None else 1
        samples = None if series is None else series[window - 1 :]
        return cls(values.reshape(n_sequences, -1, n_channels), window, samples)

    @property
    def rows_per_sequence(self) -> int:
        return int(self.values.shape[1]) - self.window + 1

    @property
    def n_rows(self) -> int:
        return len(self.values) * self.rows_per_sequence

    @property
    def is_series(self) -> bool:
        """Whether rows overlap, that is: whether time goes on from row to row."""
        return self.rows_per_sequence > 1

    def row_means(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Mean of the values that belong to each row.

        Parameters
        ----------
        values : ndarray of shape (n_sequences * n_positions, ...)
            One value for each position in each sequence; a row shares all of its
            positions but one with the next row.

        Returns
        -------
        ndarray of shape (n_rows, ...)
        """
        by_sequence = values.reshape(len(self.values), -1, *values.shape[1:])
        width = by_sequence.shape[1] - self.rows_per_sequence + 1
        if not self.is_series:
            means: NDArray[np.float64] = by_sequence.mean(axis=1, dtype=np.float64)
            return means
        return np.concatenate([moving_mean(part, width) for part in by_sequence])

    def at_step(self, step: int) -> NDArray[np.float32]:
        """Return one step of each row, shape (n_rows, n_channels)."""
        stop = step + self.rows_per_sequence
        return self.values[:, step:stop].reshape(self.n_rows, -1)

    def split(self, fraction: float) -> tuple["Sequences", "Sequences | None"]:
        """Split off the last rows for validation, a window after the others.

        Returns
        -------
        training : Sequences
        validation : Sequences or None
            None where fewer than ten rows, or less than half of the rows for
            training, would remain.
        """
        gap = self.window - 1 if self.is_series else 0
        start = validation_start(self.n_rows, fraction, gap=gap)
        if start is None:
            return self, None
        if self.is_series:
            training, validation = self.values[:, :start], self.values[:, start:]
        else:
            training, validation = self.values[:start], self.values[start:]
        return Sequences(training, self.window), Sequences(validation, self.window)


@dataclass(frozen=True)
class Windows:
    """Windows of equal length in all sequences: a view, copied where it is taken.

    Their order is that of the sequences, and in each that of time.
    """

    view: NDArray[np.float32]  # (n_sequences, n_positions, length, n_channels)
    overlap: float  # windows that share a step

    @classmethod
    def of(
        cls, values: NDArray[np.float32], length: int, *, step: int = 1
    ) -> "Windows":
        n_sequences, n_steps, n_channels = values.shape
        by_sequence, by_step, by_channel = values.strides
        n_positions = max(0, (n_steps - length) // step + 1)
        view = as_strided(
            values,
            shape=(n_sequences, n_positions, length, n_channels),
            strides=(by_sequence, step * by_step, by_step, by_channel),
            writeable=False,
        )
        return cls(view, overlap=max(1.0, min(length / step, n_positions)))

    def __len__(self) -> int:
        return int(self.view.shape[0] * self.view.shape[1])

    def take(self, positions: NDArray[np.intp]) -> NDArray[np.float32]:
        """Copy windows, as an array of shape (n_windows, length, n_channels)."""
        sequence, position = np.divmod(positions, self.view.shape[1])
        taken: NDArray[np.float32] = self.view[sequence, position]
        return taken


@dataclass(frozen=True)
class Examples:
    """What a network is trained on or asked for, copied where it is taken."""

    take: Callable[[NDArray[np.intp]], tuple[NDArray[Any], NDArray[Any]]]
    count: int
    size: int  # values in one example's input
    overlap: float  # examples that share a step

    @property
    def n_drawn(self) -> int:
        """Examples that an epoch draws, anew each time.

        All, but for the windows of a long series, which repeat each other: of them
        as many as show each step some `COVERAGE` times.
        """
        covering = int(COVERAGE * self.count / self.overlap)
        return min(self.count, max(MIN_DRAWN, covering))

    def subset(self, positions: NDArray[np.intp]) -> "Examples":
        """Return some of the examples, as examples of their own."""

        def take(some: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
            return self.take(positions[some])

        return Examples(take, len(positions), self.size, self.overlap)

    def batches(self) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        """Yield inputs, targets and the inputs padded to one fixed size.

        All batches having one size, an output is the same, bit by bit, whatever the
        company of its input, and one trace of a network serves them all.
        """
        size = max(8, min(1024, SCORING_VALUES // self.size))
        for start in range(0, self.count, size):
            positions = np.arange(start, min(start + size, self.count))
            inputs, targets = self.take(positions)
            padding = [(0, size - len(inputs))] + [(0, 0)] * (inputs.ndim - 1)
            yield inputs, targets, np.pad(inputs, padding)
