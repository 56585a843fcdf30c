"""Examples to learn from, if some of them may be abnormal."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skanomaly.detectors._assessment import Float32s, example_errors
from skanomaly.windows import Examples

# Number of examples, evenly spaced, that say where the middle is.
N_SEEN = 1000


def moderate(examples: Examples) -> Examples:
    """Return the half of the examples whose largest value is least extreme.

    A model that has learned from all of them would reproduce those that are far from
    the others, and leave out normal ones. The first step of least trimmed squares [1]_.

    References
    ----------
    .. [1] Rousseeuw, P. J. and Van Driessen, K. (2006). Computing LTS regression for
       large data sets. Data Mining and Knowledge Discovery 12, 29-45.
       https://doi.org/10.1007/s10618-005-0024-4
    """
    center = _median(examples)
    extremes = [
        # The target of a forecaster may be extreme where its inputs are not.
        np.max([np.abs(x - center).reshape(len(x), -1).max(axis=1) for x in pair], 0)
        for pair in examples.blocks()
    ]
    return _smallest(examples, np.concatenate(extremes), 0.5)


def reproduced(
    examples: Examples, model: Any, share: float, size: Callable[[Float32s], Float32s]
) -> Examples:
    """Return the examples without the share that a model reproduces worst."""
    if not share:
        return examples
    return _smallest(examples, example_errors(model, examples, size), share)


def _smallest(examples: Examples, errors: Float32s, left_out: float) -> Examples:
    n_kept = len(errors) - int(left_out * len(errors))
    return examples.subset(np.sort(np.argsort(errors, kind="stable")[:n_kept]))


def _median(examples: Examples) -> Float32s:
    """Return the median of each channel in some inputs, as a model sees them."""
    some = np.linspace(0, examples.count - 1, min(N_SEEN, examples.count))
    inputs, _ = examples.take(some.astype(np.intp))
    median: Float32s = np.median(inputs, axis=(0, 1))
    return median
