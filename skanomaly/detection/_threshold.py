"""Threshold of a detection: the estimator's own, or one from the series at hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skanomaly._text import closest
from skanomaly.detection._facts import detector_name, offset_of, unwrapped, window_of
from skanomaly.thresholds import AutoThreshold, GapThreshold, is_auto, resolve_threshold

SOURCES = ("auto", "fit", "series")
# Errors up to so many times the 90th percentile of the training part are normal. It is
# less than for the threshold of a fit, as a gap in the series decides further.
_TIMES = 2.25
_MANY_WINDOWS = 8


def source_of(estimator: Any, threshold: Any, n_train: int) -> Any:
    """Return what the threshold of a detection is learned from.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.
    threshold : {"auto", "fit", "series"}, rule, str or float
        See :func:`skanomaly.detect`.
    n_train : int
        Number of samples at the start that the estimator was trained on.

    Returns
    -------
    source : {"fit", "series"} or rule
        The estimator's own threshold, the scores of the series, or an unfitted rule.

    Raises
    ------
    ValueError
        If the estimator has no ``offset_`` and no rule is given, or if the threshold is
        none of these.
    """
    if isinstance(threshold, str) and threshold.strip().lower() in SOURCES:
        threshold = threshold.strip().lower()
        if offset_of(estimator) is None:
            if hasattr(estimator, "fit"):
                check_is_fitted(estimator)
            raise ValueError(
                f"{detector_name(estimator)} has no offset_. Pass a threshold: the "
                "largest error (negative score) that is normal, or a rule such as "
                "'sigma:8'."
            )
        if threshold != "auto":
            return threshold
        # Records have no order, and peaks of blocks no meaning. Without a training part
        # at hand, it is not known how far the errors of normal samples reach.
        is_known = window_of(estimator) is not None and n_train > 0
        return "series" if is_known and _is_auto(estimator) else "fit"
    try:
        return resolve_threshold(threshold)
    except ValueError as error:
        hint = closest(threshold, SOURCES) if isinstance(threshold, str) else ""
        raise ValueError(
            f"{error} Or pass 'fit' for the threshold of the estimator, or 'series' "
            f"for one that is learned from the scores of the series.{hint}"
        ) from None


def offset_from(
    source: Any, estimator: Any, scores: NDArray[np.float64], n_train: int
) -> float:
    """Return the score below which a sample is anomalous.

    Parameters
    ----------
    source : {"fit", "series"} or rule
        See `source_of`.
    estimator : estimator
        Fitted pipeline or outlier detector.
    scores : ndarray of shape (n_samples,)
        Scores of the series.
    n_train : int
        Number of samples at the start that the estimator was trained on.

    Returns
    -------
    offset : float
    """
    own = offset_of(estimator, default=-np.inf)
    assert own is not None
    known = _known(scores)
    if source == "fit" or not known.size:
        return own
    if source != "series":
        training = _known(scores[:n_train])
        return float(source.fit(training if training.size else known).offset_)
    if not np.isfinite(own):
        return own
    block = window_of(estimator) or 1
    least = _largest_normal(scores[:n_train], 0.0 - own, window=block)
    return float(GapThreshold(block=block, least=least).fit(known).offset_)


def _largest_normal(training: NDArray[np.float64], own: float, *, window: int) -> float:
    """Return the error up to which samples are normal.

    Parameters
    ----------
    training : ndarray of shape (n_train,)
        Scores of the training samples.
    own : float
        Largest error that is normal by the threshold of the estimator.
    window : int
        Number of samples in a window.
    """
    if not _known(training).size:
        return own
    # Windows of the last training samples see what follows. If that is an anomaly, the
    # threshold of the fit does not know it.
    margin = window // 2
    inner = training[margin : len(training) - margin]
    if _known(inner).size:
        own = max(own, _reached(inner, window))
    normal = min(_reached(training, window), own)
    # The first windows hold padding, as the last ones of the series do. An anomaly is
    # seldom among them if there are many.
    padded = _known(training[:margin])
    if padded.size and len(training) >= _MANY_WINDOWS * window:
        return max(normal, 0.0 - float(padded.min()))
    return normal


def _reached(scores: NDArray[np.float64], window: int) -> float:
    """Return how far the errors of normal samples reach."""
    rule = AutoThreshold(times=_TIMES, block=window)
    return 0.0 - float(rule.fit(_known(scores)).offset_)


def _is_auto(estimator: Any) -> bool:
    """Return whether nobody chose the threshold of an estimator."""
    estimator = unwrapped(estimator)
    if hasattr(estimator, "steps"):
        return _is_auto(estimator.steps[-1][1])
    return is_auto(getattr(estimator, "threshold", None))


def _known(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores[np.isfinite(scores)]
