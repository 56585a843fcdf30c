"""Threshold of a detection: the estimator's own, or one from the series at hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skanomaly._text import closest
from skanomaly.detection._facts import detector_name, offset_of, unwrapped, window_of
from skanomaly.thresholds import GapThreshold, resolve_threshold

SOURCES = ("auto", "fit", "series")
# An error of normal data is at most so many times the 99th percentile of the training
# part. In benchmarks/deciding.py, less than that raises false alarms in normal series.
_TIMES_USUAL = 1.75
# Fewer errors have no 99th percentile, and do not show how far normal ones reach.
_ENOUGH = 100


def source_of(estimator: Any, threshold: Any) -> Any:
    """Return what the threshold of a detection is learned from.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.
    threshold : {"auto", "fit", "series"}, rule, str or float
        See :func:`skanomaly.detect`.

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
    if isinstance(threshold, str) and threshold in SOURCES:
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
        # Records have no order, and peaks of blocks no meaning.
        in_windows = window_of(estimator) is not None
        return "series" if in_windows and _is_auto(estimator) else "fit"
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
    if source == "fit":
        return own
    training, known = _known(scores[:n_train]), _known(scores)
    if source != "series":
        learned_from = training if training.size else known
        return float(source.fit(learned_from).offset_)
    if not known.size:
        return own
    block, least = window_of(estimator) or 1, 0.0 - own
    if training.size >= _ENOUGH:
        largest, usual = 0.0 - training.min(), 0.0 - np.quantile(training, 0.01)
        # Scores of other estimators may be positive, where a multiple is no limit.
        least = float(max(largest, _TIMES_USUAL * usual if usual > 0 else largest))
    rule = GapThreshold(block=block, least=least)
    return float(rule.fit(known).offset_)


def _is_auto(estimator: Any) -> bool:
    """Return whether nobody chose the threshold of an estimator."""
    estimator = unwrapped(estimator)
    if hasattr(estimator, "steps"):
        return _is_auto(estimator.steps[-1][1])
    threshold = getattr(estimator, "threshold", None)
    return isinstance(threshold, str) and threshold == "auto"


def _known(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores[np.isfinite(scores)]
