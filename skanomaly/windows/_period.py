"""Dominant period of a series, from its autocorrelation."""

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import detrend

_SHORTEST = 3
# Longer windows make every network slow. `max_period` overrides this limit.
_LONGEST = 2000
# Minimum number of cycles: with fewer, a slow drift would pass for a period.
_CYCLES = 3
# More cycles take more time without a better result.
_ENOUGH_CYCLES = 20
# Minimum height of peaks above the troughs between them: as a fraction of the variance,
# and in standard deviations under noise of the same colour.
_MIN_CONTRAST = 0.15
_MIN_DEVIATIONS = 4.0
# Multiples of a period match as well as the period itself, up to noise. This fraction
# of the best contrast counts as equally good.
_AS_GOOD = 0.8
_REFINE_CYCLES = 10
# Repetitions are looked for among so many periods: a week of shifts of eight hours.
_MOST_PERIODS = 21
# They are judged in parts of so many periods, so many parts side by side, without the
# largest tenth of the differences of each.
_PER_PART, _N_PARTS, _KEPT = 7, 3, 0.9
# A later one must be nearer by this factor, in all parts.
_CLEARLY = 0.5
# As a period, a repetition must occur three times: fewer are nearer by chance, where
# anomalies are in more of the comparisons of one period with the next.
_OCCURRENCES = 3
# More periods than these have no part in it.
MOST_COMPARED = _OCCURRENCES * _MOST_PERIODS

# Periods of recent series by content: several steps of a pipeline need the period of
# the same series, as do all candidates of a grid search for each fold.
_FOUND: OrderedDict[object, int | None] = OrderedDict()
_MOST_FOUND = 64
_LOCK = Lock()


def find_period(
    series: NDArray[np.floating], *, max_period: int | None = None
) -> int | None:
    """Return the dominant period of a series, or None if no period is clear.

    It works on repeating shapes of any kind, also under a linear trend, noise and
    single outliers. It finds no period that occurs fewer than three times, that varies
    in length by more than a few percent, or that consists of rare events only (less
    than one sample in a hundred differs from the rest).

    Parameters
    ----------
    series : ndarray of shape (n_samples,) or (n_samples, n_channels)
        Finite values; constant channels are ignored.
    max_period : int or None, default=None
        Longest period to search for, in samples, at most a third of the series. None is
        2,000.

    Returns
    -------
    period : int or None
        Period in samples, at least 3.

    Notes
    -----
    Outliers are clipped and a linear trend is removed first. With the normalised
    autocorrelation r, averaged over channels, the contrast of a period p is the mean of
    ``r(k p) - r(k p - p / 2)`` over k = 1, 2, 3. A period is clear if its contrast
    exceeds 0.15 and four times its standard deviation under noise of the same
    short-term correlation (Bartlett's formula). The result is the shortest clear period
    with at least 80 % of the largest contrast, refined on its first ten multiples. The
    normalisation is that of [1]_, with a value of 1 at the period of a series of any
    length. Only the last 20 times `max_period` samples of a long series are used.

    References
    ----------
    .. [1] McLeod, P. and Wyvill, G. (2005). A smarter way to find pitch. Proceedings of
       the International Computer Music Conference, 138-141.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import find_period
    >>> rng = np.random.default_rng(0)
    >>> t = np.arange(1000)
    >>> find_period(np.sin(2 * np.pi * t / 48) + 0.01 * t + rng.normal(size=1000))
    48
    """
    longest = min(max_period or _LONGEST, len(series) // _CYCLES)
    if longest < _SHORTEST:
        return None
    recent = np.asarray(series[-_ENOUGH_CYCLES * longest :], dtype=np.float64)
    recent = recent.reshape(len(recent), -1)
    key = blake2b(np.ascontiguousarray(recent).data).digest(), recent.shape, longest
    with _LOCK:
        if key in _FOUND:
            return _FOUND[key]
    period = _search(recent, longest)
    with _LOCK:
        _FOUND[key] = period
        if len(_FOUND) > _MOST_FOUND:
            _FOUND.popitem(last=False)
    return period


def _search(recent: NDArray[np.float64], longest: int) -> int | None:
    """Return the dominant period of the last samples, or None if none is clear."""
    r = _autocorrelation(recent)
    if r is None:
        return None
    periods = _local_maxima(r, longest)
    contrast, n_cycles = _contrast(r, periods, _CYCLES)
    energy = np.cumsum(r**2)
    variance = (2 * energy[periods // 2] - 1) / len(recent) * 2 / n_cycles
    clear = contrast >= np.maximum(_MIN_CONTRAST, _MIN_DEVIATIONS * np.sqrt(variance))
    if not clear.any():
        return None
    periods, contrast = periods[clear], contrast[clear]
    shortest = int(np.argmax(contrast >= _AS_GOOD * contrast.max()))
    return min(_refine(r, int(periods[shortest])), longest)


def _autocorrelation(series: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return r at lags 0 to two thirds of the series, averaged over channels.

    Return None if all channels are constant or a linear trend.
    """
    # Twice, because an outlier tilts the trend and a trend hides outliers.
    x = _without_trend(_without_trend(series))
    if x.shape[1] == 0:
        return None
    n = len(x)
    n_lags = 2 * n // 3 + 1
    size = fft.next_fast_len(n + n_lags, real=True)
    power = np.abs(fft.rfft(x, size, axis=0)) ** 2
    products = fft.irfft(power, size, axis=0)[:n_lags]
    # Energy of the overlap at each lag: without the last and without the first samples.
    energy = np.cumsum(x**2, axis=0)
    squares = energy[n - n_lags :][::-1] + energy[-1]
    squares[1:] -= energy[: n_lags - 1]
    r: NDArray[np.float64] = np.mean(2 * products / np.maximum(squares, 1e-300), axis=1)
    return r


def _without_trend(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clip outliers, remove the linear trend, and drop channels that do not vary."""
    n = len(series)
    ranked = np.sort(series, axis=0)
    low, high = ranked[int(np.ceil(0.01 * (n - 1)))], ranked[int(0.99 * (n - 1))]
    varies = high > low
    if not varies.any():
        return series[:, :0]
    low, high = low[varies], high[varies]
    x = detrend((np.clip(series[:, varies], low, high) - low) / (high - low), axis=0)
    # A smaller deviation is the rounding error of a straight line.
    level: NDArray[np.float64] = x[:, np.std(x, axis=0) > 1e-8]
    return level


def _local_maxima(r: NDArray[np.float64], longest: int) -> NDArray[np.intp]:
    """Return the local maxima of r that no lag up to the nearest troughs exceeds."""
    peaks = np.flatnonzero((r[1:-1] >= r[:-2]) & (r[1:-1] > r[2:])) + 1
    peaks = peaks[(peaks >= _SHORTEST) & (peaks <= longest)]
    highest = [r[int(np.ceil(0.6 * p)) : int(1.4 * p) + 1].max() for p in peaks]
    return peaks[r[peaks] >= np.array(highest)]


def _contrast(
    r: NDArray[np.float64], periods: NDArray[np.floating | np.intp], n_cycles: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the contrast of periods, and the number of multiples it averages.

    The contrast is the mean height of r at the multiples of a period above r half a
    period before them, over the first `n_cycles` multiples that r covers.
    """
    multiples = np.multiply.outer(periods, np.arange(1, n_cycles + 1))
    halfway = multiples - periods[:, None] / 2
    known = multiples <= len(r) - 1
    lags = np.arange(len(r))
    height = np.interp(multiples, lags, r) - np.interp(halfway, lags, r)
    n_known = known.sum(axis=1)
    return (height * known).sum(axis=1) / n_known, n_known


def _refine(r: NDArray[np.float64], period: int) -> int:
    """Return the integer period closest to the best match over many cycles.

    At the k-th multiple, r resolves periods k times as finely as at the first.
    """
    grid = np.linspace(0.95 * period - 1, 1.05 * period + 1, 801)
    n_cycles = int(min(_REFINE_CYCLES, max(1, (len(r) - 1) // grid[-1])))
    contrast, _ = _contrast(r, grid[grid <= len(r) - 1], n_cycles)
    return round(float(grid[np.argmax(contrast)]))


def repeated_after(series: NDArray[np.floating], period: int) -> int:
    """Return after how many periods a channel repeats its first ones best.

    Days are alike, but a Saturday is like other Saturdays: whether a week is the better
    repetition shows in the days that follow.

    Parameters
    ----------
    series : ndarray of shape (n_samples,)
        Channel of a series with a period.
    period : int
        Period in samples.

    Returns
    -------
    n_periods : int
        1, unless the first periods resemble those after another number clearly more.
        It depends on the first `MOST_COMPARED` periods.
    """
    most = min(_MOST_PERIODS, len(series) // (_OCCURRENCES * period))
    if most < 2:
        return 1
    best, least = 1, _distances(series, period, period)
    for n_periods in range(2, most + 1):
        distances = _distances(series, period, n_periods * period)
        nearer = distances < _CLEARLY * least[: len(distances)]
        # Anomalies are in some of the comparisons, and must not decide.
        if nearer.all():
            best, least = n_periods, distances
    return best


def _distances(
    series: NDArray[np.floating], period: int, lag: int
) -> NDArray[np.float64]:
    """Return the mean squared differences to later samples, for each part."""
    later = series[lag:][: _N_PARTS * _PER_PART * period]
    with np.errstate(over="ignore"):
        squares = np.square(series[: len(later)] - later)
    parts = np.array_split(squares, max(1, len(later) // (_PER_PART * period)))
    kept = [np.sort(part)[: max(1, int(_KEPT * len(part)))] for part in parts]
    return np.array([np.mean(part) for part in kept])


def usual_length(n_samples: int) -> int:
    """Return the length that replaces the period of a series without one."""
    return min(100, max(2, n_samples // 10))
