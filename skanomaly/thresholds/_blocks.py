"""Largest errors of blocks of a series."""

import numpy as np
from numpy.typing import NDArray

# Fewest blocks that a series is divided into.
_FEWEST = 4


def sorted_peaks(errors: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Return the largest error of each whole block, in ascending order.

    Errors of neighbouring samples are alike, as their windows overlap, so that one
    anomaly has many large ones.

    Parameters
    ----------
    errors : ndarray of shape (n_samples,)
        Errors in temporal order.
    block : int
        Number of samples in a block; 1 if there would be less than four blocks.

    Returns
    -------
    peaks : ndarray of shape (n_blocks,)
    """
    if len(errors) < _FEWEST * block:
        block = 1
    n_blocks = len(errors) // block
    blocks = errors[: n_blocks * block].reshape(n_blocks, block)
    peaks: NDArray[np.float64] = np.sort(blocks.max(axis=1))
    return peaks
