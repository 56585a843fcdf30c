"""Precision and recall of ranges: how much of each, where in it, in how many pieces."""

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
    r"""Mean share of each predicted event that is in true ones.

    It works where it matters how well events are covered, and where. It fails as a
    count of alarms: one predicted sample within an event counts as much as a long event
    that is all wrong.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Which samples of an event weigh most.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor for an event that overlaps several others: 1, or one through their
        number, or what ``cardinality(numbers)`` makes of an array of numbers of 2 and
        more.

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
    range_recall_score : The mean share of each true event that is predicted.
    range_f_score : Their harmonic mean.

    Notes
    -----
    With the weight :math:`\delta(i)` of the :math:`i`-th of :math:`L` samples of an
    event — 1 if flat, :math:`L - i + 1` in front, :math:`i` at the back,
    :math:`\min(i, L - i + 1)` in the middle — the reward of a predicted event is
    :math:`\gamma \sum_{i\ true} \delta(i) / \sum_i \delta(i)`. There is no reward for
    mere existence: of a predicted event that would be one for any touch.

    References
    ----------
    Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
    doi:10.48550/arXiv.1803.03639

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
    r"""Mean share of each true event that is predicted, and whether any of it is.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.
    alpha : float, default=0.2
        Weight, from 0 to 1, of finding any sample of an event.
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Which samples of an event weigh most; "front" rewards early detection.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor for an event that overlaps several others: 1, or one through their
        number, or what ``cardinality(numbers)`` makes of an array of numbers of 2 and
        more.

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
    range_precision_score : The mean share of each predicted event that is true.
    range_f_score : Their harmonic mean.

    Notes
    -----
    The recall of an event is :math:`\alpha` if any of it is predicted, and
    :math:`1 - \alpha` times the reward that :func:`range_precision_score` describes.

    References
    ----------
    Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
    doi:10.48550/arXiv.1803.03639

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
    """Harmonic mean of range-based precision and recall.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.
    beta : float, default=1.0
        Weight of recall: above 1 it counts more than precision.
    alpha : float, default=0.2
        Weight, from 0 to 1, of finding any sample of an event, in recall.
    bias : {"flat", "front", "middle", "back"}, default="flat"
        Which samples of an event weigh most.
    cardinality : {"one", "reciprocal"} or callable, default="reciprocal"
        Factor for an event that overlaps several others, as of
        :func:`range_recall_score`.

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
    event_f1_score : Counts events, whatever their length.
    affiliation_f_score : Counts distances.

    References
    ----------
    Tatbul, N. et al. (2018). Precision and recall for time series. NeurIPS 2018.
    doi:10.48550/arXiv.1803.03639

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
    """Return the overlap reward of each event, and how many others it overlaps."""
    first = np.searchsorted(others.stop, judged.start, side="right")
    stop = np.searchsorted(others.start, judged.stop, side="left")
    n_overlaps = stop - first
    # Each pair of overlapping events: which is judged, which is the other.
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
    """Sum the weights of the first `n` samples of events of some lengths."""
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
            "cardinality must be 'one', 'reciprocal' or a function of the numbers of "
            f"overlapping events, got {cardinality!r}."
        )
    if not (isinstance(alpha, Real) and 0 <= alpha <= 1):
        raise ValueError(f"alpha must be a number from 0 to 1, got {alpha!r}.")
