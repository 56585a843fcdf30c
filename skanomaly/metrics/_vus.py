"""Areas and volumes under the curves of a score, with buffers around events."""

from collections.abc import Iterator
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_scores, undefined


def vus_pr_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    window: int,
    n_thresholds: int | None = 250,
) -> float:
    r"""Volume under the precision-recall curves over all buffers from 0 to `window`.

    A detector that fires a little before or after an event is nearly right, which
    metrics of single samples call wrong. Here a buffer around each event counts in
    part, and no width of it has to be chosen, only the widest.

    It works for comparing scores, whatever their scale, without any threshold. It fails
    to tell how few events a user would see, or how many alarms: take
    :func:`event_f1_score` for that.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Nothing but
        1 is a series without an anomaly.
    y_score : array-like of shape (n_samples,)
        The higher, the more anomalous: ``-score_samples(X)``.
    window : int
        Widest buffer in samples, half of it to each side; about one period of the
        series, such as :func:`vus_window` finds. Volumes with different ones can't be
        compared.
    n_thresholds : int or None, default=250
        Thresholds to take from the sorted scores, evenly by rank, as TSB-AD does. None
        takes every score, which is exact.

    Returns
    -------
    score : float
        From 0 to 1, higher is better. 1.0 where all samples are anomalous, NaN (with a
        warning) where none is.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    vus_roc_score : The same of the ROC curve.

    Notes
    -----
    With buffer :math:`w`, a sample at distance :math:`d \le \lfloor w/2 \rfloor` from
    an event is anomalous by :math:`\sqrt{1 - d/w}`, at most 1 in sum, and the truth
    :math:`l_i \in [0, 1]`. With :math:`p_i \in \{0, 1\}` telling what is beyond a
    threshold, :math:`P` anomalous samples and those beyond it in buffers, :math:`B =
    \sum_{i \notin events} l_i p_i`,

    .. math::

        TP = \sum_i l_i p_i, \quad
        precision = \frac{TP}{\sum_i p_i}, \quad
        recall = \min\left(1, \frac{TP}{P + B / 2}\right) \cdot e

    where :math:`e` is the share of the events, merged where their buffers touch, with
    any sample beyond the threshold. The area is the sum of precision times gain of
    recall, the volume the mean of the areas for :math:`w = 0, \ldots,` `window`.

    Equal scores are beyond a threshold together. A tenth of a second for 100,000
    samples: work grows with `window` times the samples in and around events.

    References
    ----------
    Paparrizos, J. et al. (2022). Volume under the surface: a new accuracy evaluation
    measure for time-series anomaly detection. PVLDB 15(11).
    doi:10.14778/3551793.3551830

    Boniol, P. et al. (2025). VUS: effective and efficient accuracy measures for
    time-series anomaly detection. doi:10.48550/arXiv.2502.13318

    Examples
    --------
    >>> from skanomaly.metrics import vus_pr_score
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> round(vus_pr_score(y_true, late, window=0), 3)
    0.833
    >>> round(vus_pr_score(y_true, late, window=4), 3)
    0.908
    """
    truth, score = read_scores(y_true, y_score)
    check_buffers(window, n_thresholds)
    if not truth.any():
        return undefined("vus_pr_score", NO_ANOMALY)
    curves = _curves(truth, score, window=window, n_thresholds=n_thresholds)
    return _mean(curve.average_precision() for curve in curves)


def vus_roc_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    window: int,
    n_thresholds: int | None = 250,
) -> float:
    r"""Volume under the ROC curves over all buffers from 0 to `window`.

    As :func:`vus_pr_score`, which says more: where anomalies are rare, as they are,
    many false alarms are a small share of what is normal, and the area is near 1.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Nothing but
        1 is a series without an anomaly.
    y_score : array-like of shape (n_samples,)
        The higher, the more anomalous: ``-score_samples(X)``.
    window : int
        Widest buffer in samples, half of it to each side; about one period of the
        series, such as :func:`vus_window` finds. Volumes with different ones can't be
        compared.
    n_thresholds : int or None, default=250
        Thresholds to take from the sorted scores, evenly by rank, as TSB-AD does. None
        takes every score, which is exact.

    Returns
    -------
    score : float
        Higher is better; a score without information gets about one half. NaN (with a
        warning) where no sample is anomalous, or all are.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    vus_pr_score : The same of the precision-recall curve.

    Notes
    -----
    With the terms of :func:`vus_pr_score` and :math:`n` samples, the false positive
    rate is :math:`(\sum_i p_i - TP) / (n - P - B / 2)`, and the area that of the
    trapezoids from (0, 0) to (1, 1).

    References
    ----------
    Paparrizos, J. et al. (2022). Volume under the surface: a new accuracy evaluation
    measure for time-series anomaly detection. PVLDB 15(11).
    doi:10.14778/3551793.3551830

    Examples
    --------
    >>> from skanomaly.metrics import vus_roc_score
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> round(vus_roc_score(y_true, late, window=0), 3)
    0.917
    """
    truth, score = read_scores(y_true, y_score)
    check_buffers(window, n_thresholds)
    if not truth.any():
        return undefined("vus_roc_score", NO_ANOMALY)
    if truth.all():
        return undefined("vus_roc_score", "where y_true has nothing normal")
    curves = _curves(truth, score, window=window, n_thresholds=n_thresholds)
    return _mean(curve.roc_area() for curve in curves)


class RangeCurve(NamedTuple):
    """Precision and recall with one buffer, by threshold from the highest down.

    Parameters
    ----------
    recall, precision, false_positive_rate : ndarray of shape (n_thresholds,)
        As :func:`vus_pr_score` and :func:`vus_roc_score` define them.
    """

    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    false_positive_rate: NDArray[np.float64]

    def average_precision(self) -> float:
        """Return the area below precision and recall, summed by threshold."""
        return float(np.diff(self.recall, prepend=0.0) @ self.precision)

    def roc_area(self) -> float:
        """Return the area of the trapezoids from (0, 0) to (1, 1)."""
        rate = np.concatenate([[0.0], self.false_positive_rate, [1.0]])
        recall = np.concatenate([[0.0], self.recall, [1.0]])
        return float(np.trapezoid(recall, rate))


def range_curves(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    window: int,
    n_thresholds: int | None = 250,
) -> Iterator[RangeCurve]:
    """Return the curve of each buffer from 0 to `window`: the surface of VUS.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Some sample
        must be anomalous.
    y_score : array-like of shape (n_samples,)
        The higher, the more anomalous: ``-score_samples(X)``.
    window : int
        Widest buffer in samples, half of it to each side.
    n_thresholds : int or None, default=250
        Thresholds to take from the sorted scores, evenly by rank; None for every score.

    Returns
    -------
    curves : iterator of RangeCurve
        Of buffers 0, 1, ..., `window`, each computed when it is asked for.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    See Also
    --------
    vus_pr_score, vus_roc_score : Mean areas below these curves.

    Examples
    --------
    >>> from skanomaly.metrics import range_curves
    >>> y_true = [0, 0, 0, 1, 1, 0, 0, 0]
    >>> late = [0.1, 0.2, 0.1, 0.3, 0.9, 0.8, 0.1, 0.2]
    >>> curves = range_curves(y_true, late, window=4)
    >>> [round(curve.average_precision(), 2) for curve in curves]
    [0.83, 0.83, 0.94, 0.96, 0.97]
    """
    truth, score = read_scores(y_true, y_score)
    check_buffers(window, n_thresholds)
    if not truth.any():
        raise ValueError("y_true has no anomaly, so there is no curve.")
    return _curves(truth, score, window=window, n_thresholds=n_thresholds)


def _curves(
    truth: NDArray[np.bool_],
    score: NDArray[np.float64],
    *,
    window: int,
    n_thresholds: int | None,
) -> Iterator[RangeCurve]:
    """Yield a curve for each buffer from 0 to `window`; some sample is anomalous.

    A sample is beyond the thresholds from its rank on. So one count of weights by rank,
    summed up, serves all thresholds of a buffer, and samples far from events, whose
    weight is 0, count in the number beyond alone.
    """
    events = Runs.of(truth)
    buffer = _Buffer.around(events, truth, window // 2)
    near = np.concatenate([np.flatnonzero(truth), buffer.position])
    rank, n_beyond = _rank(score, near, n_thresholds)
    n_ranks, n_samples = len(n_beyond), len(truth)
    # Of a buffer sample the rank; for the ends of growing segments, of any sample.
    buffer_rank = rank[buffer.position]
    n_core = np.cumsum(np.bincount(rank[truth], minlength=n_ranks))
    earliest = np.minimum.reduceat(np.append(rank, n_ranks), _bounds(events))[::2]

    for width in range(window + 1):
        half = width // 2
        if width % 2 == 0 and half > 0:
            earliest = _grow(earliest, events, rank, half)
        weight = buffer.weights(width)
        buffered = np.cumsum(
            np.bincount(buffer_rank[: len(weight)], weights=weight, minlength=n_ranks)
        )
        positive = n_core[-1] + buffered / 2
        true = n_core + buffered
        with np.errstate(invalid="ignore"):  # 0 / 0 where nothing is normal
            rate = (n_beyond - true) / (n_samples - positive)
        yield RangeCurve(
            recall=np.minimum(true / positive, 1)
            * _share_found(earliest, events, half, n_ranks),
            precision=true / n_beyond,
            false_positive_rate=rate,
        )


class _Buffer(NamedTuple):
    """The samples around events, the nearest first."""

    position: NDArray[np.intp]
    distance: NDArray[np.intp]  # to the nearest event
    second: NDArray[np.intp]  # to the next nearest

    @classmethod
    def around(cls, events: Runs, truth: NDArray[np.bool_], half: int) -> "_Buffer":
        grown = np.zeros(len(truth) + 1, dtype=np.int32)
        np.add.at(grown, np.maximum(events.start - half, 0), 1)
        np.add.at(grown, np.minimum(events.stop + half, len(truth)), -1)
        position = np.flatnonzero((np.cumsum(grown[:-1]) > 0) & ~truth)
        # The two events before and the two after: two of these are the nearest.
        far = 2 * (len(truth) + half + 1)
        start = np.concatenate([events.start, [far, far]])
        last = np.concatenate([[-far, -far], events.stop - 1])
        after = np.searchsorted(events.start, position)
        before = position - last[after + 1]
        ahead = start[after] - position
        second = np.maximum(before, ahead)
        np.minimum(second, position - last[after], out=second)
        np.minimum(second, start[after + 1] - position, out=second)
        distance = np.minimum(before, ahead)
        order = np.argsort(distance, kind="stable")
        return cls(position[order], distance[order], second[order])

    def weights(self, width: int) -> NDArray[np.float64]:
        """Weigh the samples that a buffer reaches, which come first."""
        half = width // 2
        n_reached = int(np.searchsorted(self.distance, half, side="right"))
        by_distance = np.sqrt(1 - np.arange(half + 1) / max(width, 1))
        weight = by_distance[self.distance[:n_reached]]
        # Two buffers overlap: each weighs more than a half, so the sum is cut at 1.
        weight[self.second[:n_reached] <= half] = 1.0
        return weight


def _rank(
    score: NDArray[np.float64], near: NDArray[np.intp], n_thresholds: int | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first threshold that each sample is beyond, and how many are."""
    ascending = np.sort(score)
    n_samples = len(score)
    if n_thresholds is not None:
        taken = np.linspace(0, n_samples - 1, n_thresholds).astype(np.intp)
        thresholds = ascending[::-1][taken]
    else:
        # Where no sample in or near an event is passed, the curves are straight.
        distinct = ascending[np.concatenate([[True], np.diff(ascending) > 0])]
        turns = np.zeros(len(distinct), dtype=bool)
        turns[np.searchsorted(distinct, score[near])] = True
        kept = turns.copy()
        kept[1:] |= turns[:-1]
        kept[[0, -1]] = True
        thresholds = distinct[kept][::-1]
    n_beyond = n_samples - np.searchsorted(ascending, thresholds, side="left")
    return np.searchsorted(-thresholds, -score, side="left"), n_beyond


def _bounds(events: Runs) -> NDArray[np.intp]:
    return np.stack([events.start, events.stop], axis=1).ravel()


def _grow(
    earliest: NDArray[np.intp], events: Runs, rank: NDArray[np.intp], half: int
) -> NDArray[np.intp]:
    """Let each event see the two samples that a wider buffer adds to it."""
    grown = earliest.copy()
    for position in (events.start - half, events.stop - 1 + half):
        inside = (position >= 0) & (position < len(rank))
        grown[inside] = np.minimum(grown[inside], rank[position[inside]])
    return grown


def _share_found(
    earliest: NDArray[np.intp], events: Runs, half: int, n_ranks: int
) -> NDArray[np.float64]:
    """Return the share of merged events found, for each threshold."""
    apart = events.start[1:] - events.stop[:-1] + 1 > 2 * half
    first = np.flatnonzero(np.concatenate([[True], apart]))
    merged = np.minimum.reduceat(earliest, first)
    found = np.cumsum(np.bincount(merged, minlength=n_ranks))
    return np.asarray(found / len(first))


def _mean(areas: Iterator[float]) -> float:
    return float(np.mean(list(areas)))


def check_buffers(window: int, n_thresholds: int | None) -> None:
    """Raise unless the widest buffer and the number of thresholds are whole numbers."""
    for name, value, least in (
        ("window", window, 0),
        ("n_thresholds", n_thresholds, 2),
    ):
        if name == "n_thresholds" and value is None:
            continue
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(
                f"{name} must be a whole number of at least {least}, got {value!r}."
            )
