"""An event, and its way back to labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._validation import check_count


@dataclass(frozen=True)
class Event:
    """A run of anomalous samples: ``[start, stop)``, the stop not included.

    A list of events makes a table: ``pandas.DataFrame(events)``.

    Parameters
    ----------
    start, stop : int
        First sample of the event, and the one after its last.
    length : int
        ``stop - start``.
    peak : int
        The most abnormal sample, the first of equals; for labels that is `start`.
    peak_score : float
        Score of the peak; NaN for labels.
    severity : float
        How far the peak lies beyond the threshold, in units of the error (``>= 0``);
        NaN for labels.
    channel : int, str or None
        The channel to blame, by name where there are names; None if not known.
    start_time, stop_time, peak_time : timestamp, number or None
        Entries of the index at `start`, `stop` and `peak`; None without an index.

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


def events_to_labels(events: Iterable[Event], n_samples: int) -> NDArray[np.int64]:
    """Label each sample: -1 within an event, +1 elsewhere.

    Parameters
    ----------
    events : iterable of Event
        Events with ``start`` and ``stop``; they may overlap.
    n_samples : int
        Number of samples in the series.

    Returns
    -------
    labels : ndarray of shape (n_samples,), values in {+1, -1}
        As ``predict`` returns them.

    Raises
    ------
    ValueError
        If an event does not lie within the series.

    See Also
    --------
    find_events : The inverse.

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
                "samples: pass the length of the series in which it was found."
            )
        labels[event.start : event.stop] = -1
    return labels
