"""Examples to learn from, if some of them may be abnormal."""

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.detectors._assessment import Float32s, error_size, example_errors
from skanomaly.detectors._parameters import parameter, parameters
from skanomaly.windows import Examples

# Number of examples, evenly spaced, that say where the middle is.
N_SEEN = 1000


@parameters
class Trimming:
    """Parameter of detectors that leave examples out of their training."""

    contamination_trim: float = parameter(0.0, Interval(Real, 0, 0.5, closed="both"))

    # Whether no model learns from the examples that are left out.
    _trims_examples: ClassVar[bool] = True
    # Error of residuals, by which rows are judged and examples left out.
    _error_size = staticmethod(error_size)

    @property
    def _left_out(self) -> float:
        """Fraction of the examples from which no model learns."""
        return self.contamination_trim if self._trims_examples else 0.0

    def _moderate(self, examples: Examples) -> Examples:
        """Leave out what is extreme, before a model says what is abnormal."""
        return moderate(examples) if self._left_out else examples

    def _trimmed(self, model: Any, examples: Examples) -> Examples:
        """Leave out the examples with the largest errors."""
        return reproduced(examples, model, self._left_out, self._error_size)

    def _untrimmed(self, errors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the errors that a threshold is learned from, in their order."""
        n_kept = len(errors) - int(self.contamination_trim * len(errors))
        return errors[np.sort(np.argsort(errors, kind="stable")[:n_kept])]


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
