"""Events, and their conversion to labels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import nan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skanomaly._validation import check_count

_PLACES = ("start", "stop", "peak", "span_start", "span_stop")


class Interval(Protocol):
    """Samples from `start` up to, but not including, `stop`."""

    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...


@dataclass(frozen=True)
class Event:
    """Run of anomalous samples, the half-open interval ``[start, stop)``.

    ``pandas.DataFrame(events)`` converts a list of events to a table.

    Parameters
    ----------
    start, stop : int
        Position of the first sample of the event and of the sample after its last.
    length : int
        Number of samples, ``stop - start``.
    peak : int
        Position of the most abnormal sample, the first one if several are equal. Equal
        to `start` for events found in labels.
    peak_score : float, default=nan
        Score of the peak. NaN for events found in labels.
    severity : float, default=nan
        How far the peak score is from the usual one, in units of how far the threshold
        is, see :func:`skanomaly.events.severity` (``>= 1``). NaN for events found in
        labels.
    channel : int, str or None, default=None
        The channel with the largest mean error, by name if channel names are known.
        None if the channel errors are not known.
    start_time, stop_time, peak_time : timestamp, number or None, default=None
        Entries of the index at `start`, `stop` and `peak`. None without an index.
    span_start, span_stop : int or None, default=None
        Position of the first sample of the run of abnormal scores that the event was
        found in, and of the sample after its last. Equal to `start` and `stop` if the
        event was not cut back to its extent.

    Examples
    --------
    >>> from skanomaly import Event
    >>> Event(start=3, stop=5, length=2, peak=4, peak_score=-9.0, severity=2.0).stop
    5
    """

    start: int
    stop: int
    length: int
    peak: int
    peak_score: float = nan
    severity: float = nan
    channel: Any = None
    start_time: Any = None
    stop_time: Any = None
    peak_time: Any = None
    span_start: int | None = None
    span_stop: int | None = None

    def shifted(self, n_samples: int) -> "Event":
        """Return the event in a series with so many more samples before it.

        Parameters
        ----------
        n_samples : int
            Number of samples that are added to all positions. Times are kept.

        Returns
        -------
        event : Event
            The same event at other positions.

        Examples
        --------
        >>> from skanomaly import Event
        >>> event = Event(start=3, stop=5, length=2, peak=4).shifted(100)
        >>> event.start, event.stop, event.peak, event.span_start
        (103, 105, 104, None)
        """
        places = {name: getattr(self, name) for name in _PLACES}
        moved = {k: n + n_samples for k, n in places.items() if n is not None}
        return replace(self, **moved)


def events_to_labels(events: Iterable[Interval], n_samples: int) -> NDArray[np.int64]:
    """Convert events to labels: -1 within an event, +1 elsewhere.

    Parameters
    ----------
    events : iterable of Event or Extent
        Intervals with ``start`` and ``stop``. They may overlap.
    n_samples : int
        Number of samples in the series.

    Returns
    -------
    labels : ndarray of shape (n_samples,), values in {+1, -1}
        Labels as returned by ``predict``.

    Raises
    ------
    ValueError
        If `n_samples` is negative or an event does not lie within the series.

    See Also
    --------
    find_events : Find the events in labels or scores.

    Examples
    --------
    >>> from skanomaly import events_to_labels, find_events
    >>> events_to_labels(find_events([1, -1, -1, 1]), n_samples=4)
    array([ 1, -1, -1,  1])
    """
    check_count("n_samples", n_samples, least=0)
    labels = np.ones(n_samples, dtype=np.int64)
    for event in events:
        if not 0 <= event.start < event.stop <= n_samples:
            raise ValueError(
                f"event [{event.start}, {event.stop}) does not lie within {n_samples} "
                "samples. Pass the length of the series in which it was found."
            )
        labels[event.start : event.stop] = -1
    return labels
