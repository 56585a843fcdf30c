"""Facts about a fitted estimator, inside any pipeline, search or threshold wrapper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from skanomaly.events import Gaps
from skanomaly.thresholds import ErrorTail

# A window around a sample has so many gaps within a part of an anomaly, or between
# parts.
_GAPS_PER_WINDOW, _PARTS_PER_WINDOW = 12, 6


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Facts about a run that a report shows in addition to the detection.

    Parameters
    ----------
    detector : str, default="scores"
        Name of the detector.
    window : int or None, default=None
        Number of samples in a window of the detector; None if it is not known.
    history : mapping of str to sequence of float, or None, default=None
        Losses per epoch; None for detectors without a training history.
    title : str or None, default=None
        Title of the report. If None, the names of the detector and the channels.
    made : mapping of str to mapping, default={}
        Settings of the run, as facts grouped under headings.

    Examples
    --------
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.detection import RunFacts
    >>> RunFacts.of(IsolationForest()).detector
    'IsolationForest'
    """

    detector: str = "scores"
    window: int | None = None
    history: Mapping[str, Sequence[float]] | None = None
    title: str | None = None
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, estimator: Any) -> Self:
        """Return the facts of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            Fitted pipeline or outlier detector.

        Returns
        -------
        facts : RunFacts
            Facts without a title and without settings of the run.
        """
        return cls(
            detector=detector_name(estimator),
            window=window_of(estimator),
            history=getattr(innermost(estimator), "history_", None),
        )


def unwrapped(estimator: Any) -> Any:
    """Return the best estimator of a search, or the estimator itself.

    Parameters
    ----------
    estimator : estimator
        Search, pipeline or outlier detector.

    Returns
    -------
    estimator : estimator
        What is no search.

    Examples
    --------
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.detection import unwrapped
    >>> unwrapped(IsolationForest())
    IsolationForest()
    """
    while hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    return estimator


def innermost(estimator: Any) -> Any:
    """Return the detector inside searches, threshold wrappers and pipelines.

    Parameters
    ----------
    estimator : estimator
        Pipeline, search, threshold wrapper or outlier detector. Searches and threshold
        wrappers that are not fitted are not entered.

    Returns
    -------
    detector : estimator
        The last step of the innermost pipeline, or the estimator itself.

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import innermost
    >>> type(innermost(make_detector("pca"))).__name__
    'PCADetector'
    """
    inner = _within(estimator)
    return estimator if inner is None else innermost(inner)


def detector_name(estimator: Any) -> str:
    """Return the class name of the detector inside an estimator.

    Parameters
    ----------
    estimator : estimator
        Pipeline or outlier detector.

    Returns
    -------
    name : str
        Name of the class of `innermost(estimator)`.

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import detector_name
    >>> detector_name(make_detector("pca"))
    'PCADetector'
    """
    return type(innermost(estimator)).__name__


def offset_of(estimator: Any, *, default: float | None = None) -> float | None:
    """Return the threshold of an estimator on the scale of its scores.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.
    default : float or None, default=None
        Value to return if there is no threshold. With ``-numpy.inf``, no sample is
        below it.

    Returns
    -------
    offset : float or None
        ``offset_`` of the estimator, or of the last step of a pipeline; `default` if it
        has none.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import OneClassSVM
    >>> from skanomaly.detection import offset_of
    >>> svm = OneClassSVM().fit(np.zeros((9, 1)))
    >>> offset_of(svm) == float(svm.offset_[0])
    True
    """
    estimator = unwrapped(estimator)
    if hasattr(estimator, "steps"):
        return offset_of(estimator.steps[-1][1], default=default)
    offset = getattr(estimator, "offset_", None)
    # The offset_ of a OneClassSVM is an array with one element.
    return default if offset is None else float(np.asarray(offset).item())


def may_expect(estimator: Any) -> bool:
    """Return whether an estimator expects values, as its detector has a model of them.

    Parameters
    ----------
    estimator : estimator
        Pipeline or outlier detector, not necessarily fitted.

    Returns
    -------
    may_expect : bool
        Whether the detector reconstructs or forecasts, or a member of an ensemble does.

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import may_expect
    >>> [may_expect(make_detector(name)) for name in ("ensemble", "kernel_features")]
    [True, False]
    """
    inner = innermost(estimator)
    wrapped = getattr(inner, "estimator", None)
    if hasattr(wrapped, "fit"):  # of a wrapper that is not fitted
        return may_expect(wrapped)
    members = getattr(inner, "estimators", ())
    return (
        hasattr(inner, "reconstruct")
        or hasattr(inner, "forecast")
        or any(may_expect(member) for _, member in members)
    )


def tail_of(estimator: Any) -> ErrorTail | None:
    """Return the errors of normal samples that an estimator learned its offset from.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    tail : ErrorTail or None
        ``tail_`` of the outermost step or estimator that has one; None if none has.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import tail_of
    >>> tail_of(make_detector("pca", window=8).fit(np.random.rand(90, 1))).n_samples
    90
    """
    estimator = unwrapped(estimator)
    tail: ErrorTail | None = getattr(estimator, "tail_", None)
    inner = _within(estimator)
    return tail if tail is not None or inner is None else tail_of(inner)


def window_of(estimator: Any) -> int | None:
    """Return the number of samples per row of the detector of a pipeline.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    window : int or None
        ``window_`` of the first step that has one, the largest one of an ensemble's
        members; None if there is none.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import window_of
    >>> window_of(make_detector("pca", window=8).fit(np.random.rand(50, 1)))
    8
    """
    shingler = _shingler_of(estimator)
    return None if shingler is None else int(shingler.window_)


def gaps_of(estimator: Any) -> Gaps:
    """Return how many samples may look normal within an anomaly.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    gaps : Gaps
        0 without a window. Within a part of an anomaly, a twelfth of the window, of an
        ensemble of the shortest one, so that no noise is joined with what only that one
        detects. Between parts, a sixth of the window, of an ensemble of the longest
        one, if rows lie around their sample. Rows that end at or near their sample see
        an anomaly when it is over, which raises own errors again: a whole window.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import gaps_of
    >>> gaps_of(make_detector("pca", window=30).fit(np.random.rand(90, 1)))
    Gaps(within=2, between=5)
    """
    longest = _shingler_of(estimator)
    if longest is None:
        return Gaps()
    window = int(longest.window_)
    is_centered = abs(2 * getattr(longest, "own_step_", window) - window) <= 1
    shortest = min(int(one.window_) for one in _shinglers_of(estimator))
    return Gaps(
        within=shortest // _GAPS_PER_WINDOW,
        between=window // _PARTS_PER_WINDOW if is_centered else window,
    )


def reach_of(estimator: Any) -> tuple[int, int]:
    """Return how many samples before and after a sample its score depends on.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    before, after : int
        Number of samples; 0 without a window. Of an ensemble, the most of all members.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import reach_of
    >>> reach_of(make_detector("pca", window=30).fit(np.random.rand(90, 1)))
    (15, 14)
    """
    before = after = 0
    for shingler in _shinglers_of(estimator):
        last = int(shingler.window_) - 1
        own = int(getattr(shingler, "own_step_", last))
        before, after = max(before, own), max(after, last - own)
    return before, after


def ends_of(estimator: Any) -> int:
    """Return how many samples at an end of a series decide on the windows there.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    n_samples : int
        Number of samples that the values beyond the end depend on; 0 without a window.
        Of an ensemble, the most of all members.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import ends_of
    >>> ends_of(make_detector("pca", window=30).fit(np.random.rand(90, 1)))
    30
    """
    shinglers = _shinglers_of(estimator)
    return max((getattr(s, "n_compared_", s.window_) for s in shinglers), default=0)


def _shingler_of(estimator: Any) -> Any:
    """Return the step with a window, of an ensemble the one with the largest."""
    found = _shinglers_of(estimator)
    return max(found, key=lambda shingler: shingler.window_, default=None)


def _shinglers_of(estimator: Any) -> list[Any]:
    """Return the first step with a window, of an ensemble that of each member."""
    for _, step in getattr(estimator, "steps", ()):
        if hasattr(step, "window_"):
            return [step]
    inner = _within(estimator)
    if inner is not None:
        return _shinglers_of(inner)
    members = getattr(estimator, "estimators_", ())
    # Those of an IsolationForest are trees, too.
    entered = [one for one in members if hasattr(one, "score_samples")]
    return [shingler for one in entered for shingler in _shinglers_of(one)]


def _within(estimator: Any) -> Any:
    """Return the estimator one level inside, or None."""
    if hasattr(estimator, "steps"):
        return estimator.steps[-1][1]
    for name in ("best_estimator_", "estimator_"):
        inner = getattr(estimator, name, None)
        # The estimator_ of an IsolationForest is a tree, which has no score_samples.
        if hasattr(inner, "score_samples"):
            return inner
    return None
