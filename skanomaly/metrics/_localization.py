"""Metrics of where events begin and end."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_predictions, undefined

_NOT_FOUND = "no event is found"


def event_iou_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the mean intersection over union of the true events.

    Suitable if start and stop of an event matter. False events do not count: evaluate
    :func:`event_precision_score` in addition.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better. NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    onset_error_score : Compute how far the starts of events are from the true ones.
    range_f_score : Compute a score of overlaps that counts false events.

    Notes
    -----
    Each true event is matched to the predicted event with the largest intersection over
    union, the number of samples in both divided by that in any of them, as for
    activities in videos [1]_. An event that is not found counts 0.

    References
    ----------
    .. [1] Caba Heilbron, F. et al. (2015). ActivityNet: a large-scale video benchmark
       for human activity understanding. CVPR 2015.
       https://doi.org/10.1109/CVPR.2015.7298698

    Examples
    --------
    >>> from skanomaly.metrics import event_iou_score
    >>> event_iou_score([0, 1, 1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 0, 1, 1, 0])
    0.75
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("event_iou_score", NO_ANOMALY)
    return float(np.mean(_matches(Runs.of(truth), Runs.of(found))[0]))


def onset_error_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the mean distance of the starts of found events from the true ones.

    Early and late starts count alike, unlike in :func:`detection_delay_score`. Missed
    events are ignored: evaluate :func:`event_recall_score` in addition.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    error : float
        Distance in samples, at least 0, lower is better. NaN (with a warning) if no
        event is found or `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_iou_score : Compute the mean intersection over union, which says how events
        are matched.
    end_error_score : Compute the same for the ends.

    Examples
    --------
    >>> from skanomaly.metrics import onset_error_score
    >>> onset_error_score([0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 0, 0, 0, 1, 0])
    0.5
    """
    return _boundary_error(y_true, y_pred, "onset_error_score")


def end_error_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the mean distance of the ends of found events from the true ones.

    Missed events are ignored: evaluate :func:`event_recall_score` in addition.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    error : float
        Distance in samples, at least 0, lower is better. NaN (with a warning) if no
        event is found or `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_iou_score : Compute the mean intersection over union, which says how events
        are matched.
    onset_error_score : Compute the same for the starts.

    Examples
    --------
    >>> from skanomaly.metrics import end_error_score
    >>> end_error_score([0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 0, 0, 0, 1, 0])
    1.0
    """
    return _boundary_error(y_true, y_pred, "end_error_score")


def _boundary_error(y_true: ArrayLike, y_pred: ArrayLike, metric: str) -> float:
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined(metric, NO_ANOMALY)
    events, predicted = Runs.of(truth), Runs.of(found)
    overlap, matched = _matches(events, predicted)
    hit = overlap > 0
    if not hit.any():
        return undefined(metric, _NOT_FOUND)
    true, near = (
        (events.start, predicted.start)
        if metric == "onset_error_score"
        else (events.stop, predicted.stop)
    )
    return float(np.mean(np.abs(near[matched[hit]] - true[hit])))


def _matches(
    events: Runs, predicted: Runs
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the intersection over union of each event, and the event it is with.

    If several have the same, the first of them counts.
    """
    overlap = np.zeros(len(events.start))
    matched = np.zeros(len(events.start), dtype=np.intp)
    firsts = np.searchsorted(predicted.stop, events.start, side="right")
    lasts = np.searchsorted(predicted.start, events.stop, side="left")
    for i, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if first == last:
            continue
        start, stop = predicted.start[first:last], predicted.stop[first:last]
        both = np.minimum(stop, events.stop[i]) - np.maximum(start, events.start[i])
        either = np.maximum(stop, events.stop[i]) - np.minimum(start, events.start[i])
        best = int(np.argmax(both / either))
        overlap[i], matched[i] = both[best] / either[best], first + best
    return overlap, matched
