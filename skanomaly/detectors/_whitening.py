"""Distance of features from usual ones."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from skanomaly.detectors._assessment import Float32s

# Number of rows that are multiplied at once, in the cache of a processor.
BLOCK = 2048
# Deviation that is added to those of the features, which are of the order of 1: one
# that hardly varies in training would otherwise outweigh all others.
LEAST_DEVIATION = 0.05
# Deviation of features below which nothing but rounding varies.
CONSTANT = 1e-6


@dataclass(frozen=True)
class Whitening:
    """Mahalanobis distance of features from those of usual windows.

    Parameters
    ----------
    mean : ndarray of shape (n_features,)
        Mean of the features of usual windows.
    matrix : ndarray of shape (n_features, n_features)
        Map of features, without their mean, to values without correlation.
    """

    mean: Float32s
    matrix: Float32s

    @classmethod
    def of(cls, features: Float32s) -> Self:
        """Learn the usual features; without variance, nothing is unusual."""
        values = features.astype(np.float64)
        mean, variance = values.mean(axis=0), values.var(axis=0)
        deviation = np.sqrt(variance + LEAST_DEVIATION**2)
        values -= mean
        values /= deviation
        # With few windows, directions without variance are a matter of chance.
        n_windows, n_features = values.shape
        known = n_windows / (n_windows + n_features)
        covariance = values.T @ values * (known / n_windows)
        covariance += (1 - known) * np.eye(n_features)
        spreads, directions = np.linalg.eigh(covariance)
        scale = np.sqrt(np.maximum(spreads, 1 - known))
        matrix = directions / scale / deviation[:, np.newaxis]
        if np.sqrt(variance.max()) < CONSTANT:
            matrix = np.zeros_like(matrix)
        return cls(mean.astype(np.float32), matrix.astype(np.float32))

    def distances(self, features: Float32s) -> Float32s:
        """Return the root mean square of the whitened features."""
        whitened = product(features - self.mean, self.matrix)
        distances: Float32s = np.sqrt((whitened**2).mean(axis=1))
        return distances


def product(rows: Float32s, matrix: Float32s) -> Float32s:
    """Return rows times a matrix, where each row has the same result among any others.

    Libraries choose the order of a sum by the number of rows and by their place among
    them. In double precision this is lost when the result is rounded, unless the terms
    of a sum cancel.
    """
    found = np.empty((len(rows), matrix.shape[1]), dtype=np.float32)
    columns = matrix.astype(np.float64)
    for first in range(0, len(rows), BLOCK):
        some = slice(first, first + BLOCK)
        # What is too large for single precision is infinite.
        with np.errstate(over="ignore"):
            found[some] = rows[some].astype(np.float64) @ columns
    return found
