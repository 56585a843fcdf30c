"""Inputs and targets of a model, cut from windows of sequences."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

# See `Examples.n_drawn`.
COVERAGE = 4
MIN_DRAWN = 2**15
# Number of values per scoring block: large enough for a small overhead per call, small
# enough to score a million samples in a few megabytes.
SCORING_VALUES = 2**15

Float32s = NDArray[np.float32]
Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Windows:
    """Windows of equal length from all sequences, which `take` copies.

    They are in the order of the sequences and, within a sequence, in time order.

    Parameters
    ----------
    values : ndarray of shape (n_sequences, n_steps, n_channels)
        Sequences.
    length : int
        Number of steps in a window.
    step : int, default=1
        Number of steps from one window to the next.
    """

    values: Float32s
    length: int
    step: int = 1

    @property
    def n_positions(self) -> int:
        """Number of windows in a sequence."""
        return max(0, int(self.values.shape[1] - self.length) // self.step + 1)

    @property
    def overlap(self) -> float:
        """Number of windows that share a step."""
        return max(1.0, min(self.length / self.step, self.n_positions))

    @cached_property
    def flat(self) -> Float32s:
        """All steps of all sequences, of shape (n_sequences * n_steps, n_channels)."""
        return np.ascontiguousarray(self.values).reshape(-1, self.values.shape[2])

    def __len__(self) -> int:
        return len(self.values) * self.n_positions

    def starts(self, positions: Positions) -> Positions:
        """Return the first step of windows, as an index into `flat`."""
        sequence, position = np.divmod(positions, self.n_positions)
        starts: Positions = sequence * self.values.shape[1] + position * self.step
        return starts

    def take(self, positions: Positions) -> Float32s:
        """Return a copy of windows, of shape (n_windows, length, n_channels)."""
        n_sequences, _, n_channels = self.values.shape
        by_sequence, by_step, by_channel = self.values.strides
        view = as_strided(
            self.values,
            shape=(n_sequences, self.n_positions, self.length, n_channels),
            strides=(by_sequence, self.step * by_step, by_step, by_channel),
            writeable=False,
        )
        taken: Float32s = view[np.divmod(positions, self.n_positions)]
        return taken


@dataclass(frozen=True)
class Examples:
    """Inputs and targets for training or scoring, as parts of windows.

    Parameters
    ----------
    windows : Windows
        One window per example.
    n_inputs : int
        Number of first steps of a window that are the inputs.
    target_steps : ndarray of shape (n_targets,) or (n_outputs, n_targets), default=None
        Steps of a window that are the targets. None uses the inputs as targets.
    centers : bool, default=False
        Whether the mean of each channel over the inputs is removed from them.
    keeps_level : bool, default=False
        Whether targets that are the inputs keep the mean that `centers` removes.
    positions : ndarray of shape (n_examples,), default=None
        Windows that are used. None uses all.
    """

    windows: Windows
    n_inputs: int
    target_steps: Positions | None = None
    centers: bool = False
    keeps_level: bool = False
    positions: Positions | None = None

    @property
    def count(self) -> int:
        """Number of examples."""
        return len(self.windows if self.positions is None else self.positions)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of an example that have targets of their own."""
        steps = self.target_steps
        return 1 if steps is None or steps.ndim == 1 else len(steps)

    @property
    def n_drawn(self) -> int:
        """Number of examples that each epoch draws.

        All examples or, for the overlapping windows of a long series, as many as cover
        each step about `COVERAGE` times, at least `MIN_DRAWN`.
        """
        return min(self.count, max(MIN_DRAWN, self.n_covering))

    @property
    def n_covering(self) -> int:
        """Number of examples that cover each step about `COVERAGE` times."""
        return int(COVERAGE * self.count / self.windows.overlap)

    @property
    def block_size(self) -> int:
        """Number of examples that are scored at once."""
        return block_size(self.n_inputs * self.windows.values.shape[2])

    def starts(self, some: Positions) -> Positions:
        """Return the first step of examples, as an index into ``windows.flat``."""
        return self.windows.starts(self._positions(some))

    def take(self, some: Positions) -> tuple[Float32s, Float32s]:
        """Return copies of the inputs and targets of examples."""
        taken = self.windows.take(self._positions(some))
        inputs = targets = taken[:, : self.n_inputs]
        if self.centers:
            inputs = inputs - inputs.mean(axis=1, keepdims=True)
        if self.target_steps is not None:
            targets = taken[:, self.target_steps]
        elif not self.keeps_level:
            targets = inputs
        return inputs, targets

    def subset(self, some: Positions) -> Self:
        """Return some of the examples."""
        return replace(self, positions=self._positions(some))

    def blocks(self, size: int | None = None) -> Iterator[tuple[Float32s, Float32s]]:
        """Yield inputs and targets of all examples, `size` or `block_size` at once."""
        size = self.block_size if size is None else size
        for start in range(0, self.count, size):
            yield self.take(np.arange(start, min(start + size, self.count)))

    def _positions(self, some: Positions) -> Positions:
        return some if self.positions is None else self.positions[some]


def block_size(n_values: int) -> int:
    """Return the number of examples of `n_values` values that are scored at once."""
    return max(8, min(1024, SCORING_VALUES // n_values))


def padded(values: Float32s, size: int) -> Float32s:
    """Return values with zeros appended, so that there are `size` examples.

    With a fixed size, an output does not depend on the other inputs of its block, bit
    for bit.
    """
    padding = [(0, size - len(values))] + [(0, 0)] * (values.ndim - 1)
    return np.pad(values, padding)
