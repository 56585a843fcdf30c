"""Own error of a sample as a function of its value."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Curve(Protocol):
    """Own errors as a function of the value of a sample."""

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the values between which own errors are below a level."""


@dataclass(frozen=True, eq=False)
class OwnErrorCurve:
    """Own errors that samples have with other values, what is expected held fixed.

    A sample is predicted by several windows, and its own error is the mean of
    `error_size` over their residuals. The mean and the variance of the predictions
    determine it where no residual is beyond 1, and where all are. In between, two
    predictions of that mean and variance stand for all of them.

    Parameters
    ----------
    center : ndarray of shape (n_rows, n_channels)
        Mean of the predictions, in the unit of the rows.
    variance : ndarray of shape (n_rows, n_channels)
        Variance of the predictions.
    unit : float or ndarray of shape (n_channels,)
        Mean of `error_size` that is an own error of 1.
    """

    center: Floats
    variance: Floats
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
            Both are the mean of the predictions where no value has so small an error.
        """
        size = level * self.unit
        apart = np.sqrt(self.variance)
        # Solutions where neither, one or both of two residuals are beyond 1.
        below = np.sqrt(np.maximum(size - self.variance, 0))
        between = apart - 1 + np.sqrt(np.maximum(2 + 2 * size - 4 * apart, 0))
        beyond = np.broadcast_to((size + 1) / 2, apart.shape)
        distance = np.where(below + apart <= 1, below, between)
        distance = np.where(beyond - apart >= 1, beyond, distance)
        least = np.where(apart < 1, self.variance, 2 * apart - 1)
        distance = np.where(size > least, distance, 0)
        return self.center - distance, self.center + distance


class CurveSum:
    """Add own errors of several detectors as functions of the value of a sample."""

    def __init__(self) -> None:
        self._weights: Floats | float = 0.0
        self._sums: tuple[Floats | float, Floats | float] = (0.0, 0.0)

    def add(self, curve: OwnErrorCurve, scale: Floats) -> None:
        """Add own errors, each divided by the scale of its channel."""
        weights = 1 / (curve.unit * scale)
        means, squares = self._sums
        self._weights = self._weights + weights
        self._sums = (
            means + weights * curve.center,
            squares + weights * (curve.variance + curve.center**2),
        )

    def curve(self, divisor: float) -> OwnErrorCurve:
        """Return the sum, divided by a number."""
        center, squares = (np.asarray(one / self._weights) for one in self._sums)
        variance = np.maximum(squares - center**2, 0)
        return OwnErrorCurve(center, variance, divisor / self._weights)
