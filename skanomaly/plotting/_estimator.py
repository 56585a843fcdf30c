"""What pictures ask of an estimator, of this package or of scikit-learn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def last_step(estimator: Any) -> Any:
    """Return the detector of a pipeline, or the detector itself."""
    return estimator[-1] if hasattr(estimator, "steps") else estimator


def within_thresholds(estimator: Any) -> Any:
    """Return the pipeline or detector that was given another threshold."""
    # An isolation forest has an estimator_ too: a tree, which scores nothing.
    while hasattr(getattr(estimator, "estimator_", None), "score_samples"):
        estimator = estimator.estimator_
    return estimator


def innermost(estimator: Any) -> Any:
    """Return what scores, within whatever thresholds and pipelines."""
    last = last_step(within_thresholds(estimator))
    return last if last is estimator else innermost(last)


def detector_name(estimator: Any) -> str:
    """Return the class of what scores."""
    return type(innermost(estimator)).__name__


def offset_or_none(estimator: Any) -> float | None:
    """Return the threshold on the scale of the scores, where there is one."""
    offset = getattr(last_step(estimator), "offset_", None)
    # A one-class SVM has an array of one.
    return None if offset is None else float(np.asarray(offset).item())


def expected_or_none(estimator: Any, X: ArrayLike) -> NDArray[np.float64] | None:
    """Return the expected value of each sample, shape (n_samples, n_channels).

    None for plain outlier detectors, which expect nothing in particular.
    """
    pipeline = within_thresholds(estimator)
    if not hasattr(pipeline, "steps"):
        return None
    from skanomaly.compose import expected_values

    return expected_values(pipeline, X)


def channel_errors_or_none(estimator: Any, X: ArrayLike) -> NDArray[np.float64] | None:
    """Return what each channel adds to the error, shape (n_samples, n_channels).

    None for detectors that do not tell.
    """
    inner = within_thresholds(estimator)
    if hasattr(inner, "steps"):
        rows = inner[:-1].transform(X) if len(inner) > 1 else X
        return channel_errors_or_none(inner[-1], rows)
    if not hasattr(inner, "score_channels"):
        return None
    errors: NDArray[np.float64] = inner.score_channels(X)
    return errors


def decision_and_blame(
    estimator: Any, X: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return the decision of each sample, and the errors of several channels.

    There are no errors where the detector does not tell them channel by channel.
    """
    offset = offset_or_none(estimator)
    if offset is not None and np.shape(X)[1] > 1:
        errors = channel_errors_or_none(estimator, X)
        # Of records there may be one error for all columns.
        if errors is not None and errors.shape == np.shape(X):
            return -errors.sum(axis=1) - offset, errors
    # Labels do not know where an event peaks.
    judge = getattr(estimator, "decision_function", estimator.predict)
    return judge(X), None


def index_of(X: Any, index: Any) -> Any:
    """Return the index, or that of a data frame where there is none."""
    return X.index if index is None and hasattr(X, "columns") else index


def names_of(X: Any, channel_names: Sequence[str] | None) -> Sequence[str] | None:
    """Return the names of the channels, or those of a data frame's columns."""
    if channel_names is None and hasattr(X, "columns"):
        return [str(name) for name in X.columns]
    return channel_names
