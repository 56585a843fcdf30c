"""How far predictions are from events, and events from predictions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import (
    NO_ANOMALY,
    Runs,
    f_score,
    read_predictions,
    undefined,
)

Floats = NDArray[np.float64]


def affiliation_precision_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""How near to events the predictions are, against predictions at random.

    It works where a prediction just before or after an event is nearly right. It fails
    to count alarms: all that is predicted near one event counts as one.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    precision : float
        From 0 to 1; a prediction at random gets about one half. 0 where nothing is
        predicted, NaN (with a warning) where nothing is true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    affiliation_recall_score : How near to predictions the events are.
    affiliation_f_score : Their harmonic mean.

    Notes
    -----
    The series is cut into zones midway between neighbouring events. A predicted time at
    distance :math:`d` from the event of its zone is rated by the probability that a
    time drawn from the zone is farther away, and the event's precision is the mean over
    its zone's predictions. Zones without predictions are left out of the mean over
    events. A sample is the interval of time up to the next one.

    References
    ----------
    Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time series
    anomaly detection algorithms. KDD 2022. doi:10.1145/3534678.3539339

    Examples
    --------
    >>> from skanomaly.metrics import affiliation_precision_score
    >>> y_true = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    >>> affiliation_precision_score(y_true, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    1.0
    >>> affiliation_precision_score(y_true, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    0.7
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("affiliation_precision_score", NO_ANOMALY)
    return _precision(_Zones.of(truth, found))


def affiliation_recall_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""How near to predictions the events are, against predictions at random.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    recall : float
        From 0 to 1; a prediction at random gets about one half. NaN (with a warning)
        where nothing is true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    affiliation_precision_score : How near to events the predictions are.
    affiliation_f_score : Their harmonic mean.

    Notes
    -----
    With the zones of :func:`affiliation_precision_score`, a time of an event at
    distance :math:`d` from the nearest prediction in its zone is rated by the
    probability that a time drawn from the zone is farther from it than :math:`d`, by 0
    where the zone has none. The recall of an event is the mean over its times.

    References
    ----------
    Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time series
    anomaly detection algorithms. KDD 2022. doi:10.1145/3534678.3539339

    Examples
    --------
    >>> from skanomaly.metrics import affiliation_recall_score
    >>> y_true = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    >>> affiliation_recall_score(y_true, [0, 0, 0, 0, 1, 1, 0, 0, 0, 0])
    1.0
    >>> affiliation_recall_score(y_true, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    0.8
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("affiliation_recall_score", NO_ANOMALY)
    return _recall(_Zones.of(truth, found))


def affiliation_f_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Harmonic mean of affiliation precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    score : float
        From 0 to 1; predictions at random get about 0.6 or 0.7, so hold it against
        that. 0 where nothing is predicted, NaN (with a warning) where nothing is true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    event_f1_score : Counts events.

    References
    ----------
    Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time series
    anomaly detection algorithms. KDD 2022. doi:10.1145/3534678.3539339

    Examples
    --------
    >>> from skanomaly.metrics import affiliation_f_score
    >>> y_true = [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    >>> round(affiliation_f_score(y_true, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), 3)
    0.747
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("affiliation_f_score", NO_ANOMALY)
    zones = _Zones.of(truth, found)
    return f_score(_precision(zones), _recall(zones))


class _Zones(NamedTuple):
    """Events with the zones around them, and predictions cut at the zones' ends.

    All are times: a sample at position i lasts from i to i + 1.
    """

    start: Floats  # of each event
    stop: Floats
    first: Floats  # of each event's zone
    last: Floats
    zone: NDArray[np.intp]  # of each prediction, in the order of time
    begin: Floats
    end: Floats

    @classmethod
    def of(cls, truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> "_Zones":
        events, predicted = Runs.of(truth), Runs.of(found)
        start, stop = events.start.astype(float), events.stop.astype(float)
        border = (stop[:-1] + start[1:]) / 2
        first = np.concatenate([[0.0], border])
        last = np.concatenate([border, [float(len(truth))]])
        # A prediction takes part in each zone that it reaches into.
        from_zone = np.searchsorted(last, predicted.start, side="right")
        to_zone = np.searchsorted(first, predicted.stop, side="left")
        n_zones = to_zone - from_zone
        which = np.repeat(np.arange(len(n_zones)), n_zones)
        zone = np.arange(len(which)) + np.repeat(to_zone - np.cumsum(n_zones), n_zones)
        begin = np.maximum(predicted.start[which], first[zone])
        end = np.minimum(predicted.stop[which], last[zone])
        return cls(start, stop, first, last, zone, begin, end)


def _precision(zones: _Zones) -> float:
    start, stop, first, last, zone, begin, end = zones
    if not zone.size:
        return 0.0
    start, stop, first, last = start[zone], stop[zone], first[zone], last[zone]
    size, event = last - first, stop - start
    inside = np.maximum(0, np.minimum(end, stop) - np.maximum(begin, start))
    near = np.minimum(start - first, last - stop)
    rated = inside.copy()
    for closest, farthest in (
        (start - np.minimum(end, start), start - np.minimum(begin, start)),
        (np.maximum(begin, stop) - stop, np.maximum(end, stop) - stop),
    ):
        # Farther from the event than d: all but it, d on one side, and on the other d
        # or what there is.
        rated += (farthest - closest) * (1 - event / size)
        rated -= (farthest**2 - closest**2) / 2 / size
        rated -= (_capped(farthest, near) - _capped(closest, near)) / size
    n_zones = len(zones.start)
    total = np.bincount(zone, weights=end - begin, minlength=n_zones)
    reached = total > 0
    of_event = np.bincount(zone, weights=rated, minlength=n_zones)[reached]
    return float(np.mean(of_event / total[reached]))


def _recall(zones: _Zones) -> float:
    start, stop, first, last, zone, begin, end = zones
    event = (stop - start)[zone]
    start, stop, first, last = start[zone], stop[zone], first[zone], last[zone]
    size = last - first
    # Midway between two predictions of a zone the nearest one changes.
    same = zone[1:] == zone[:-1]
    midway = (end[:-1] + begin[1:]) / 2
    since = np.concatenate([[True], ~same])[: len(zone)]
    until = np.concatenate([~same, [True]])[: len(zone)]
    left, right = start.copy(), stop.copy()
    left[~since] = np.maximum(left[~since], midway[same])
    right[~until] = np.minimum(right[~until], midway[same])

    rated = np.maximum(0, np.minimum(end, stop) - np.maximum(begin, start))
    # Times of the event before a prediction and, seen in a mirror, after one.
    for wall, edge, low, high in (
        (first, begin, left, np.minimum(begin, stop)),
        (-last, -end, -right, np.minimum(-end, -start)),
    ):
        low = np.minimum(low, high)
        length = high - low
        # At time y a drawn time is nearer than d = edge - y on one side, and on the
        # other than d or what there is: y - wall.
        rated += length - ((edge - low) ** 2 - (edge - high) ** 2) / 2 / size
        turn = (edge + wall) / 2
        beyond = np.maximum(high, turn)
        before = np.maximum(low, turn)
        rated -= ((edge - before) ** 2 - (edge - beyond) ** 2) / 2 / size
        beyond, before = np.minimum(high, turn), np.minimum(low, turn)
        rated -= ((beyond - wall) ** 2 - (before - wall) ** 2) / 2 / size
    of_event = np.bincount(zone, weights=rated / event, minlength=len(zones.start))
    return float(np.mean(of_event))


def _capped(d: Floats, cap: Floats) -> Floats:
    """Integrate min(d, cap) from 0 to d."""
    low = np.minimum(d, cap)
    return low**2 / 2 + cap * (d - low)
