"""Number of runs of errors above any threshold, from errors of normal samples."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import runs

Floats = NDArray[np.float64]

# Parts of the samples that exceed the levels at which runs are counted.
_PARTS = 0.5 * 0.7 ** np.arange(26)
# Number of peaks that are enough to learn a tail from, and the part of the samples that
# are in it if there are not as many.
_ENOUGH, _TAIL = 12, _PARTS[2]


@dataclass(frozen=True)
class ErrorTail:
    """Expected number of runs of errors above any threshold, on normal samples.

    A run of consecutive errors above the threshold counts once. Up to a level, runs are
    counted; beyond it, their number falls as the tail of the peaks does, which is
    extrapolated.

    The errors to come are assumed to be like those that it is learned from: it knows
    nothing of a drift, and errors of rows that a model was trained on may be smaller
    than those of new ones.

    Parameters
    ----------
    n_samples : int
        Number of errors.
    errors : tuple of float
        Levels at which runs were counted, in ascending order from the median of the
        errors to the level where the tail begins.
    n_runs : tuple of int
        Number of runs above each level, or above a higher one, if those are more.
    n_peaks : int
        Number of independent peaks above the last level.
    excess : float
        Mean excess of these peaks over the last level.

    Notes
    -----
    Errors of neighbouring samples depend on each other, so that the runs above a level
    ``u`` come in clusters. How many clusters there are follows from the times between
    the exceedances, without a parameter [1]_. The tail begins at the highest level with
    at least 12 clusters, or at the upper quartile. The excesses of their ``m`` peaks
    over ``u`` are exponential in the limit of high levels for errors with a light tail
    [2]_. Their mean ``s`` is known from these few only. The tail is therefore the
    distribution of a further excess in units of ``m * s``, a gamma variable: the number
    of runs above ``x`` falls as ``(1 + (x - u) / (m * s)) ** -m``, with which it is
    right in the mean over series.

    References
    ----------
    .. [1] Ferro, C. A. T. and Segers, J. (2003). Inference for clusters of extreme
       values. Journal of the Royal Statistical Society B 65(2), 545-556.
       https://doi.org/10.1111/1467-9868.00401
    .. [2] Davison, A. C. and Smith, R. L. (1990). Models for exceedances over high
       thresholds. Journal of the Royal Statistical Society B 52(3), 393-442.
       https://doi.org/10.1111/j.2517-6161.1990.tb01796.x

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.thresholds import ErrorTail
    >>> rng = np.random.default_rng(0)
    >>> tail = ErrorTail.of(rng.exponential(size=5_000))
    >>> threshold = tail.threshold(1e-3)
    >>> new = rng.exponential(size=100_000) > threshold
    >>> int(new.sum())
    89
    """

    n_samples: int
    errors: tuple[float, ...]
    n_runs: tuple[int, ...]
    n_peaks: int
    excess: float

    @classmethod
    def of(cls, errors: ArrayLike) -> Self:
        """Learn from errors of mostly normal samples, in temporal order.

        Parameters
        ----------
        errors : array-like of shape (n_samples,)
            Errors, the higher, the more abnormal. Those that are not finite are left
            out.

        Returns
        -------
        tail : ErrorTail

        Raises
        ------
        ValueError
            If no error is finite.
        """
        values = np.asarray(errors, dtype=np.float64)
        values = values[np.isfinite(values)]
        if not values.size:
            raise ValueError("errors holds no finite number. Pass at least one.")
        levels = np.unique(np.quantile(values, 1 - _PARTS))
        last, first = len(levels) - 1, np.quantile(values, 1 - _TAIL)
        while levels[last] > first and _peaks(values, levels[last]).size < _ENOUGH:
            last -= 1
        levels = levels[: last + 1]
        counts = np.array([runs(values > level)[0].size for level in levels])
        peaks = _peaks(values, levels[-1])
        return cls(
            n_samples=values.size,
            errors=tuple(levels.tolist()),
            n_runs=tuple(np.maximum.accumulate(counts[::-1])[::-1].tolist()),
            n_peaks=peaks.size,
            excess=float((peaks - levels[-1]).mean()) if peaks.size else 0.0,
        )

    @property
    def median(self) -> float:
        """Median of the errors."""
        return self.errors[0]

    def rate(self, threshold: float) -> float:
        """Return the expected number of runs above a threshold, per sample.

        Parameters
        ----------
        threshold : float
            Largest error that is normal. Below the median, the rate is that of the
            median.

        Returns
        -------
        rate : float
        """
        far = threshold - self.errors[-1]
        if far <= 0:
            counted = np.interp(threshold, self.errors, self.n_runs)
            return float(counted) / self.n_samples
        if not self.excess:
            return 0.0
        beyond = 1 + far / (self.n_peaks * self.excess)
        return float(self.n_runs[-1] / self.n_samples * beyond**-self.n_peaks)

    def threshold(self, rate: float) -> float:
        """Return the threshold above which a number of runs is expected.

        Parameters
        ----------
        rate : float
            Expected number of runs per sample, above 0.

        Returns
        -------
        threshold : float
            Largest error that is normal; the median if there are never as many runs.
        """
        counted = rate * self.n_samples
        if counted >= self.n_runs[-1]:
            return float(np.interp(counted, self.n_runs[::-1], self.errors[::-1]))
        reach = (self.n_runs[-1] / counted) ** (1 / self.n_peaks) - 1
        return float(self.errors[-1] + self.n_peaks * self.excess * reach)


def _peaks(errors: Floats, level: float) -> Floats:
    """Return the largest error of each cluster of errors above a level."""
    at = np.flatnonzero(errors > level)
    if not at.size:
        return np.empty(0)
    apart = np.diff(at)
    n_runs = 1 + int(np.count_nonzero(apart > 1))
    n_clusters = min(n_runs, 1 + int(_extremal_index(apart) * at.size))
    # Clusters are between the longest times. Of equal times, all or none are.
    longest = np.sort(apart)[::-1]
    within = longest[n_clusters - 1] if n_clusters <= longest.size else 0
    starts = np.r_[0, 1 + np.flatnonzero(apart > within)]
    peaks: Floats = np.maximum.reduceat(errors[at], starts)
    return peaks


def _extremal_index(apart: NDArray[np.intp]) -> float:
    """Return the number of clusters per exceedance, from the times between these."""
    if not apart.size:
        return 1.0
    times = apart.astype(np.float64)
    if times.max() <= 2:
        total, squares = times.sum(), (times**2).sum()
    else:
        total, squares = (times - 1).sum(), ((times - 1) * (times - 2)).sum()
    return float(min(1.0, 2 * total**2 / (times.size * squares)))
