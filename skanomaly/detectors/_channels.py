"""Channels of rows: what each model sees of them, and how their errors become one."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._calibration import POWER, Calibration, power_mean, shares
from skanomaly.windows import Sequences

Floats = NDArray[np.float64]

# Ways to combine the errors of channels, with the exponent of a power mean.
POWERS = {"power": POWER, "max": np.inf}


@dataclass(frozen=True)
class ChannelLayout:
    """Channels that each model sees.

    Parameters
    ----------
    kind : {"joint", "shared", "separate"}
        Whether one model sees all channels at once, one model sees each channel by
        itself, or each channel has a model.
    n_channels : int
        Number of values per step.
    """

    kind: str
    n_channels: int

    @classmethod
    def of(cls, kind: str, n_channels: int) -> Self:
        """Return the layout, which makes no difference for a single channel."""
        return cls(kind if n_channels > 1 else "joint", n_channels)

    @property
    def n_models(self) -> int:
        """Number of models."""
        return self.n_channels if self.kind == "separate" else 1

    @property
    def n_groups(self) -> int:
        """Number of groups of channels that a model sees at once."""
        return 1 if self.kind == "joint" else self.n_channels

    @property
    def n_seen(self) -> int:
        """Number of channels that a model sees at once."""
        return self.n_channels // self.n_groups

    def arranged(self, rows: Sequences) -> Sequences:
        """Return rows with a sequence per channel, unless a model sees all at once."""
        return rows if self.kind == "joint" else rows.by_channel()

    def parts(self, rows: Sequences) -> list[Sequences]:
        """Return what each model sees of rows."""
        return self.arranged(rows).parts(self.n_models)

    def by_row(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return values of arranged rows in the shape (n_rows, n_channels)."""
        if self.kind == "joint":
            return values
        return np.ascontiguousarray(values.reshape(self.n_channels, -1).T)

    def by_sequence(self, values: Float32s, n_sequences: int) -> Float32s:
        """Return values of the positions of arranged rows by those of the rows.

        Parameters
        ----------
        values : ndarray of shape (n, n_steps, n_seen)
            Values of all positions.
        n_sequences : int
            Number of sequences of the rows before they were arranged.

        Returns
        -------
        ndarray of shape (n_sequences, n_positions, n_steps, n_channels)
        """
        shape = (self.n_groups, n_sequences, -1, *values.shape[1:])
        by_channel = np.moveaxis(values.reshape(shape), 0, 3)
        joined: Float32s = by_channel.reshape(*by_channel.shape[:3], -1)
        return joined


@dataclass(frozen=True)
class Combination:
    """Error of a row, from the errors of its channels.

    Parameters
    ----------
    n_channels : int
        Number of channels.
    calibration : Calibration or None
        Scale on which channels are comparable. None takes the mean of their errors.
    power : float
        Exponent of the power mean of errors on that scale.
    """

    n_channels: int
    calibration: Calibration | None = None
    power: float = POWER

    @property
    def unit(self) -> Floats | float:
        """Error of a channel by itself that contributes 1, if channels are averaged."""
        spread = 1.0 if self.calibration is None else self.calibration.spread
        return self.n_channels * spread

    def contributions(self, apart: Floats) -> Floats:
        """Return the contribution of each channel to the error of each row."""
        if self.n_channels == 1:
            return apart
        if self.calibration is None:
            return apart / self.n_channels
        levels = self.calibration.levels(apart)
        # Back from the logarithm, so that an error of twice the size counts twice.
        total = np.exp2(power_mean(levels, 1, self.power)) - 1
        return shares(levels, total, self.power)
