"""Whole events: found or missed, and how late."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_predictions, undefined


class EventCounts(NamedTuple):
    """Numbers of events that are found, missed, and predicted where there is none.

    Parameters
    ----------
    found : int
        True events with any sample predicted.
    missed : int
        True events with none.
    false : int
        Predicted events with no sample that is true.

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
        """Count the events of truth and predictions.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1}
            with -1 anomalous.

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
    """Share of what is reported that is right: events found among found and false ones.

    It works as a count of alarms that someone has to look at. It does not see where
    within an event, nor how much of it, is predicted.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    precision : float
        From 0 to 1; 0 where nothing is predicted, NaN (with a warning) where nothing is
        true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    event_recall_score : Share of the true events that are found.
    event_f1_score : Their harmonic mean.

    Notes
    -----
    A true event is found if any of its samples is predicted; a predicted event is false
    if none of its samples is true. Several predicted events in one true event, or one
    over several, count once for each true event.

    References
    ----------
    Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
    nonparametric dynamic thresholding. KDD 2018. doi:10.1145/3219819.3219845

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
    """Share of the true events that are found: any of their samples is predicted.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    recall : float
        From 0 to 1; NaN (with a warning) where nothing is true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    event_precision_score : Share of what is reported that is right.
    detection_delay_score : How late events are found.

    References
    ----------
    Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
    nonparametric dynamic thresholding. KDD 2018. doi:10.1145/3219819.3219845

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
    """Harmonic mean of event-wise precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    score : float
        From 0 to 1; 0 where nothing is predicted, NaN (with a warning) where nothing is
        true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    event_precision_score, event_recall_score : The parts.

    Notes
    -----
    ``2 * found / (2 * found + missed + false)`` in numbers of events. Predicting
    everything finds everything as one event, which is right: judge by
    :func:`range_f_score` or :func:`affiliation_f_score` as well.

    References
    ----------
    Hundman, K. et al. (2018). Detecting spacecraft anomalies using LSTMs and
    nonparametric dynamic thresholding. KDD 2018. doi:10.1145/3219819.3219845

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
    """Mean number of samples from the start of an event to its first detection.

    Events that are missed have no delay: look at :func:`event_recall_score` as well.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    delay : float
        In samples, at least 0; lower is better. NaN (with a warning) where no event is
        found, or nothing is true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

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
        return undefined("detection_delay_score", "where no event is found")
    return float(np.mean((first - events.start)[hit]))


def _touched(events: Runs, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which events have any sample where `other` holds."""
    before = np.concatenate([[0], np.cumsum(other)])
    return np.asarray(before[events.stop] > before[events.start])
