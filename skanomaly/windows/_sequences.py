"""Rows of windows, held as the few sequences that they are cut from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._ignored import Mask, bridged, check_ignored, near
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


def to_float32(values: NDArray[Any], *, first_row: int = 0) -> NDArray[np.float32]:
    """Return values in the precision of networks, or raise if they do not fit into it.

    Parameters
    ----------
    values : ndarray
        Values of the input.
    first_row : int, default=0
        Number of rows before those of the input, which messages do not count.

    Returns
    -------
    values : ndarray
        The same in float32.

    Raises
    ------
    ValueError
        If a value is NaN, infinite or too large.
    """
    with np.errstate(over="ignore"):
        small = np.asarray(values, dtype=np.float32)
    if not np.isfinite(small).all():
        check_finite(values, first_row=first_row)
        raise ValueError(
            f"X contains values up to {np.abs(values).max():.3g}, which is too "
            "large for float32. Scale X, for instance with StandardScaler."
        )
    return small


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
    ignored : ndarray of shape (n_sequences, n_steps) of bool, or None
        Steps that nothing is learned from, whose values are interpolated. None if there
        are none.
    """

    values: NDArray[np.float32]
    window: int
    samples: NDArray[Any] | None = None
    ignored: Mask | None = None

    @classmethod
    def from_rows(
        cls, X: NDArray[Any], n_channels: int, ignored: Mask | None = None
    ) -> "Sequences":
        """Make one sequence from windows of a series, else one from each row.

        Parameters
        ----------
        X : ndarray of shape (n_rows, window * n_channels)
            Rows.
        n_channels : int
            Number of values per step.
        ignored : ndarray of shape (n_rows,) of bool or None, default=None
            Rows whose own sample is ignored. Steps that are NaN are ignored. Without
            NaN, it is not known which step of its row a sample is: all are ignored.
        """
        window = X.shape[1] // n_channels
        series = as_series(X, n_channels, gaps=ignored is not None)
        source = X if series is None else series
        steps = None
        if ignored is not None:
            if series is None:
                steps = np.repeat(ignored[:, np.newaxis], window, axis=1)
                source = np.where(ignored[:, np.newaxis], 0, source)
            else:
                steps = _ignored_steps(series, ignored, window)
                source = series = bridged(series, steps[0])
        values = to_float32(source, first_row=0 if series is None else window - 1)
        n_sequences = len(X) if series is None else 1
        samples = None if series is None else series[window - 1 :]
        values = values.reshape(n_sequences, -1, n_channels)
        sequences = cls(values, window, samples, steps)
        if steps is not None:
            check_ignored(sequences.untouched(window), window)
        return sequences

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
        return row_means(by_sequence, by_sequence.shape[1] - self.rows_per_sequence + 1)

    @property
    def longest(self) -> int:
        """Number of steps of the longest part of a sequence that is not ignored."""
        if self.ignored is None:
            return int(self.values.shape[1])
        ends = np.pad(self.ignored, [(0, 0), (1, 1)], constant_values=True)
        return int(np.diff(np.flatnonzero(ends)).max()) - 1

    def untouched(self, length: int, step: int = 1) -> NDArray[np.intp] | None:
        """Return the windows without an ignored step, or None if that is all.

        Parameters
        ----------
        length : int
            Number of steps in a window; that of rows for the rows.
        step : int, default=1
            Number of steps from one window to the next.
        """
        if self.ignored is None:
            return None
        touched = np.stack([near(one, 0, length - 1) for one in self.ignored])
        n_positions = self.values.shape[1] - length + 1
        return np.flatnonzero(~touched[:, :n_positions:step])

    def learned_from(self, by_row: NDArray[Any]) -> NDArray[Any]:
        """Return the values of rows without an ignored step, of those of all rows."""
        rows = self.untouched(self.window)
        return by_row if rows is None else by_row[rows]

    def at_step(self, step: int) -> NDArray[np.float32]:
        """Return one step of each row, of shape (n_rows, n_channels)."""
        stop = step + self.rows_per_sequence
        return self.values[:, step:stop].reshape(self.n_rows, -1)

    def by_channel(self) -> "Sequences":
        """Return each channel as sequences of its own: all of the first one first."""
        apart = np.moveaxis(self.values, 2, 0)
        values = np.ascontiguousarray(apart).reshape(-1, self.values.shape[1], 1)
        ignored = self.ignored
        if ignored is not None:
            ignored = np.tile(ignored, (self.values.shape[2], 1))
        return Sequences(values, self.window, ignored=ignored)

    def parts(self, n_parts: int) -> list["Sequences"]:
        """Return the sequences in parts of equal numbers, in their order."""
        length = len(self.values) // n_parts
        return [self._part(slice(i * length, (i + 1) * length)) for i in range(n_parts)]

    def spread(self, n_rows: int) -> list["Sequences"]:
        """Return about a number of rows, in runs that are evenly spaced over all rows.

        Parameters
        ----------
        n_rows : int
            Number of rows. If there are fewer, all are returned.
        """
        if n_rows >= self.n_rows:
            return [self]
        known = self.untouched(self.window)
        if not self.is_series:
            known = np.arange(len(self.values)) if known is None else known
            return [self._part(_spread_over(known, min(n_rows, len(known))))]
        length = max(1, n_rows // (N_RUNS * len(self.values)))
        last = self.rows_per_sequence - length
        starts = np.arange(last + 1)
        if known is not None:
            # All sequences of a series have the same ignored steps.
            starts = np.minimum(known[known < self.rows_per_sequence], last)
        reach = length + self.window - 1
        return [
            self._part(slice(None), slice(start, start + reach))
            for start in _spread_over(starts, N_RUNS)
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
        known = self.untouched(self.window)
        n_rows = self.n_rows if known is None else len(known)
        start = validation_start(n_rows, fraction, gap=gap)
        if start is None:
            return self, None
        if known is not None:
            start = int(known[start])
        parts = slice(start), slice(start, None)
        if self.is_series:
            training, validation = (self._part(slice(None), part) for part in parts)
        else:
            training, validation = map(self._part, parts)
        return training, validation

    def _part(self, sequences: Any, steps: slice = slice(None)) -> "Sequences":
        """Return some steps of some sequences."""
        ignored = None if self.ignored is None else self.ignored[sequences, steps]
        return Sequences(self.values[sequences, steps], self.window, ignored=ignored)


def row_means(values: NDArray[Any], width: int) -> NDArray[np.float64]:
    """Return the mean of the values that belong to each row.

    Parameters
    ----------
    values : ndarray of shape (n_sequences, n_positions, ...)
        One value per position in each sequence.
    width : int
        Number of positions in a row, at most `n_positions`.

    Returns
    -------
    means : ndarray of shape (n_sequences * (n_positions - width + 1), ...)

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import row_means
    >>> row_means(np.array([[1.0, 3.0, 7.0], [0.0, 0.0, 4.0]]), 2)
    array([2., 5., 0., 2.])
    """
    if values.shape[1] == width:
        means: NDArray[np.float64] = values.mean(axis=1, dtype=np.float64)
        return means
    return np.concatenate([moving_mean(part, width) for part in values])


def _spread_over(places: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """Return `n` of some places, evenly spaced over all of them."""
    some = np.linspace(0, len(places) - 1, n)
    spread: NDArray[np.intp] = places[some.astype(np.intp)]
    return spread


def _ignored_steps(series: NDArray[Any], ignored: Mask, window: int) -> Mask:
    """Return the ignored steps of the windows of a series, of shape (1, n_steps)."""
    steps: Mask = np.isnan(series).any(axis=1)
    if not steps.any():
        steps = near(np.append(ignored, np.zeros(window - 1, bool)), window - 1, 0)
    return steps[np.newaxis]
