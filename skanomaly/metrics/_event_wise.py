"""Metrics of whole events: precision, recall, F1 and detection delay."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_predictions, undefined


class EventCounts(NamedTuple):
    """Numbers of true events found, true events missed, and false predicted events.

    Parameters
    ----------
    found : int
        Number of true events with a sample that is predicted as anomalous.
    missed : int
        Number of true events without such a sample.
    false : int
        Number of predicted events that overlap no true event.

    Examples
    --------
    >>> from skanomaly.metrics import EventCounts
    >>> EventCounts.of([0, 1, 1, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 1])
    EventCounts(found=1, missed=1, false=1)
    """

    found: int
    missed: int
    false: int

    @classmethod
    def of(cls, y_true: ArrayLike, y_pred: ArrayLike) -> "EventCounts":
        """Count the events in true and predicted labels.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with
            -1 anomalous.

        Returns
        -------
        counts : EventCounts
        """
        truth, found = read_predictions(y_true, y_pred)
        hit = _touched(Runs.of(truth), found)
        n_hit = int(np.count_nonzero(hit))
        right = _touched(Runs.of(found), truth)
        return cls(n_hit, len(hit) - n_hit, int(np.count_nonzero(~right)))


def event_precision_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute event-wise precision: events found among found and false events.

    Suitable if each predicted event is an alarm that someone has to inspect. It does
    not depend on which samples of an event are predicted, nor on how many.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    precision : float
        Between 0 and 1, higher is better. 0 if no sample is predicted as anomalous, NaN
        (with a warning) if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_recall_score : Compute the share of the true events that are found.
    event_f1_score : Compute the harmonic mean of both.

    Notes
    -----
    A true event is found if any of its samples is predicted as anomalous. A predicted
    event is false if it overlaps no true event. Several predicted events in one true
    event, or one predicted event over several true events, count once per true event
    [1]_.

    References
    ----------
    .. [1] Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
       nonparametric dynamic thresholding. KDD 2018.
       https://doi.org/10.1145/3219819.3219845

    Examples
    --------
    >>> from skanomaly.metrics import event_precision_score
    >>> event_precision_score([0, 1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 1, 1, 0])
    0.5
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("event_precision_score", NO_ANOMALY)
    counts = EventCounts.of(truth, found)
    return counts.found / max(1, counts.found + counts.false)


def event_recall_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute event-wise recall: the share of the true events that are found.

    An event is found if any of its samples is predicted as anomalous [1]_.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    recall : float
        Between 0 and 1, higher is better. NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_precision_score : Compute events found among found and false events.
    detection_delay_score : Compute the mean delay of the events found.

    References
    ----------
    .. [1] Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
       nonparametric dynamic thresholding. KDD 2018.
       https://doi.org/10.1145/3219819.3219845

    Examples
    --------
    >>> from skanomaly.metrics import event_recall_score
    >>> event_recall_score([0, 1, 1, 0, 0, 1, 1], [0, 0, 1, 0, 1, 0, 0])
    0.5
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("event_recall_score", NO_ANOMALY)
    counts = EventCounts.of(truth, found)
    return counts.found / (counts.found + counts.missed)


def event_f1_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the harmonic mean of event-wise precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better. 0 if no sample is predicted as anomalous, NaN
        (with a warning) if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    See Also
    --------
    event_precision_score : Compute events found among found and false events.
    event_recall_score : Compute the share of the true events that are found.

    Notes
    -----
    In numbers of events [1]_, the score is
    ``2 * found / (2 * found + missed + false)``. If all samples are predicted as
    anomalous, this single event finds all true events and the score is 1. Evaluate
    :func:`range_f_score` or :func:`affiliation_f_score` in addition.

    References
    ----------
    .. [1] Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
       nonparametric dynamic thresholding. KDD 2018.
       https://doi.org/10.1145/3219819.3219845

    Examples
    --------
    >>> from skanomaly.metrics import event_f1_score
    >>> event_f1_score([0, 1, 1, 0, 0, 1, 1, 0, 0], [0, 0, 1, 0, 0, 1, 0, 0, 1])
    0.8
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("event_f1_score", NO_ANOMALY)
    counts = EventCounts.of(truth, found)
    return 2 * counts.found / (2 * counts.found + counts.missed + counts.false)


def detection_delay_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the mean number of samples from the start of an event to its detection.

    The detection is the first sample of the event that is predicted as anomalous.
    Missed events have no delay and are ignored. Evaluate :func:`event_recall_score` in
    addition.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    delay : float
        Delay in samples, at least 0, lower is better. NaN (with a warning) if no event
        is found or `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    Examples
    --------
    >>> from skanomaly.metrics import detection_delay_score
    >>> detection_delay_score([0, 1, 1, 0, 0, 1, 1], [0, 0, 1, 0, 0, 1, 0])
    0.5
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("detection_delay_score", NO_ANOMALY)
    events, positions = Runs.of(truth), np.flatnonzero(found)
    following = np.searchsorted(positions, events.start)
    first = np.append(positions, len(found))[following]
    hit = first < events.stop
    if not hit.any():
        return undefined("detection_delay_score", "no event is found")
    return float(np.mean((first - events.start)[hit]))


def _touched(events: Runs, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask of the events with any sample at which `other` is True."""
    before = np.concatenate([[0], np.cumsum(other)])
    return np.asarray(before[events.stop] > before[events.start])
