"""What a fitted pipeline expected to see."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.pipeline import Pipeline

from skanomaly.windows import Shingler


def expected_values(pipeline: Pipeline, X: ArrayLike) -> NDArray[np.float64] | None:
    """Return the value that a pipeline expected at each sample.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted: any transformers with an inverse, a `Shingler`, a detector.
    X : array-like of shape (n_samples, n_channels)
        A series.

    Returns
    -------
    expected : ndarray of shape (n_samples, n_channels) or None
        In the unit of X: a forecast of the sample from those before it, or its
        reconstruction from those around it. None where the pipeline can't tell: its
        detector, such as an isolation forest, expects nothing, no `Shingler` stands
        right before it, a forecaster's windows are centered on their samples, or what
        comes before the `Shingler` has no inverse.
    """
    if len(pipeline) < 2 or not isinstance(pipeline[-2], Shingler):
        return None
    before, shingler, detector = pipeline[:-2], pipeline[-2], pipeline[-1]
    centered = shingler.align == "center"
    if not hasattr(detector, "assess"):
        return None
    rows = pipeline[:-1].transform(X)
    window = shingler.window_
    step = window // 2 if centered else window - 1
    expected: NDArray[np.float64] | None = detector.assess(rows, step=step).expected
    if expected is None:
        return None
    try:
        return before.inverse_transform(expected) if len(before) else expected
    except (AttributeError, ValueError):
        return None
