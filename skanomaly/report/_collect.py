"""Compute all that a report shows, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import Event, find_events
from skanomaly.metrics import abnormality
from skanomaly.plotting._estimator import (
    blame_or_none,
    detector_name,
    expected_or_none,
    index_of,
    innermost,
    names_of,
    offset_or_none,
    window_or_none,
)
from skanomaly.plotting._series import as_columns, check_names, expected_columns
from skanomaly.plotting._truth import check_lengths
from skanomaly.report._truth import check_truth


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Everything that is known after a detector has scored a series.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_channels)
        The series.
    channel_names : tuple of str
        One name a channel.
    index : Any or None
        Times or numbers of the samples; None for sample numbers.
    expected : ndarray of shape (n_samples, n_channels) or None
        What the detector expected, where it expects something.
    score : ndarray of shape (n_samples,)
        The lower, the more abnormal.
    offset : float
        Scores below it are anomalous.
    label : ndarray of shape (n_samples,)
        -1 for anomalous, +1 for normal.
    events : tuple of Event
        Anomalous stretches, of the part that was not trained on unless all was asked.
    n_train : int
        Number of samples at the start that the detector was trained on.
    history : mapping or None
        Losses of each epoch, where there are some.
    detector : str
        Name of the detector.
    window : int or None
        Number of samples that it sees at once, where that is known.
    channel_errors : ndarray of shape (n_samples, n_channels) or None
        What each channel adds to the error, where the detector tells.
    truth : ndarray of shape (n_samples,) of bool or None
        Which samples are anomalous in truth, where that is known.
    first : int
        First sample in which events are looked for: `n_train`, or 0 if all was asked.
    min_length, merge_gap : int
        What `events` were found with.
    title : str or None
        What the report is called; None for the detector and what it watches.
    made : mapping of str to mapping
        How it was made, under headings.

    Examples
    --------
    >>> from skanomaly.report import Detection
    >>> score = [-1.0, -1.0, -9.0, -1.0]
    >>> found = Detection.from_scores(score, values=[[1], [1], [5], [1]], offset=-2.0)
    >>> [event.peak for event in found.events]
    [2]
    """

    values: NDArray[np.float64]
    channel_names: tuple[str, ...]
    index: Any
    expected: NDArray[np.float64] | None
    score: NDArray[np.float64]
    offset: float
    label: NDArray[np.int64]
    events: tuple[Event, ...]
    n_train: int
    history: Mapping[str, Sequence[float]] | None
    detector: str
    window: int | None = None
    channel_errors: NDArray[np.float64] | None = None
    truth: NDArray[np.bool_] | None = None
    first: int = 0
    min_length: int = 1
    merge_gap: int = 0
    title: str | None = None
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def from_scores(
        cls,
        score: ArrayLike,
        *,
        values: ArrayLike,
        offset: float,
        channel_names: Sequence[str] | None = None,
        index: Any = None,
        expected: ArrayLike | None = None,
        channel_errors: NDArray[np.float64] | None = None,
        truth: ArrayLike | None = None,
        n_train: int = 0,
        everything: bool = False,
        min_length: int = 1,
        merge_gap: int = 0,
        history: Mapping[str, Sequence[float]] | None = None,
        detector: str = "scores",
        window: int | None = None,
        title: str | None = None,
        made: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Self:
        """Find the events of scores, whoever gave them.

        Parameters
        ----------
        score : array-like of shape (n_samples,)
            The lower, the more abnormal.
        values : array-like of shape (n_samples,) or (n_samples, n_channels)
            The series.
        offset : float
            Scores below it are anomalous.
        channel_names : sequence of str, default=None
            One name a channel; None for ``x0``, ``x1``, ...
        index : array-like of shape (n_samples,), default=None
            Times or numbers of the samples; None for sample numbers.
        expected, channel_errors : ndarray of shape (n_samples, n_channels)
            As of the class; None by default.
        truth : array-like of shape (n_samples,), default=None
            Labels in {0, 1} or {+1, -1}, or booleans.
        n_train : int, default=0
            Number of samples at the start that the detector was trained on.
        everything : bool, default=False
            Look for events in the part that was trained on too.
        min_length, merge_gap : int
            Passed to :func:`skanomaly.find_events`.
        history, detector, window, title, made
            As of the class.

        Returns
        -------
        detection : Detection

        Raises
        ------
        ValueError
            If scores, index, channels, truth or what was trained on do not fit each
            other.
        """
        values = as_columns(values)
        score = np.asarray(score, dtype=np.float64)
        n_samples, n_channels = values.shape
        check_lengths(n_samples, score=score)
        if not 0 <= n_train <= n_samples:
            raise ValueError(
                f"n_train={n_train} of {n_samples} samples can't have been trained on: "
                "pass how many of them, at the start, were."
            )
        if expected is not None:
            expected = expected_columns(expected, values)
        if channel_names is None:
            channel_names = [f"x{i}" for i in range(n_channels)]
        check_names(channel_names, n_channels)
        names = tuple(map(str, channel_names))
        first = 0 if everything else n_train
        if truth is not None:
            truth = check_truth(truth, n_samples, first=first)
        # A sample at the offset is normal, so what was trained on holds no event.
        trained_on = np.arange(n_samples) < first
        events = find_events(
            np.where(trained_on, np.maximum(score, offset), score),
            offset=offset,
            channel_errors=channel_errors,
            channel_names=None if channel_errors is None else names,
            index=index,
            min_length=min_length,
            merge_gap=merge_gap,
        )
        return cls(
            values=values,
            channel_names=names,
            index=index,
            expected=expected,
            score=score,
            offset=offset,
            label=np.where(score < offset, -1, 1),
            events=tuple(events),
            n_train=n_train,
            history=history,
            detector=detector,
            window=window,
            channel_errors=channel_errors,
            truth=truth,
            first=first,
            min_length=min_length,
            merge_gap=merge_gap,
            title=title,
            made=made or {},
        )


def collect(
    estimator: Any,
    X: ArrayLike,
    *,
    offset: float | None = None,
    score: NDArray[np.float64] | None = None,
    channel_errors: NDArray[np.float64] | None = None,
    index: Any = None,
    channel_names: Sequence[str] | None = None,
    n_train: int = 0,
    everything: bool = False,
    min_length: int = 1,
    merge_gap: int = 0,
    truth: ArrayLike | None = None,
    title: str | None = None,
    made: Mapping[str, Mapping[str, Any]] | None = None,
) -> Detection:
    """Score a series with a fitted detector or pipeline and find its events.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels)
        The series, what was trained on first.
    offset : float, default=None
        Threshold on the scale of the scores; None for the detector's own.
    score : ndarray of shape (n_samples,), default=None
        Scores of `X`, where they are known already; None to score it.
    channel_errors : ndarray of shape (n_samples, n_channels), default=None
        What :func:`skanomaly.report.score_series` returned beside them. Without it
        known scores blame no channel.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples; None for the index of a data frame, or sample
        numbers.
    channel_names : sequence of str, default=None
        One name a channel; None for the columns of a data frame, or ``x0``, ``x1``, ...
    n_train : int, default=0
        Number of samples at the start that the detector was trained on.
    everything : bool, default=False
        Look for events in the part that was trained on too.
    min_length, merge_gap : int
        Passed to :func:`skanomaly.find_events`.
    truth : array-like of shape (n_samples,), default=None
        Labels in {0, 1} or {+1, -1}, or booleans, to judge the events by.
    title : str, default=None
        What the report is called; None for the detector and what it watches.
    made : mapping of str to mapping, default=None
        How it was made, under headings, to be told in the report.

    Returns
    -------
    detection : Detection

    Raises
    ------
    ValueError
        If the detector has no threshold and `offset` is None, or if scores, index,
        channels, truth or what was trained on do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.report import collect
    >>> X = np.random.default_rng(0).normal(size=(200, 1))
    >>> X[150] = 12
    >>> forest = IsolationForest(random_state=0, contamination=0.1).fit(X[:100])
    >>> 150 in [event.peak for event in collect(forest, X, n_train=100).events]
    True
    """
    if offset is None:
        offset = offset_or_none(estimator)
    if offset is None:
        raise ValueError(
            f"{detector_name(estimator)} has no offset_: pass offset, below which its "
            "scores are anomalous."
        )
    if score is None:
        score, channel_errors = score_series(estimator, X)
    return Detection.from_scores(
        score,
        values=X,
        offset=offset,
        channel_names=names_of(X, channel_names),
        index=index_of(X, index),
        expected=expected_or_none(estimator, X),
        channel_errors=channel_errors,
        truth=truth,
        n_train=n_train,
        everything=everything,
        min_length=min_length,
        merge_gap=merge_gap,
        history=getattr(innermost(estimator), "history_", None),
        detector=detector_name(estimator),
        window=window_or_none(estimator),
        title=title,
        made=made,
    )


def score_series(
    estimator: Any, X: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Score a series and tell who is to blame, with one pass of the network.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels)
        The series.

    Returns
    -------
    score : ndarray of shape (n_samples,)
        What ``score_samples`` returns.
    channel_errors : ndarray of shape (n_samples, n_channels) or None
        What each channel adds to the error. None where the detector does not tell, or
        where there is one channel and so no question.
    """
    errors = blame_or_none(estimator, X)
    if errors is None:
        return 0.0 - abnormality(estimator, X), None
    # Its own score_samples is this sum, of errors that it would compute once more.
    return 0.0 - errors.sum(axis=1), errors
