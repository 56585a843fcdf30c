"""Fewer points for the same picture."""

import numpy as np
from numpy.typing import NDArray

# Twice the pixel columns of a usual figure: a column is never left without points.
N_COLUMNS = 2000


def decimate(
    values: NDArray[np.float64], n_columns: int = N_COLUMNS
) -> NDArray[np.intp]:
    """Choose the samples that a line plot needs to look like that of all samples.

    The series is cut into `n_columns` blocks of equal length, and of each the first,
    lowest, highest and last sample are kept, so no extreme is lost however short.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Heights of the line; NaN is kept only where nothing else is there to keep.
    n_columns : int, default=2000
        Number of blocks, at least the width of the picture in pixels.

    Returns
    -------
    indices : ndarray of shape (at most 4 * n_columns,)
        Positions to keep, ascending.

    References
    ----------
    .. [1] U. Jugel et al., "M4: a visualization-oriented time series data
       aggregation", PVLDB 7(10), 2014, doi:10.14778/2732951.2732953.

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
    # The last block is filled up with NaN, which is never the lowest or highest.
    blocks = np.full((len(starts), width), np.nan)
    blocks.reshape(-1)[:n_samples] = values
    missing = np.isnan(blocks)
    lowest = np.where(missing, np.inf, blocks).argmin(axis=1) + starts
    highest = np.where(missing, -np.inf, blocks).argmax(axis=1) + starts
    ends = np.minimum(starts + width, n_samples) - 1
    return np.unique(np.concatenate([starts, lowest, highest, ends]))
