"""Detection of the events of a series by a fitted estimator."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skanomaly._ignored import near
from skanomaly.detection._ask import ask, check_is_estimator
from skanomaly.detection._detection import Detection
from skanomaly.detection._facts import RunFacts, gaps_of, reach_of, tail_of
from skanomaly.detection._intervals import as_mask, to_positions
from skanomaly.detection._per_time import per_sample
from skanomaly.detection._rule import EventRule, check_is_rule
from skanomaly.detection._threshold import offset_from, source_of
from skanomaly.detection._time_series import TimeSeries
from skanomaly.detectors import Assessment, Curve
from skanomaly.events import STRONG
from skanomaly.thresholds import ErrorTail

_DEFAULT_RULE = EventRule()
# Errors of a scaled series that only rounding makes.
_NO_ERROR = 1e-9


def detect(
    estimator: Any,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    index: Any = None,
    channel_names: Sequence[Any] | None = None,
    n_train: int = 0,
    events: EventRule = _DEFAULT_RULE,
    threshold: Any = "auto",
) -> Detection:
    """Score a series with a fitted detector and find its events.

    Scores, expected values and the errors of the channels are computed in a single
    pass of the model.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels)
        The series, in temporal order: an array, or a frame of pandas, polars or
        pyarrow, of which a column is one channel. If it contains the training samples,
        they come first.
    y : array-like of shape (n_samples,), default=None
        True labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or
        booleans. They are stored to evaluate the events and do not influence them.
    index : array-like of shape (n_samples,), default=None
        Times or numbers of the samples. If None, the index of a data frame, or sample
        numbers.
    channel_names : sequence of str, default=None
        One name per channel. If None, the columns of a data frame, or ``x0``, ``x1``,
        ...
    n_train : int, default=0
        Number of samples at the start that the detector was trained on. They are not
        searched for events unless ``events.in_training`` is True.
    events : EventRule, default=EventRule()
        Definition of an event.
    threshold : {"auto", "fit", "series"}, rule, str or float, default="auto"
        How the threshold is chosen:

        - ``"fit"``: the ``offset_`` of the estimator, which does not depend on the
          series. Labels of samples remain as they are when later ones are appended;
        - ``"series"``: in the widest gap among the peaks of the errors of the series
          (see :class:`skanomaly.GapThreshold`), but beyond the normal errors of the
          training part (see :class:`skanomaly.JumpThreshold`; up to 2.25 times their
          90th percentile), and at most three times that. Without a training part, the
          error that ``"fit"`` allows takes its place;
        - ``"auto"``: ``"series"`` if the estimator's own threshold is ``"auto"``, it
          sees windows, and the series holds its training part, else ``"fit"``;
        - a number, the largest error (negative score) that is normal;
        - a rule such as ``"sigma:8"`` or ``"rate:1/10000"``, fitted on the scores of
          the training part, or of the whole series if that is not part of it;
        - a rate of false events per time, such as ``"rate:1/week"``, ``"rate:2/day"``
          or ``"rate:1/30min"``, for a series with times.

    Returns
    -------
    detection : Detection
        Scores, labels, events and, if the estimator provides them, expected values
        with a band around them and errors of the channels.

    Raises
    ------
    TypeError
        If the estimator is a name, or if `events` is no rule.
    ValueError
        If the estimator has no ``score_samples``, if it has no ``offset_`` that
        `threshold` asks for, if `threshold` is a rate per time and the series has no
        times, if `index`, `channel_names`, `n_train` or `y` do not match the series, or
        if `events` needs times or expected values that there are not.

    See Also
    --------
    find_events : Find events in scores or labels without an estimator.
    skanomaly.detection.judge : Compare a detection with the true labels.

    Notes
    -----
    Severities are measured, and false events estimated, from the scores that the
    threshold was learned from, as far as they are normal: with ``"fit"``, those that
    the estimator was fitted with, else those of the training part of the series. Where
    the one is not known, the other takes its place; without both, severities are
    measured from the median of all scores, and false events are not estimated.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import detect, make_detector
    >>> X = np.sin(np.arange(600) / 5).reshape(-1, 1)
    >>> X[450] += 3
    >>> pipe = make_detector("pca", window=30).fit(X[:300])
    >>> detection = detect(pipe, X, n_train=300)
    >>> [event.start <= 450 < event.stop for event in detection.events]
    [True]
    >>> detection.expected.shape
    (600, 1)
    """
    check_is_estimator(estimator)
    check_is_rule(events)
    series = TimeSeries(
        X, index=index, channel_names=channel_names, n_train=n_train, truth=y
    )
    events.in_samples(series)  # raises before the series is scored
    source = source_of(estimator, per_sample(threshold, series), series.n_train)
    ignored = to_positions(events.ignore, series.index, series.n_samples)
    assessment = ask(estimator, X)
    unseen = near(as_mask(ignored, series.n_samples), *reach_of(estimator))
    learned = np.where(unseen, np.nan, assessment.scores)
    training = learned[: series.n_train]
    offset = offset_from(source, estimator, learned, series.n_train)
    _warn_if_blind(series, assessment.scores, offset)
    found = as_detection(
        assessment,
        series,
        offset=offset,
        # The errors that the threshold was learned from, as far as they are normal.
        tail=tail_of(estimator)
        if source == "fit" or not np.isfinite(training).any()
        else ErrorTail.of(0.0 - training),
        threshold_source=source if isinstance(source, str) else "rule",
        rule=events,
        gaps=gaps_of(estimator),
        about=RunFacts.of(estimator),
    )
    return _with_band(found, assessment.curve)


def as_detection(assessment: Assessment, series: TimeSeries, **facts: Any) -> Detection:
    """Return the detection of an assessed series.

    Parameters
    ----------
    assessment : Assessment
        Assessment of the samples of the series.
    series : TimeSeries
        The series.
    **facts : dict
        Further fields of :class:`skanomaly.Detection`, at least ``offset``; ``scores``
        replace those of the assessment.

    Returns
    -------
    detection : Detection
        Detection without a band around the expected values.

    Examples
    --------
    >>> from skanomaly.detection import TimeSeries, as_detection
    >>> from skanomaly.detectors import Assessment
    >>> found = Assessment.of_scores([-1.0, -9.0, -1.0])
    >>> as_detection(found, TimeSeries([0.0, 5.0, 0.0]), offset=-4.0).labels
    array([ 1, -1,  1])
    """
    # Records, and transformers that join channels, lead to errors of other columns.
    separate = assessment.errors.shape == series.values.shape
    own_errors = assessment.own_errors
    if own_errors is not None and not separate:
        own_errors = own_errors.sum(axis=1, keepdims=True)
    fields = {
        "scores": assessment.scores,
        "expected": assessment.expected,
        # A single channel contributes the whole error.
        "channel_errors": assessment.errors
        if separate and series.n_channels > 1
        else None,
        "own_errors": own_errors,
        "own_in_unit": assessment.own_in_unit,
    }
    return Detection(series=series, **(fields | facts))


def _warn_if_blind(series: TimeSeries, scores: Any, offset: float) -> None:
    """Warn of a detector that reproduces everything, and so never finds an event."""
    known = scores[~np.isnan(scores)]
    if not known.size or max(abs(offset), np.abs(known).max()) > _NO_ERROR:
        return
    values = series.values[np.isfinite(series.values).all(axis=1)]
    if len(values) and np.ptp(values, axis=0).any():
        warnings.warn(
            "the threshold and all errors are 0 although the series varies: the "
            "detector reproduces whatever it sees, as after training on too few "
            "samples. Train on a longer part, or a smaller model.",
            stacklevel=3,
        )


def _with_band(found: Detection, curve: Curve | None) -> Detection:
    """Add the values between which a sample alone is not localized as an event."""
    usual, expected = found.usual_error, found.expected
    if curve is None or usual is None or expected is None:
        return found
    lower, upper = curve.limits(STRONG * usual)
    return replace(
        found,
        # Where even what is expected has a larger error, there is nothing between.
        expected_lower=np.fmin(lower, expected),
        expected_upper=np.fmax(upper, expected),
    )
