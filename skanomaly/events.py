"""From one label or score per sample to events, and back."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_finite


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


def find_events(
    y_or_scores: ArrayLike,
    *,
    offset: float | None = None,
    channel_errors: ArrayLike | None = None,
    channel_names: Sequence[Any] | None = None,
    index: Any = None,
    min_length: int = 1,
    merge_gap: int = 0,
) -> list[Event]:
    """Find the events in labels or scores of consecutive samples.

    Parameters
    ----------
    y_or_scores : array-like of shape (n_samples,)
        With `offset`, scores as ``score_samples`` returns them: anomalous where below
        the offset. Without it the type decides:

        - integers or booleans are labels: {+1, -1} as ``predict`` returns them with -1
          anomalous, or truth in {0, 1} with 1 anomalous. Nothing but 1 is a series of
          normal labels;
        - floating-point numbers are values of ``decision_function``: anomalous where
          negative. Nothing but 0.0 and 1.0, both present, looks like truth that became
          floating-point and is refused.
    offset : float, default=None
        The detector's ``offset_``.
    channel_errors : array-like of shape (n_samples, n_channels), default=None
        Error of each channel, as ``score_channels`` returns it. The channel with the
        largest mean over an event is the one to blame.
    channel_names : sequence of length n_channels, default=None
        Names to report in place of channel numbers.
    index : sequence of length n_samples, default=None
        Times of the samples: a pandas index or series, an array or a list. The stop
        time of an event that lasts to the end is one more step away; it is None where
        that step is not known.
    min_length : int, default=1
        Drop events of fewer samples, after merging.
    merge_gap : int, default=0
        Merge events separated by at most this many normal samples.

    Returns
    -------
    events : list of Event
        In the order of time; no two overlap or touch.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    Warns
    -----
    UserWarning
        If there is no offset and all values are negative: they may be scores.

    See Also
    --------
    events_to_labels : The inverse.

    Examples
    --------
    >>> from skanomaly import find_events
    >>> scores = [-1.0, -5.0, -9.0, -1.0, -6.0, -1.0]
    >>> for event in find_events(scores, offset=-4.0):
    ...     print(event.start, event.stop, event.peak, event.severity)
    1 3 2 5.0
    4 5 4 2.0
    >>> len(find_events(scores, offset=-4.0, merge_gap=1))
    1
    """
    _check_count("min_length", min_length, least=1)
    _check_count("merge_gap", merge_gap, least=0)
    anomalous, scores, offset = _read(y_or_scores, offset)
    n_samples = anomalous.size
    errors = None
    if channel_errors is not None:
        errors = _check_channels(channel_errors, n_samples, channel_names)
    elif channel_names is not None:
        raise ValueError("channel_names needs channel_errors: pass score_channels(X).")
    # Positions, not labels, also where the times are a pandas Series.
    times = getattr(index, "iloc", index)
    if index is not None and len(index) != n_samples:
        raise ValueError(
            f"index has {len(index)} entries for {n_samples} samples: pass the times "
            "of these very samples."
        )

    events = []
    for start, stop in _runs(anomalous, merge_gap):
        if stop - start < min_length:
            continue
        peak, peak_score, severity, channel = start, nan, nan, None
        if scores is not None:
            peak = start + int(np.argmin(scores[start:stop]))
            peak_score = float(scores[peak])
            severity = offset - peak_score
        if errors is not None:
            channel = int(np.argmax(errors[start:stop].mean(axis=0)))
            if channel_names is not None:
                channel = channel_names[channel]
        when = (None, None, None)
        if index is not None:
            when = times[start], _stop_time(times, stop, n_samples), times[peak]
        events.append(
            Event(start, stop, stop - start, peak, peak_score, severity, channel, *when)
        )
    return events


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
    _check_count("n_samples", n_samples, least=0)
    labels = np.ones(n_samples, dtype=np.int64)
    for event in events:
        if not 0 <= event.start < event.stop <= n_samples:
            raise ValueError(
                f"event [{event.start}, {event.stop}) does not lie within {n_samples} "
                "samples: pass the length of the series in which it was found."
            )
        labels[event.start : event.stop] = -1
    return labels


def _read(
    y_or_scores: ArrayLike, offset: float | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64] | None, float]:
    """Return what is anomalous, the scores if these are scores, and their offset."""
    values = np.asarray(y_or_scores)
    if values.ndim != 1:
        raise ValueError(
            f"y_or_scores must be one value per sample, got an array of shape "
            f"{values.shape}: pass the result of predict(X) or score_samples(X)."
        )
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"y_or_scores must be numbers or booleans, got values of type "
            f"{values.dtype}: convert labels to +1 (normal) and -1 (anomalous)."
        )
    check_finite(values, name="y_or_scores")
    if offset is None and values.dtype.kind != "f":
        return is_anomalous(values, name="y_or_scores"), None, nan
    scores = values.astype(np.float64, copy=False)
    if offset is None:
        _refuse_truth(scores)
        # Labels that are floating-point numbers are all -1.
        if scores.size and scores.max() < 0 and np.ptp(scores) > 0:
            warnings.warn(
                "all values are negative, so the whole series is one event. If these "
                "are scores and no values of decision_function, pass their offset.",
                UserWarning,
                stacklevel=3,
            )
    limit = 0.0 if offset is None else float(offset)
    if np.isnan(limit):
        raise ValueError("offset is NaN: pass the offset_ of a fitted detector.")
    return scores < limit, scores, limit


def is_anomalous(labels: NDArray[Any], *, name: str) -> NDArray[np.bool_]:
    """Tell which labels are those of anomalies.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,), of integers or booleans
        {+1, -1} with -1 anomalous, or {0, 1} with 1 anomalous. Nothing but 1 belongs to
        both kinds and is a series without an anomaly, which is the usual one; True is
        always anomalous.
    name : str
        What to call the labels in the error.

    Returns
    -------
    anomalous : ndarray of shape (n_samples,), of booleans

    Raises
    ------
    ValueError
        If there are other values.
    """
    if labels.dtype.kind == "b":
        return labels
    found = set(np.unique(labels).tolist())
    for kind, anomaly in (({-1, 1}, -1), ({0, 1}, 1)):
        if found <= kind:
            anomalous: NDArray[np.bool_] = labels == anomaly
            return anomalous
    raise ValueError(
        f"{name} must hold labels in {{+1, -1}} (-1 anomalous) or in {{0, 1}} (1 "
        f"anomalous), got {sorted(found)[:5]}. Pass scores, as floating-point numbers, "
        "together with their offset."
    )


def runs(anomalous: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the maximal runs start, and where they stop: after their last."""
    edges = np.flatnonzero(np.diff(anomalous, prepend=False, append=False))
    return edges[::2], edges[1::2]


def _refuse_truth(values: NDArray[np.float64]) -> None:
    is_one = values == 1
    if is_one.any() and not is_one.all() and (is_one | (values == 0)).all():
        raise ValueError(
            "y_or_scores holds nothing but 0.0 and 1.0: if this is truth, pass "
            "y.astype(int); if these are values of decision_function, pass offset=0."
        )


def _runs(anomalous: NDArray[np.bool_], merge_gap: int) -> list[tuple[int, int]]:
    """Return the maximal runs as (start, stop), near ones merged."""
    starts, stops = runs(anomalous)
    apart = starts[1:] - stops[:-1] > merge_gap
    starts = starts[np.r_[True, apart][: starts.size]]
    stops = stops[np.r_[apart, True][: stops.size]]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _stop_time(times: Any, stop: int, n_samples: int) -> Any:
    if stop < n_samples:
        return times[stop]
    if n_samples < 2:
        return None
    last, before = times[n_samples - 1], times[n_samples - 2]
    try:
        return last + (last - before)
    except TypeError:  # Times that are texts have no step.
        return None


def _check_channels(
    channel_errors: ArrayLike, n_samples: int, names: Sequence[Any] | None
) -> NDArray[np.float64]:
    errors = np.asarray(channel_errors, dtype=np.float64)
    if errors.ndim != 2 or len(errors) != n_samples:
        raise ValueError(
            f"channel_errors must have shape ({n_samples}, n_channels), got "
            f"{errors.shape}: pass score_channels(X) of the same rows."
        )
    check_finite(errors, name="channel_errors")
    if names is not None and len(names) != errors.shape[1]:
        raise ValueError(
            f"channel_names has {len(names)} names for {errors.shape[1]} channels: "
            "pass one name per column of channel_errors."
        )
    return errors


def _check_count(name: str, value: Any, *, least: int) -> None:
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"{name} must be an integer of at least {least}, got {value!r}."
        )
