"""Rows of windows, held as the few sequences that they are cut from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._validation import check_finite
from skanomaly.windows._overlap import moving_mean
from skanomaly.windows._view import as_series

# A smaller validation part is too noisy for early stopping and for the threshold.
MIN_VALIDATION_ROWS = 10
# Number of runs that represent a long series.
N_RUNS = 16


def validation_start(n_rows: int, fraction: float, *, gap: int) -> int | None:
    """Return the index of the first row of the validation part, or None.

    Parameters
    ----------
    n_rows : int
        Number of rows, the last of which are the validation part.
    fraction : float
        Fraction of the rows in the validation part.
    gap : int
        Number of rows before the validation part that are not used for training.

    Returns
    -------
    start : int or None
        None if fewer than ten rows would be held out, or less than half of the rows
        remain for training.
    """
    start = n_rows - round(n_rows * fraction)
    if n_rows - start < MIN_VALIDATION_ROWS or start - gap < n_rows / 2:
        return None
    return start


@dataclass(frozen=True)
class Sequences:
    """Rows of `window` steps, held as the sequences that they are cut from.

    The rows of a series are held as one sequence of ``n_rows + window - 1`` steps,
    independent records as one sequence of `window` steps each. Methods treat both
    alike.

    Attributes
    ----------
    values : ndarray of shape (n_sequences, n_steps, n_channels)
        Values in float32, the precision of networks.
    window : int
        Number of steps in a row.
    samples : ndarray of shape (n_rows, n_channels) or None
        Last step of each row of a series, in the precision of the input. For rows of
        `Shingler` with ``align="end"`` this is the series without its padding. None for
        records, and for parts of a split.
    """

    values: NDArray[np.float32]
    window: int
    samples: NDArray[Any] | None = None

    @classmethod
    def from_rows(cls, X: NDArray[Any], n_channels: int) -> "Sequences":
        """Make one sequence from windows of a series, else one from each row."""
        window = X.shape[1] // n_channels
        series = as_series(X, n_channels)
        source = X if series is None else series
        with np.errstate(over="ignore"):
            values = np.asarray(source, dtype=np.float32)
        if not np.isfinite(values).all():
            check_finite(source, first_row=0 if series is None else window - 1)
            raise ValueError(
                f"X contains values up to {np.abs(source).max():.3g}, which is too "
                "large for float32. Scale X, for instance with StandardScaler."
            )
        n_sequences = len(X) if series is None else 1
        samples = None if series is None else series[window - 1 :]
        return cls(values.reshape(n_sequences, -1, n_channels), window, samples)

    @property
    def rows_per_sequence(self) -> int:
        """Number of rows in a sequence."""
        return int(self.values.shape[1]) - self.window + 1

    @property
    def n_rows(self) -> int:
        """Number of rows in all sequences."""
        return len(self.values) * self.rows_per_sequence

    @property
    def is_series(self) -> bool:
        """Whether rows overlap, so that time continues from row to row."""
        return self.rows_per_sequence > 1

    def row_means(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean of the values that belong to each row.

        Parameters
        ----------
        values : ndarray of shape (n_sequences * n_positions, ...)
            One value per position in each sequence. A row shares all but one of its
            positions with the next row.

        Returns
        -------
        means : ndarray of shape (n_rows, ...)
        """
        by_sequence = values.reshape(len(self.values), -1, *values.shape[1:])
        width = by_sequence.shape[1] - self.rows_per_sequence + 1
        if not self.is_series:
            means: NDArray[np.float64] = by_sequence.mean(axis=1, dtype=np.float64)
            return means
        return np.concatenate([moving_mean(part, width) for part in by_sequence])

    def at_step(self, step: int) -> NDArray[np.float32]:
        """Return one step of each row, of shape (n_rows, n_channels)."""
        stop = step + self.rows_per_sequence
        return self.values[:, step:stop].reshape(self.n_rows, -1)

    def by_channel(self) -> "Sequences":
        """Return each channel as sequences of its own: all of the first one first."""
        apart = np.moveaxis(self.values, 2, 0)
        values = np.ascontiguousarray(apart).reshape(-1, self.values.shape[1], 1)
        return Sequences(values, self.window)

    def parts(self, n_parts: int) -> list["Sequences"]:
        """Return the sequences in parts of equal numbers, in their order."""
        parts = np.split(self.values, n_parts)
        return [Sequences(values, self.window) for values in parts]

    def spread(self, n_rows: int) -> list["Sequences"]:
        """Return about a number of rows, in runs that are evenly spaced over all rows.

        Parameters
        ----------
        n_rows : int
            Number of rows. If there are fewer, all are returned.
        """
        if n_rows >= self.n_rows:
            return [self]
        if not self.is_series:
            some = np.linspace(0, len(self.values) - 1, n_rows).astype(np.intp)
            return [Sequences(self.values[some], self.window)]
        length = max(1, n_rows // (N_RUNS * len(self.values)))
        starts = np.linspace(0, self.rows_per_sequence - length, N_RUNS)
        reach = length + self.window - 1
        return [
            Sequences(self.values[:, start : start + reach], self.window)
            for start in starts.astype(np.intp)
        ]

    def split(self, fraction: float) -> tuple["Sequences", "Sequences | None"]:
        """Split off the last rows for validation, in a series after a gap of a window.

        Parameters
        ----------
        fraction : float
            Fraction of the rows in the validation part.

        Returns
        -------
        training : Sequences
            Rows for training.
        validation : Sequences or None
            None if fewer than ten rows would be held out, or less than half of the rows
            remain for training.
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
