"""Scores, alarms and events that a block has made known."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.events import Event

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StreamUpdate:
    """Scores, alarms and events that the samples of a block have made known.

    Parameters
    ----------
    first : int
        Position of the sample that the first score belongs to; negative before the
        first sample.
    scores : ndarray of shape (n,)
        Scores of consecutive samples; NaN of those without a whole window before them.
    labels : ndarray of shape (n,)
        -1 for samples with an alarm: those that score below the offset or, with
        ``k_of_n`` of the rule, at which enough do. +1 for others.
    opened : tuple of int
        Positions at which an alarm began while no other was open.
    closed : tuple of Event
        Events that can no longer change, as they are found in a whole series. One
        alarm may turn out to be several events, or none.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.streaming import StreamUpdate
    >>> update = StreamUpdate(7, np.array([-1.0, -5.0]), np.array([1, -1]), (8,), ())
    >>> update.positions
    array([7, 8])
    """

    first: int
    scores: Floats
    labels: NDArray[np.int64]
    opened: tuple[int, ...]
    closed: tuple[Event, ...]

    @property
    def positions(self) -> NDArray[np.intp]:
        """Position of the sample that each score belongs to."""
        return self.first + np.arange(len(self.scores))

    @classmethod
    def of(
        cls,
        first: int,
        scores: Floats,
        in_alarm: NDArray[np.bool_],
        opened: list[int],
        closed: list[Event],
    ) -> Self:
        """Return the update of samples, some of which are in an alarm."""
        labels = np.where(in_alarm, -1, 1)
        return cls(first, scores, labels, tuple(opened), tuple(closed))
