"""Errors of several channels or detectors on one scale."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Quantile of the training errors that is 1 on the common scale.
USUAL = 0.99
# Exponent of the mean over channels and detectors: one that is far above its training
# errors counts, a few that are slightly above do not.
POWER = 4.0


@dataclass(frozen=True)
class Calibration:
    """Scale on which the errors of each column are comparable, from training errors.

    An error e becomes ``log2(1 + max(0, (e - center) / spread))``: 0 up to the median
    of the training errors, 1 at their 99th percentile.

    Parameters
    ----------
    center, spread : ndarray of shape (n_columns,)
        Median of the training errors, and the distance from it to the percentile.
    """

    center: Floats
    spread: Floats

    @classmethod
    def of(cls, errors: Floats) -> Self:
        """Learn the scale from training errors of shape (n_rows, n_columns).

        A spread is at least the bound, with 99 % confidence, on the mean of errors of
        size 1 that did not occur in as many rows: what never happened may yet happen
        at that rate.
        """
        center = np.median(errors, axis=0)
        spread = np.quantile(errors, USUAL, axis=0) - center
        least = -np.log(1 - USUAL) / len(errors)
        return cls(center, np.maximum(spread, least))

    @property
    def usual(self) -> Floats:
        """Error that has the level 1, of shape (n_columns,)."""
        usual: Floats = self.center + self.spread
        return usual

    def levels(self, errors: Floats) -> Floats:
        """Return errors of shape (n_rows, n_columns) on the common scale."""
        levels: Floats = errors - self.center
        np.maximum(levels, 0, out=levels)
        levels /= self.spread
        levels += 1
        return np.log2(levels, out=levels)


def power_mean(levels: Floats, axis: int, power: float = POWER) -> Floats:
    """Return the power mean of levels along an axis."""
    count = levels.shape[axis]
    means: Floats = np.linalg.norm(levels, power, axis=axis) / count ** (1 / power)
    return means


def shares(levels: Floats, total: Floats, power: float = POWER) -> Floats:
    """Return the part of each column in a total, which they sum to.

    Parameters
    ----------
    levels : ndarray of shape (n_rows, n_columns)
        Levels, from which the total was combined.
    total : ndarray of shape (n_rows,)
        Total, divided as the powers of the levels are. If all levels are 0, it is
        divided equally.
    """
    largest = levels.max(axis=1, keepdims=True)
    weights = (levels / np.where(largest > 0, largest, 1)) ** power
    sums = weights.sum(axis=1, keepdims=True)
    equal = np.full_like(weights, 1 / weights.shape[1])
    parts: Floats = total[:, np.newaxis] * np.divide(
        weights, sums, out=equal, where=sums > 0
    )
    return parts
