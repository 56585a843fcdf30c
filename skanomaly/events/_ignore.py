"""Events without what is ignored of them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Interval = tuple[int, int]


def outside(
    events: Iterable[Interval],
    ignored: Sequence[Interval],
    anomalous: NDArray[np.bool_],
) -> list[Interval]:
    """Return events without the samples that are ignored.

    An event within an ignored interval is dropped. Of one that reaches into it, the
    parts outside remain, each from its first to its last anomalous sample.

    Parameters
    ----------
    events : iterable of (int, int)
        Start and stop of each event, in temporal order.
    ignored : sequence of (int, int)
        Start and stop of each ignored interval.
    anomalous : ndarray of shape (n_samples,) of bool
        Samples that an event may begin and end with.

    Returns
    -------
    outside : list of (int, int)
        Start and stop of each event, in temporal order.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import outside
    >>> outside([(1, 6), (8, 9)], [(2, 4), (7, 20)], np.ones(9, dtype=bool))
    [(1, 2), (4, 6)]
    """
    if not ignored:
        return list(events)
    found = []
    for event in events:
        for start, stop in _parts(event, ignored):
            places = start + np.flatnonzero(anomalous[start:stop])
            if places.size:
                found.append((int(places[0]), int(places[-1]) + 1))
    return found


def _parts(event: Interval, ignored: Sequence[Interval]) -> list[Interval]:
    """Return the parts of an event that no ignored interval covers."""
    parts = [event]
    for first, last in ignored:
        cut = [
            each
            for start, stop in parts
            for each in ((start, min(stop, first)), (max(start, last), stop))
        ]
        parts = [(start, stop) for start, stop in cut if start < stop]
    return parts
