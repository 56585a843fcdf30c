"""Search for events in labels or scores of samples."""

import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import nan
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._frames import as_pandas
from skanomaly._validation import check_count, check_finite
from skanomaly.events._decide import (
    check_k_of_n,
    is_below,
    merged,
    read_labels,
    recurring,
    runs,
)
from skanomaly.events._event import Event, events_to_labels
from skanomaly.events._extents import Extent
from skanomaly.events._ignore import outside
from skanomaly.events._severity import severity, usual_score


def find_events(
    y_or_scores: ArrayLike,
    *,
    offset: float | None = None,
    normal: float | None = None,
    channel_errors: ArrayLike | None = None,
    channel_names: Sequence[Any] | None = None,
    index: Any = None,
    extents: Sequence[Extent] | None = None,
    min_length: int = 1,
    merge_gap: int = 0,
    k_of_n: tuple[int, int] = (1, 1),
    ignore: Sequence[tuple[int, int]] = (),
) -> list[Event]:
    """Find the events in labels or scores of consecutive samples.

    Parameters
    ----------
    y_or_scores : array-like of shape (n_samples,)
        With `offset`, scores as returned by ``score_samples``: a sample is anomalous if
        its score is below the offset. Samples with a NaN score are never part of an
        event. Without `offset`, the dtype decides:

        - integers and booleans are labels: {+1, -1} as returned by ``predict``, with -1
          anomalous, or true labels in {0, 1}, with 1 anomalous. Labels that are all 1
          mean that no sample is anomalous;
        - floating-point numbers are values of ``decision_function``: a sample is
          anomalous if its value is negative. Values in {0.0, 1.0}, both present, are
          rejected, because they look like true labels converted to floating point.
    offset : float, default=None
        The ``offset_`` of the detector.
    normal : float, default=None
        Usual score, from which severities are measured, such as the median of the
        training scores. If None, the median of the scores that are passed.
    channel_errors : array-like of shape (n_samples, n_channels), default=None
        Error of each channel, as returned by ``score_channels``. The channel with the
        largest mean error over an event is reported. Rows may be NaN if the score is.
    channel_names : sequence of length n_channels, default=None
        Names to report instead of channel numbers.
    index : sequence of length n_samples, default=None
        Times of the samples: a pandas index or series, an array or a list. If an event
        lasts until the end of the series, its stop time is the last time plus the last
        time step, or None if that step cannot be computed.
    extents : sequence of Extent, default=None
        Where the anomalies are, as returned by :func:`skanomaly.events.extents`, in
        temporal order. Anomalous samples outside of them are in no event. If None, all
        are in one.
    min_length : int, default=1
        Minimum number of samples in an event. Shorter events are dropped, after
        merging.
    merge_gap : int, default=0
        Maximum number of normal samples between two events for these to be merged. A
        gap that contains a NaN score is never closed.
    k_of_n : (int, int), default=(1, 1)
        With ``(3, 5)``, an event needs three anomalous samples among five consecutive
        ones: it lasts while at least three of the last five are anomalous, and begins
        at the third.
    ignore : sequence of (int, int), default=()
        Start and stop of intervals without events. What an event has outside of them
        remains, whatever its length, from its first to its last anomalous sample.

    Returns
    -------
    events : list of Event
        Events sorted by time. They neither overlap nor touch.

    Raises
    ------
    ValueError
        If values, shapes, lengths or parameters are invalid.

    Warns
    -----
    UserWarning
        If there is no offset and all values are negative, as they may be scores.

    See Also
    --------
    events_to_labels : Convert events to labels.
    skanomaly.events.is_below : Decide which scores are anomalous.

    Examples
    --------
    >>> from skanomaly import find_events
    >>> scores = [-1.0, -5.0, -9.0, -1.0, -6.0, -1.0]
    >>> for event in find_events(scores, offset=-4.0, normal=-1.0):
    ...     print(event.start, event.stop, event.peak, event.severity)
    1 3 2 2.6666666666666665
    4 5 4 1.6666666666666667
    >>> len(find_events(scores, offset=-4.0, merge_gap=1))
    1
    """
    check_count("min_length", min_length, least=1)
    check_count("merge_gap", merge_gap, least=0)
    anomalous, scores, offset = _read(y_or_scores, offset)
    n_samples = anomalous.size
    unknown = np.zeros(n_samples, bool) if scores is None else np.isnan(scores)
    in_alarm = _in_alarm(anomalous, k_of_n, extents) & ~unknown
    errors = None
    if channel_errors is not None:
        errors = _check_channels(channel_errors, unknown, channel_names)
    elif channel_names is not None:
        raise ValueError("channel_names needs channel_errors. Pass score_channels(X).")
    times = _times_of(as_pandas(index), n_samples)

    usual = usual_score(scores) if normal is None and scores is not None else normal
    events = []
    long = _merged(in_alarm, unknown, merge_gap, min_length)
    for start, stop in outside(long, ignore, in_alarm):
        # An alarm goes on for some samples that are normal again.
        if not anomalous[start:stop].any():
            continue
        peak, channel, severe = start, None, (nan, nan)
        if scores is not None:
            peak = start + int(np.argmin(scores[start:stop]))
            severe = _severity_at(peak, scores, offset, usual)
        if errors is not None:
            channel = int(np.argmax(errors[start:stop].mean(axis=0)))
            if channel_names is not None:
                channel = channel_names[channel]
        when = (None, None, None)
        if index is not None:
            when = *_bounds_of(times, start, stop, n_samples), times[peak]
        found = start, stop, stop - start, peak, *severe, channel
        events.append(Event(*found, *when, *_span_of(start, stop, extents)))
    return events


def _in_alarm(
    anomalous: NDArray[np.bool_],
    k_of_n: tuple[int, int],
    extents: Sequence[Extent] | None,
) -> NDArray[np.bool_]:
    """Return the samples at which enough are anomalous, within extents."""
    alarm = recurring(anomalous, *check_k_of_n(k_of_n))
    if extents is not None:
        alarm = alarm & (events_to_labels(extents, len(alarm)) == -1)
    return alarm


def _severity_at(
    peak: int, scores: NDArray[np.float64], offset: float, usual: float | None
) -> tuple[float, float]:
    """Return the score of a peak and its severity."""
    score = float(scores[peak])
    assert usual is not None  # scores have a usual one
    return score, float(severity(score, offset=offset, normal=usual))


def _bounds_of(times: Any, start: int, stop: int, n_samples: int) -> tuple[Any, Any]:
    """Return the times of an event, of which the first is never the later one."""
    first, last = times[start], _stop_time(times, stop, n_samples)
    if last is None or not last < first:
        return first, last
    warnings.warn(
        "index is not in order: an event would stop before it starts. Sort the "
        "series by its index, the oldest sample first.",
        stacklevel=3,
    )
    return last, first


def _span_of(
    start: int, stop: int, extents: Sequence[Extent] | None
) -> tuple[int, int]:
    """Return start and stop of the spans that an event was found in."""
    if extents is None:
        return start, stop
    first = bisect_right(extents, start, key=attrgetter("stop"))
    last = bisect_left(extents, stop, key=attrgetter("start")) - 1
    return extents[first].span_start, extents[last].span_stop


def _read(
    y_or_scores: ArrayLike, offset: float | None
) -> tuple[NDArray[np.bool_], NDArray[np.float64] | None, float]:
    """Return the mask of anomalous samples, the scores (None for labels) and offset."""
    values = np.asarray(y_or_scores)
    if values.ndim != 1:
        raise ValueError(
            f"y_or_scores must be one value per sample, got an array of shape "
            f"{values.shape}. Pass the result of predict(X) or score_samples(X)."
        )
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"y_or_scores must be numbers or booleans, got values of type "
            f"{values.dtype}. Convert labels to +1 (normal) and -1 (anomalous)."
        )
    if offset is None and values.dtype.kind != "f":
        try:
            return read_labels(values, name="y_or_scores"), None, nan
        except ValueError as error:
            raise ValueError(f"{error} Pass scores with their offset.") from None
    check_finite(values, name="y_or_scores", allow_nan=True)
    scores = values.astype(np.float64, copy=False)
    if offset is None:
        known = scores[~np.isnan(scores)]
        _refuse_truth(known)
        # Negative values that are all equal may be the label -1 as floating point.
        if known.size and known.max() < 0 and np.ptp(known) > 0:
            warnings.warn(
                "all values are negative, so the whole series is one event. If these "
                "are scores and not values of decision_function, pass their offset.",
                UserWarning,
                stacklevel=3,
            )
    limit = 0.0 if offset is None else float(offset)
    if np.isnan(limit):
        raise ValueError("offset is NaN. Pass the offset_ of a fitted detector.")
    return is_below(scores, limit), scores, limit


def _refuse_truth(values: NDArray[np.float64]) -> None:
    is_one = values == 1
    if is_one.any() and not is_one.all() and (is_one | (values == 0)).all():
        raise ValueError(
            "y_or_scores holds only 0.0 and 1.0, which may be true labels or values of "
            "decision_function. Pass y.astype(int) for labels, or offset=0 for values "
            "of decision_function."
        )


def _merged(
    anomalous: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
    merge_gap: int,
    min_length: int,
) -> list[tuple[int, int]]:
    """Return long runs, merged before across short gaps without NaN scores."""
    starts, stops = runs(anomalous)
    n_unknown = np.concatenate([[0], np.cumsum(unknown)])
    apart = starts[1:] - stops[:-1] > merge_gap
    apart |= n_unknown[starts[1:]] > n_unknown[stops[:-1]]
    found = merged(starts, stops, apart)
    return [(start, stop) for start, stop in found if stop - start >= min_length]


def _times_of(index: Any, n_samples: int) -> Any:
    if index is not None and len(index) != n_samples:
        raise ValueError(
            f"index has {len(index)} entries for {n_samples} samples. Pass one time "
            "per sample."
        )
    # A pandas Series is indexed by label, but samples are numbered by position.
    return getattr(index, "iloc", index)


def _stop_time(times: Any, stop: int, n_samples: int) -> Any:
    if stop < n_samples:
        return times[stop]
    if n_samples < 2:
        return None
    last, before = times[n_samples - 1], times[n_samples - 2]
    try:
        return last + (last - before)
    except TypeError:  # Times given as strings cannot be subtracted.
        return None


def _check_channels(
    channel_errors: ArrayLike,
    unknown: NDArray[np.bool_],
    names: Sequence[Any] | None,
) -> NDArray[np.float64]:
    errors = np.asarray(channel_errors, dtype=np.float64)
    if errors.ndim != 2 or len(errors) != len(unknown):
        raise ValueError(
            f"channel_errors must have shape ({len(unknown)}, n_channels), got "
            f"{errors.shape}. Pass score_channels(X) of the same rows."
        )
    if unknown.any():
        errors = np.where(unknown[:, None], 0.0, errors)
    check_finite(errors, name="channel_errors")
    if names is not None and len(names) != errors.shape[1]:
        raise ValueError(
            f"channel_names has {len(names)} names for {errors.shape[1]} channels. "
            "Pass one name per column of channel_errors."
        )
    return errors
