"""Own error of a sample as a function of its value."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Steps of Newton's method, which at least quarter the error left.
_STEPS = 12
# Slopes are positive; at the least error of all, rounding may leave less than that.
_LEAST_SLOPE = 1e-12
# Variances of less than that, relative to the square of the mean, are rounding.
_ROUNDING = 1e-9


class Curve(Protocol):
    """Own errors as a function of the value of a sample."""

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the values between which own errors are below a level."""


@dataclass(frozen=True, eq=False)
class OwnErrorCurve:
    """Own errors that samples have with other values, what is expected held fixed.

    A sample is predicted by several windows, and its own error is the mean of
    `error_size` over their residuals. Two predictions with the first three moments of
    all of them have the same error where no residual is beyond 1, or all are, and
    nearly the same in between.

    Parameters
    ----------
    center, squares, cubes : ndarray of shape (n_rows, n_channels)
        Means of the predictions, in the unit of the rows, of their squares and of their
        cubes.
    unit : float or ndarray of shape (n_channels,)
        Mean of `error_size` that is an own error of 1.
    """

    center: Floats
    squares: Floats
    cubes: Floats
    unit: Floats | float

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the values between which the own error of a channel is below a level.

        Parameters
        ----------
        level : float
            Own error, at least 0.

        Returns
        -------
        lower, upper : ndarray of shape (n_rows, n_channels)
            Values whose own error is the level, the other channels being as expected.
            Both are the mean of the predictions if the error there is not smaller.
        """
        size = np.broadcast_to(level * self.unit, self.center.shape)
        pair = self._pair()
        least = pair.sizes(np.zeros_like(size))
        is_open, size = least < size, np.maximum(least, size)
        above, below = pair.reach(size), pair.mirrored().reach(size)
        return (
            self.center - np.where(is_open, below, 0),
            self.center + np.where(is_open, above, 0),
        )

    def _pair(self) -> "_Pair":
        center = self.center
        with np.errstate(all="ignore"):  # of values without bounds, or without variance
            variance = self.squares - center**2
            third = self.cubes - center * (3 * variance + center**2)
            is_known = variance > _ROUNDING * center**2
            apart = np.sqrt(np.where(is_known, variance, 0.0))
            half = np.where(is_known, third / apart**3 / 2, 0.0)
        half = np.nan_to_num(half, posinf=0, neginf=0)
        root = np.sqrt(1 + half**2)
        first, second = apart * (half - root), apart * (half + root)
        return _Pair(first, second, (1 - half / root) / 2)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two predictions, by their distances from their mean, and the second's weight."""

    first: Floats
    second: Floats
    weight: Floats

    def mirrored(self) -> "_Pair":
        return _Pair(-self.first, -self.second, self.weight)

    def sizes(self, values: Floats) -> Floats:
        """Return the mean of `error_size` over the residuals of values."""
        return self._mean(*(_size(values - one) for one in (self.first, self.second)))

    def reach(self, size: Floats) -> Floats:
        """Return the largest values whose mean error has a size, by Newton's method.

        The error is convex, so that it falls to the size from where it is larger.
        """
        values = (size + 1) / 2
        for _ in range(_STEPS):
            slopes = self._mean(
                *(np.clip(values - one, -1, 1) for one in (self.first, self.second))
            )
            too_large = self.sizes(values) - size
            values = values - too_large / np.maximum(2 * slopes, _LEAST_SLOPE)
        return values

    def _mean(self, first: Floats, second: Floats) -> Floats:
        mean: Floats = first + self.weight * (second - first)
        return mean


def _size(residuals: Floats) -> Floats:
    sizes = np.abs(residuals)
    below = np.minimum(sizes, 1)
    counted: Floats = below * (2 * sizes - below)
    return counted


class CurveSum:
    """Add own errors of several detectors as functions of the value of a sample."""

    def __init__(self) -> None:
        self._weights: Floats | float = 0.0
        self._sums: list[Floats] = []

    def add(self, curve: OwnErrorCurve, scale: Floats) -> None:
        """Add own errors, each divided by the scale of its channel."""
        weights = 1 / (curve.unit * scale)
        self._weights = self._weights + weights
        powers = (curve.center, curve.squares, curve.cubes)
        if not self._sums:
            self._sums = [np.zeros_like(power) for power in powers]
        for total, power in zip(self._sums, powers, strict=True):
            total += weights * power

    def curve(self, divisor: float) -> OwnErrorCurve:
        """Return the sum, divided by a number; nothing can be added any more."""
        for total in self._sums:
            total /= self._weights
        center, squares, cubes = self._sums
        return OwnErrorCurve(center, squares, cubes, divisor / self._weights)
