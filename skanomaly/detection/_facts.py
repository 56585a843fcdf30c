"""Facts about a fitted estimator, within whatever thresholds and pipelines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Hold what a report says of a run beside the series and what was found in it.

    Parameters
    ----------
    detector : str, default="scores"
        Name of the detector.
    window : int or None, default=None
        Number of samples that it sees at once, where that is known.
    history : mapping of str to sequence of float, or None, default=None
        Losses of each epoch, where there are some.
    title : str or None, default=None
        Title of the report; None for the detector and the channels.
    made : mapping of str to mapping, default={}
        How it was made: facts under headings.

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
            Without a title, and without facts of how it was made.
        """
        return cls(
            detector=detector_name(estimator),
            window=window_of(estimator),
            history=getattr(innermost(estimator), "history_", None),
        )


def unwrapped(estimator: Any) -> Any:
    """Return the best estimator of a search, which answers in its place."""
    while hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    return estimator


def innermost(estimator: Any) -> Any:
    """Return the detector that scores, within searches, thresholds and pipelines.

    Parameters
    ----------
    estimator : estimator
        Fitted or not: of an estimator that is not fitted, nothing is within.

    Returns
    -------
    detector : estimator
        The last step of the innermost pipeline.

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
    """Return the name of the class of the detector that scores.

    Parameters
    ----------
    estimator : estimator
        Pipeline or outlier detector.

    Returns
    -------
    name : str

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import detector_name
    >>> detector_name(make_detector("pca"))
    'PCADetector'
    """
    return type(innermost(estimator)).__name__


def offset_of(estimator: Any) -> float | None:
    """Return the threshold on the scale of the scores, if there is one.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    offset : float or None
        ``offset_`` of the estimator, or of the last step of a pipeline.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import OneClassSVM
    >>> from skanomaly.detection import offset_of
    >>> svm = OneClassSVM().fit(np.zeros((9, 1)))
    >>> offset_of(svm) == svm.offset_[0]
    True
    """
    estimator = unwrapped(estimator)
    if hasattr(estimator, "steps"):
        return offset_of(estimator.steps[-1][1])
    offset = getattr(estimator, "offset_", None)
    # A one-class SVM has an array of one.
    return None if offset is None else float(np.asarray(offset).item())


def window_of(estimator: Any) -> int | None:
    """Return the number of samples in each row of the detector, if a pipeline knows.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector.

    Returns
    -------
    window : int or None
        ``window_`` of the first step that has one.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import window_of
    >>> window_of(make_detector("pca", window=8).fit(np.random.rand(50, 1)))
    8
    """
    for _, step in getattr(estimator, "steps", ()):
        if hasattr(step, "window_"):
            return int(step.window_)
    inner = _within(estimator)
    return None if inner is None else window_of(inner)


def _within(estimator: Any) -> Any:
    """Return the estimator next within, None where there is none."""
    if hasattr(estimator, "steps"):
        return estimator.steps[-1][1]
    for name in ("best_estimator_", "estimator_"):
        inner = getattr(estimator, name, None)
        # An isolation forest has an estimator_ too: a tree, which scores nothing.
        if hasattr(inner, "score_samples"):
            return inner
    return None
