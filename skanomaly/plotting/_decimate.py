"""Reduction of a line to the points that determine its appearance."""

import numpy as np
from numpy.typing import NDArray

# Twice the pixel columns of a figure of default width, so that each has points.
N_COLUMNS = 2000


def decimate(
    values: NDArray[np.float64], n_columns: int = N_COLUMNS
) -> NDArray[np.intp]:
    """Select the samples that suffice to draw a line plot of a series.

    The series is divided into `n_columns` blocks of equal length. The first, lowest,
    highest and last sample of each block are kept, so that no extreme value is lost.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Heights of the line. NaN is never selected as the lowest or highest value,
        unless the whole block is NaN.
    n_columns : int, default=2000
        Number of blocks, at least the width of the plot in pixels.

    Returns
    -------
    indices : ndarray of shape (at most 4 * n_columns,)
        Indices of the selected samples, in ascending order.

    References
    ----------
    .. [1] Jugel, U. et al. (2014). M4: A visualization-oriented time series data
       aggregation. PVLDB 7(10). https://doi.org/10.14778/2732951.2732953

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.plotting._decimate import decimate
    >>> values = np.zeros(1_000_000)
    >>> values[123_456] = 1
    >>> indices = decimate(values)
    >>> len(indices) <= 8000, 123_456 in indices
    (True, True)
    """
    n_samples = len(values)
    if n_samples <= 4 * n_columns:
        return np.arange(n_samples)
    width = -(-n_samples // n_columns)
    starts = np.arange(0, n_samples, width)
    # The last block is padded with NaN, which is never the lowest or highest value.
    blocks = np.full((len(starts), width), np.nan)
    blocks.reshape(-1)[:n_samples] = values
    missing = np.isnan(blocks)
    lowest = np.where(missing, np.inf, blocks).argmin(axis=1) + starts
    highest = np.where(missing, -np.inf, blocks).argmax(axis=1) + starts
    ends = np.minimum(starts + width, n_samples) - 1
    return np.unique(np.concatenate([starts, lowest, highest, ends]))
