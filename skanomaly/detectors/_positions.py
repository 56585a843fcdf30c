"""Errors of rows from those of their positions, for series that go on."""

from copy import copy
from typing import Any

from numpy.typing import NDArray

from skanomaly.detectors._assessment import Assessment, Float32s
from skanomaly.detectors._base import BaseDetector
from skanomaly.windows import Sequences, row_means, to_float32


class PositionErrors:
    """Errors of the positions of a fitted detector, and those of the rows they make.

    A row is judged at all positions at which the context of the model fits into it. The
    next row shares all of them but one, so that a series that goes on by a step needs a
    single one more.

    Parameters
    ----------
    detector : BaseDetector
        Fitted detector of this package.
    plain : bool, default=True
        Whether NumPy computes the outputs of networks that have only layers that it
        knows, to 1e-6, which takes a fraction of the time for few positions.

    Attributes
    ----------
    n_steps : int
        Number of steps that the error of a position depends on.
    n_positions : int
        Number of positions in a row.

    Raises
    ------
    ValueError
        If an error depends on all steps before it, as with ``stateful=True``.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import PCADetector
    >>> from skanomaly.detectors import PositionErrors
    >>> from skanomaly.windows import sliding_view
    >>> series = np.sin(np.arange(300) / 5)[:, np.newaxis]
    >>> rows = sliding_view(series, 40)
    >>> detector = PCADetector(context=20).fit(rows)
    >>> positions = PositionErrors(detector)
    >>> errors = positions.of(series[np.newaxis])
    >>> scores = positions.assessment(errors).scores
    >>> bool(np.allclose(scores, detector.score_samples(rows)))
    True
    """

    def __init__(self, detector: BaseDetector, *, plain: bool = True) -> None:
        if getattr(detector, "stateful", False):
            raise ValueError(
                "With stateful=True, a score depends on all samples before it. Fit a "
                "detector with stateful=False to score samples as they come."
            )
        self.detector = copy(detector)
        self.detector._models = [one.quick(plain=plain) for one in detector._models]
        self.detector._view = detector._view.unpadded()
        self.n_steps: int = detector._view.n_steps
        window = detector.n_features_in_ // detector.n_channels_
        self.n_positions = window - self.n_steps + 1

    def of(self, values: NDArray[Any]) -> Float32s:
        """Return the errors of all positions in several series, in one pass.

        Parameters
        ----------
        values : ndarray of shape (n_series, n_steps, n_channels)
            Parts of series, as the rows of the detector hold them.

        Returns
        -------
        errors : ndarray of shape (n_series, n_positions, n_channels)
        """
        series = to_float32(values)
        rows, detector = Sequences(series, self.n_steps), self.detector
        by_row: Float32s = detector._layout.by_row(detector._position_errors(rows))
        return by_row.reshape(len(series), -1, series.shape[2])

    def assessment(self, errors: Float32s) -> Assessment:
        """Return the assessment of all rows that positions make.

        Parameters
        ----------
        errors : ndarray of shape (n_series, n_positions, n_channels)
            Errors of consecutive positions.

        Returns
        -------
        assessment : Assessment
            Of the rows of all series, those of a series side by side.
        """
        detector = self.detector
        apart = detector._without_rounding(row_means(errors, self.n_positions))
        return Assessment(detector._combination.contributions(apart), apart=apart)
