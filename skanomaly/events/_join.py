"""Events of consecutive parts of a series."""

from collections.abc import Iterable
from dataclasses import replace

from skanomaly._validation import check_count
from skanomaly.events._event import Event


def join_events(
    events: Iterable[Event], *, min_length: int = 1, merge_gap: int = 0
) -> list[Event]:
    """Join events that touch, as where a series was cut, or are near.

    Parameters
    ----------
    events : iterable of Event
        Events found in scores, in order of time, with positions in the whole series.
    min_length : int, default=1
        Minimum number of samples in an event. Shorter events are dropped, after they
        were joined.
    merge_gap : int, default=0
        Maximum number of samples between two events that are joined.

    Returns
    -------
    events : list of Event
        Events, each with the peak of the most abnormal one that it was joined from.

    Examples
    --------
    >>> from skanomaly import Event
    >>> from skanomaly.events import join_events
    >>> parts = [
    ...     Event(start=8, stop=10, length=2, peak=9, peak_score=-5.0, severity=2.0),
    ...     Event(start=10, stop=13, length=3, peak=11, peak_score=-7.0, severity=3.0),
    ... ]
    >>> [(event.start, event.stop, event.peak) for event in join_events(parts)]
    [(8, 13, 11)]
    """
    check_count("min_length", min_length, least=1)
    check_count("merge_gap", merge_gap, least=0)
    joined: list[Event] = []
    for event in events:
        if joined and event.start - joined[-1].stop <= merge_gap:
            event = _union(joined.pop(), event)
        joined.append(event)
    return [event for event in joined if event.length >= min_length]


def _union(first: Event, second: Event) -> Event:
    worst = min(first, second, key=lambda event: event.peak_score)
    return replace(
        worst,
        start=first.start,
        stop=second.stop,
        length=second.stop - first.start,
        start_time=first.start_time,
        stop_time=second.stop_time,
        span_start=first.span_start,
        span_stop=second.span_stop,
    )
