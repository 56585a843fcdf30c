"""The answer of a detector to one pass of its model over rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Assessment:
    """Errors of rows and, at the step that is each row's own sample, what was expected.

    `assess` of every detector returns one, from a single pass of its model.

    Attributes
    ----------
    errors : ndarray of shape (n_rows, n_channels)
        Contribution of each channel to the error of a row; sums over the channels to
        ``-score_samples``. One column where the model does not separate channels.
    expected : ndarray of shape (n_rows, n_channels) or None
        Value that the model expected at the row's own step, in the unit of the rows.
        None where the model expects no value there, or no step was asked for.
    residuals : ndarray of shape (n_rows, n_channels) or None
        Observed minus expected value at that step, signed.
    own_errors : ndarray of shape (n_rows, n_channels) or None
        Error of that step alone, averaged over the sub-windows of the row that cover
        it. On the scale of `errors`: the channels sum to the error of the sample.
    """

    errors: Floats
    expected: Floats | None = None
    residuals: Floats | None = None
    own_errors: Floats | None = None

    @property
    def scores(self) -> Floats:
        """Score of each row, the lower, the more abnormal."""
        scores: Floats = 0.0 - self.errors.sum(axis=1)
        return scores
