"""Precision and recall based on the distances between events and predictions."""

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
    r"""Compute the closeness of predictions to true events, relative to random ones.

    Suitable if a prediction just before or after an event is nearly correct. It does
    not reflect the number of alarms: all predictions near one event count as one.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    precision : float
        Between 0 and 1, higher is better; random predictions score about 0.5. 0 if no
        sample is predicted as anomalous, NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    affiliation_recall_score : Compute the closeness of true events to predictions.
    affiliation_f_score : Compute the harmonic mean of both.

    Notes
    -----
    The series is split into zones midway between neighbouring events. A predicted time
    at distance :math:`d` from the event of its zone is rated by the probability that a
    time drawn uniformly from the zone is farther away. The precision of an event is the
    mean rating of the predicted times in its zone. The score is the mean over events,
    ignoring events whose zones have no predictions [1]_. A sample is the time interval
    until the next sample.

    References
    ----------
    .. [1] Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time
       series anomaly detection algorithms. KDD 2022.
       https://doi.org/10.1145/3534678.3539339

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
    r"""Compute the closeness of true events to predictions, relative to random ones.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    recall : float
        Between 0 and 1, higher is better; random predictions score about 0.5. 0 if no
        sample is predicted as anomalous, NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    affiliation_precision_score : Compute the closeness of predictions to true events.
    affiliation_f_score : Compute the harmonic mean of both.

    Notes
    -----
    The zones are those of :func:`affiliation_precision_score`. A time of an event at
    distance :math:`d` from the nearest prediction in its zone is rated by the
    probability that a time drawn uniformly from the zone is farther from it than
    :math:`d`, or by 0 if the zone has no prediction. The recall of an event is the mean
    rating of its times, and the score is the mean over events [1]_.

    References
    ----------
    .. [1] Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time
       series anomaly detection algorithms. KDD 2022.
       https://doi.org/10.1145/3534678.3539339

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
    """Compute the harmonic mean of affiliation precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better; random predictions score about 0.6 to 0.7. 0
        if no sample is predicted as anomalous, NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_f1_score : Compute F1 of the numbers of events.

    References
    ----------
    .. [1] Huet, A., Navarro, J. M. and Rossi, D. (2022). Local evaluation of time
       series anomaly detection algorithms. KDD 2022.
       https://doi.org/10.1145/3534678.3539339

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
    """Events with their zones, and predictions split at the bounds of the zones.

    All fields but `zone` are times: a sample at position i lasts from i to i + 1.
    """

    start: Floats  # events, shape (n_events,)
    stop: Floats
    first: Floats  # zones of the events, shape (n_events,)
    last: Floats
    zone: NDArray[np.intp]  # parts of predictions sorted by time, shape (n_parts,)
    begin: Floats
    end: Floats

    @classmethod
    def of(cls, truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> "_Zones":
        events, predicted = Runs.of(truth), Runs.of(found)
        start, stop = events.start.astype(float), events.stop.astype(float)
        border = (stop[:-1] + start[1:]) / 2
        first = np.concatenate([[0.0], border])
        last = np.concatenate([border, [float(len(truth))]])
        # A prediction has one part in each zone that it overlaps.
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
        # Subtract the times of the zone that are not farther than d from the event: the
        # event, d on one side, and on the other side d or the rest of the zone.
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
    # The nearest prediction changes midway between two predictions of a zone.
    same = zone[1:] == zone[:-1]
    midway = (end[:-1] + begin[1:]) / 2
    since = np.concatenate([[True], ~same])[: len(zone)]
    until = np.concatenate([~same, [True]])[: len(zone)]
    left, right = start.copy(), stop.copy()
    left[~since] = np.maximum(left[~since], midway[same])
    right[~until] = np.minimum(right[~until], midway[same])

    rated = np.maximum(0, np.minimum(end, stop) - np.maximum(begin, start))
    # Times of the event before a prediction and, mirrored, after one.
    for wall, edge, low, high in (
        (first, begin, left, np.minimum(begin, stop)),
        (-last, -end, -right, np.minimum(-end, -start)),
    ):
        low = np.minimum(low, high)
        length = high - low
        # At time y, subtract the times of the zone that are within d = edge - y of y:
        # d on one side, and on the other side d or the rest of the zone, y - wall.
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
    """Integrate min(x, cap) over x from 0 to d."""
    low = np.minimum(d, cap)
    return low**2 / 2 + cap * (d - low)
