"""Precision and recall of ranges of samples."""

from collections.abc import Callable
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import (
    NO_ANOMALY,
    Runs,
    f_score,
    read_predictions,
    undefined,
)

Cardinality = str | Callable[[NDArray[np.intp]], ArrayLike]


def range_precision_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    bias: str = "flat",
    cardinality: Cardinality = "reciprocal",
) -> float:
    r"""Compute range-based precision: the mean overlap of predicted with true events.

    Suitable if it matters how much of an event is predicted, and which part of it. It
    does not reflect the number of alarms: one predicted sample within a true event
    counts as much as a long predicted event that is entirely false.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Position of the samples with the largest weight in an event.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor of the reward of events that overlap several others: 1, the reciprocal of
        their number, or the result of ``cardinality(numbers)``, which gets an array of
        these numbers, each at least 2, and returns one factor per event.

    Returns
    -------
    precision : float
        Between 0 and 1, higher is better. 0 if no sample is predicted as anomalous, NaN
        (with a warning) if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays, or a parameter, are invalid.

    See Also
    --------
    range_recall_score : Compute the mean overlap of true with predicted events.
    range_f_score : Compute the harmonic mean of both.

    Notes
    -----
    Let :math:`\delta(i)` be the weight of the :math:`i`-th of :math:`L` samples of an
    event: 1 for "flat", :math:`L - i + 1` for "front", :math:`i` for "back" and
    :math:`\min(i, L - i + 1)` for "middle". With the cardinality factor :math:`\gamma`,
    the reward of a predicted event is
    :math:`\gamma \sum_{i\ true} \delta(i) / \sum_i \delta(i)` [1]_. In contrast to
    recall, there is no reward for existence, as it would reward any overlap.

    References
    ----------
    .. [1] Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
       https://doi.org/10.48550/arXiv.1803.03639

    Examples
    --------
    >>> from skanomaly.metrics import range_precision_score
    >>> range_precision_score([0, 0, 1, 1, 0, 0], [0, 1, 1, 1, 1, 0])
    0.5
    >>> range_precision_score([0, 0, 1, 1, 0, 0], [0, 1, 1, 1, 1, 0], bias="middle")
    0.6666666666666666
    """
    truth, found = read_predictions(y_true, y_pred)
    _check(bias, cardinality)
    if not truth.any():
        return undefined("range_precision_score", NO_ANOMALY)
    return _precision(Runs.of(truth), Runs.of(found), bias, cardinality)


def range_recall_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    alpha: float = 0.2,
    bias: str = "flat",
    cardinality: Cardinality = "reciprocal",
) -> float:
    r"""Compute range-based recall: the mean overlap of true with predicted events.

    The recall of an event also rewards, with weight `alpha`, that any of its samples is
    predicted.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.
    alpha : float, default=0.2
        Weight of the reward for predicting any sample of an event, in [0, 1].
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Position of the samples with the largest weight in an event. "front" rewards
        early detection.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor of the reward of events that overlap several others: 1, the reciprocal of
        their number, or the result of ``cardinality(numbers)``, which gets an array of
        these numbers, each at least 2, and returns one factor per event.

    Returns
    -------
    recall : float
        Between 0 and 1, higher is better. NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays, or a parameter, are invalid.

    See Also
    --------
    range_precision_score : Compute the mean overlap of predicted with true events.
    range_f_score : Compute the harmonic mean of both.

    Notes
    -----
    The recall of an event is :math:`\alpha` if any of its samples is predicted, or 0
    otherwise, plus :math:`1 - \alpha` times the reward defined in
    :func:`range_precision_score` for true and predicted events interchanged [1]_.

    References
    ----------
    .. [1] Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
       https://doi.org/10.48550/arXiv.1803.03639

    Examples
    --------
    >>> from skanomaly.metrics import range_recall_score
    >>> range_recall_score([0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 0])
    0.6000000000000001
    >>> range_recall_score([0, 1, 1, 1, 1, 0], [0, 1, 0, 0, 1, 0], alpha=0)
    0.25
    """
    truth, found = read_predictions(y_true, y_pred)
    _check(bias, cardinality, alpha=alpha)
    if not truth.any():
        return undefined("range_recall_score", NO_ANOMALY)
    return _recall(Runs.of(truth), Runs.of(found), alpha, bias, cardinality)


def range_f_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    beta: float = 1.0,
    alpha: float = 0.2,
    bias: str = "flat",
    cardinality: Cardinality = "reciprocal",
) -> float:
    """Compute the weighted harmonic mean of range-based precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.
    beta : float, default=1.0
        Weight of recall relative to precision, above 0. Recall counts more than
        precision if `beta` is above 1.
    alpha : float, default=0.2
        Weight of the reward for predicting any sample of an event in recall, in [0, 1].
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Position of the samples with the largest weight in an event.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor of the reward of events that overlap several others. See
        :func:`range_recall_score`.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better. 0 if no sample is predicted as anomalous, NaN
        (with a warning) if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays, or a parameter, are invalid.

    See Also
    --------
    event_f1_score : Compute F1 of the numbers of events, regardless of their length.
    affiliation_f_score : Compute a score from the distances of events and predictions.

    References
    ----------
    .. [1] Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
       https://doi.org/10.48550/arXiv.1803.03639

    Examples
    --------
    >>> from skanomaly.metrics import range_f_score
    >>> round(range_f_score([0, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 0]), 3)
    0.75
    """
    truth, found = read_predictions(y_true, y_pred)
    _check(bias, cardinality, alpha=alpha)
    if not (isinstance(beta, Real) and beta > 0):
        raise ValueError(f"beta must be a number above 0, got {beta!r}.")
    if not truth.any():
        return undefined("range_f_score", NO_ANOMALY)
    true, predicted = Runs.of(truth), Runs.of(found)
    precision = _precision(true, predicted, bias, cardinality)
    recall = _recall(true, predicted, alpha, bias, cardinality)
    return f_score(precision, recall, beta)


def _precision(true: Runs, found: Runs, bias: str, cardinality: Cardinality) -> float:
    reward, _ = _rewards(found, true, bias, cardinality)
    return float(reward.mean()) if reward.size else 0.0


def _recall(
    true: Runs, found: Runs, alpha: float, bias: str, cardinality: Cardinality
) -> float:
    reward, n_overlaps = _rewards(true, found, bias, cardinality)
    return float(np.mean(alpha * (n_overlaps > 0) + (1 - alpha) * reward))


def _rewards(
    judged: Runs, others: Runs, bias: str, cardinality: Cardinality
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the overlap reward of each event and the number of others it overlaps."""
    first = np.searchsorted(others.stop, judged.start, side="right")
    stop = np.searchsorted(others.start, judged.stop, side="left")
    n_overlaps = stop - first
    # Indices of the judged and of the other event in each overlapping pair.
    one = np.repeat(np.arange(len(n_overlaps)), n_overlaps)
    ends = np.cumsum(n_overlaps)
    other = np.arange(len(one)) + np.repeat(stop - ends, n_overlaps)
    begins = np.maximum(others.start[other] - judged.start[one], 0)
    length = judged.length
    until = np.minimum(others.stop[other] - judged.start[one], length[one])
    weight = _weight_before(bias, until, length[one])
    weight -= _weight_before(bias, begins, length[one])
    covered = np.bincount(one, weights=weight, minlength=len(length))
    reward = covered / _weight_before(bias, length, length)
    several = n_overlaps > 1
    if cardinality == "reciprocal":
        reward[several] /= n_overlaps[several]
    elif callable(cardinality):
        reward[several] *= np.asarray(cardinality(n_overlaps[several]))
    return reward, n_overlaps


def _weight_before(
    bias: str, n: NDArray[np.intp], length: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the sum of the weights of the first `n` samples of each event."""
    if bias == "flat":
        return n.astype(np.float64)
    if bias == "back":
        return n * (n + 1) / 2
    if bias == "front":
        return n * length - n * (n - 1) / 2
    rising, rest = np.minimum(n, (length + 1) // 2), length - n
    falling_all, falling_rest = length // 2, np.minimum(rest, length // 2)
    doubled = (
        rising * (rising + 1)
        + falling_all * (falling_all + 1)
        - falling_rest * (falling_rest + 1)
    )
    return np.asarray(doubled / 2)


def _check(bias: str, cardinality: Cardinality, alpha: float = 0.0) -> None:
    if bias not in ("flat", "front", "middle", "back"):
        raise ValueError(
            f"bias must be 'flat', 'front', 'middle' or 'back', got {bias!r}."
        )
    if not callable(cardinality) and cardinality not in ("one", "reciprocal"):
        raise ValueError(
            "cardinality must be 'one', 'reciprocal' or a callable that takes the "
            f"numbers of overlapping events, got {cardinality!r}."
        )
    if not (isinstance(alpha, Real) and 0 <= alpha <= 1):
        raise ValueError(f"alpha must be a number from 0 to 1, got {alpha!r}.")
