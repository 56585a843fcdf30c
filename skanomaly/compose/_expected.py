"""What a fitted pipeline expected to see."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.pipeline import Pipeline

from skanomaly.windows import Shingler

# Rows that are reconstructed at once, of which only one step is kept.
BLOCK = 4096


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
        reconstruction from those around it. None where the pipeline has no
        `Shingler`, or its detector, such as an isolation forest, expects nothing.
    """
    places = [i for i, step in enumerate(pipeline) if isinstance(step, Shingler)]
    detector: Any = pipeline[-1]
    if not places or not hasattr(detector, "_expected_step"):
        return None
    shingler, before = pipeline[places[0]], pipeline[: places[0]]
    rows = pipeline[:-1].transform(X)
    step = shingler.window_ // 2 if shingler.align == "center" else shingler.window_ - 1
    blocks = [
        detector._expected_step(rows[start : start + BLOCK], step)
        for start in range(0, len(rows), BLOCK)
    ]
    expected: NDArray[np.float64] = np.concatenate(blocks)
    return before.inverse_transform(expected) if len(before) else expected
