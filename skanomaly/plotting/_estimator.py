"""What pictures ask of an estimator, of this package or of scikit-learn."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def last_step(estimator: Any) -> Any:
    """Return the detector of a pipeline, or the detector itself."""
    return estimator[-1] if hasattr(estimator, "steps") else estimator


def innermost(estimator: Any) -> Any:
    """Return what scores, within whatever thresholds and pipelines."""
    last = last_step(estimator)
    # An isolation forest has an estimator_ too: a tree, which scores nothing.
    while hasattr(getattr(last, "estimator_", None), "score_samples"):
        last = last_step(last.estimator_)
    return last


def detector_name(estimator: Any) -> str:
    """Return the class of what scores."""
    return type(innermost(estimator)).__name__


def offset_or_none(estimator: Any) -> float | None:
    """Return the threshold on the scale of the scores, where there is one."""
    offset = getattr(last_step(estimator), "offset_", None)
    return None if offset is None else float(offset)


def expected_or_none(estimator: Any, X: ArrayLike) -> NDArray[np.float64] | None:
    """Return the expected value of each sample, shape (n_samples, n_channels).

    None for plain outlier detectors, which expect nothing in particular.
    """
    if not hasattr(estimator, "steps"):
        return None
    from skanomaly.compose import expected_values

    return expected_values(estimator, X)
