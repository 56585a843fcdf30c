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


def window_or_none(estimator: Any) -> int | None:
    """Return how many samples a row of the detector holds, if a pipeline knows."""
    inner = within_thresholds(estimator)
    if not hasattr(inner, "steps"):
        return None
    windows = [step.window_ for _, step in inner.steps if hasattr(step, "window_")]
    return int(windows[0]) if windows else window_or_none(inner[-1])


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


def blame_or_none(estimator: Any, X: ArrayLike) -> NDArray[np.float64] | None:
    """Return the errors of several channels, whose sum is the error of a sample.

    None where the detector does not tell them channel by channel.
    """
    if np.shape(X)[1] == 1:
        return None
    errors = channel_errors_or_none(estimator, X)
    # Of records there may be one error for all columns.
    return None if errors is None or errors.shape != np.shape(X) else errors


def decision_and_blame(
    estimator: Any, X: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return the decision of each sample, and the errors of several channels, if told.

    One pass of the network gives both.
    """
    offset = offset_or_none(estimator)
    errors = None if offset is None else blame_or_none(estimator, X)
    if errors is not None:
        return -errors.sum(axis=1) - offset, errors
    # Labels do not know where an event peaks.
    judge = getattr(estimator, "decision_function", estimator.predict)
    return judge(X), None


def index_of(X: Any, index: Any) -> Any:
    """Return the index, or that of a data frame where there is none.

    The numbers that rows have by themselves are none.
    """
    if index is not None or not hasattr(X, "columns"):
        return index
    numbers = [getattr(X.index, name, None) for name in ("start", "step")]
    return None if numbers == [0, 1] else X.index


def names_of(X: Any, channel_names: Sequence[str] | None) -> list[str] | None:
    """Return the names of the channels, or those of a data frame's columns."""
    names = getattr(X, "columns", None) if channel_names is None else channel_names
    return None if names is None else [str(name) for name in names]
