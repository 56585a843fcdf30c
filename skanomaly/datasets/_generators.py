"""Generated series with known anomalies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

_KINDS = ("spike", "level shift", "amplitude", "flat line", "missing cycle")


@dataclass(frozen=True)
class PeriodicSeries:
    """Generated series with its true labels.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_channels)
        The series.
    y : ndarray of shape (n_samples,), values in {0, 1}
        True labels: 1 for anomalous samples, 0 for normal samples.
    train_size : int
        Number of samples at the beginning without anomalies.
    period : int
        Length of a cycle, in samples.
    anomalies : list of (str, int, int, int)
        Kind, start, stop (not included) and channel of each anomaly.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    train_size: int
    period: int
    anomalies: list[tuple[str, int, int, int]]


def make_periodic(
    n_samples: int = 4000,
    *,
    period: int = 100,
    n_channels: int = 1,
    noise: float = 0.05,
    n_anomalies: int = 5,
    train_fraction: float = 0.5,
    random_state: Any = None,
) -> PeriodicSeries:
    """Generate a periodic series with anomalies after its training part.

    The cycles of a channel have the same shape, with noise and a slow drift. The series
    is intended for examples and tests. Its anomalies are easy to find, so it is not
    suitable for comparing detectors.

    Parameters
    ----------
    n_samples : int, default=4000
        Length of the series.
    period : int, default=100
        Length of a cycle, in samples.
    n_channels : int, default=1
        Number of values per sample. All channels have the same period. Each anomaly is
        in a single channel.
    noise : float, default=0.05
        Standard deviation of the noise. The cycles range from about -1 to 1.
    n_anomalies : int, default=5
        Number of anomalies. Their kinds alternate in this order: spike, level shift,
        amplitude, flat line, missing cycle. They are at least half a period apart.
    train_fraction : float, default=0.5
        Fraction of the samples, at the beginning, without anomalies, in [0, 1].
    random_state : int, RandomState instance or None, default=None
        Determines the shape of the cycles, the noise and the positions of the
        anomalies. Pass an int for reproducible output across multiple function calls.

    Returns
    -------
    series : PeriodicSeries
        The series ``X``, its labels ``y`` in {0, 1}, ``train_size``, ``period`` and
        ``anomalies``.

    Raises
    ------
    ValueError
        If a parameter is out of range or the series is too short for the anomalies.

    Examples
    --------
    >>> from skanomaly.datasets import make_periodic
    >>> series = make_periodic(random_state=0)
    >>> series.X.shape, series.train_size
    ((4000, 1), 2000)
    >>> [kind for kind, *_ in series.anomalies][:2]
    ['spike', 'level shift']
    """
    train_size = round(n_samples * train_fraction)
    _check(n_samples, period, n_channels, noise, n_anomalies, train_size)
    rng = check_random_state(random_state)
    time = np.arange(n_samples)
    X = np.empty((n_samples, n_channels))
    level = np.empty_like(X)
    for channel in range(n_channels):
        level[:, channel] = _drift(time, rng)
        X[:, channel] = level[:, channel] + _cycle(time / period, rng)
    X += rng.normal(scale=noise, size=X.shape)

    y = np.zeros(n_samples, dtype=np.int64)
    anomalies = []
    slot = (n_samples - train_size) // max(n_anomalies, 1)
    for i in range(n_anomalies):
        kind = _KINDS[i % len(_KINDS)]
        length = _length(kind, period)
        first = train_size + i * slot + period // 4
        start = int(rng.randint(first, first + slot - length - period // 2 + 1))
        channel = int(rng.randint(n_channels))
        part = slice(start, start + length)
        X[part, channel] = _disturb(
            kind, X[part, channel], level[part, channel], noise, rng
        )
        y[part] = 1
        anomalies.append((kind, start, start + length, channel))
    return PeriodicSeries(X, y, train_size, period, anomalies)


def _check(
    n_samples: int,
    period: int,
    n_channels: int,
    noise: float,
    n_anomalies: int,
    train_size: int,
) -> None:
    if period < 4 or n_channels < 1 or noise < 0 or n_anomalies < 0:
        raise ValueError(
            "period must be at least 4, n_channels at least 1, noise and n_anomalies "
            f"at least 0, got period={period!r}, n_channels={n_channels!r}, "
            f"noise={noise!r} and n_anomalies={n_anomalies!r}."
        )
    if not 0 <= train_size <= n_samples or n_samples < 1:
        raise ValueError(
            f"n_samples must be at least 1 and train_fraction between 0 and 1, got "
            f"n_samples={n_samples!r} and {train_size} samples in the training part."
        )
    room = n_samples - train_size
    if n_anomalies and room // n_anomalies < 2 * period:
        raise ValueError(
            f"{room} samples after the training part are too few for {n_anomalies} "
            f"anomalies, which need two periods of {period} samples each. Increase "
            "n_samples."
        )


def _drift(time: NDArray[np.int64], rng: Any) -> NDArray[np.float64]:
    turns = time / len(time) + rng.uniform()
    drift: NDArray[np.float64] = 0.2 * np.sin(2 * np.pi * turns)
    return drift


def _cycle(cycles: NDArray[np.float64], rng: Any) -> NDArray[np.float64]:
    """Return a wave with two harmonics, which ranges from about -1 to 1."""
    wave = np.zeros_like(cycles)
    for harmonic in (1, 2, 3):
        turns = harmonic * cycles + rng.uniform()
        wave += np.sin(2 * np.pi * turns) / harmonic**1.5
    scaled: NDArray[np.float64] = wave / np.abs(wave).max()
    return scaled


def _length(kind: str, period: int) -> int:
    return max(1, period // 50) if kind == "spike" else period


def _disturb(
    kind: str,
    values: NDArray[np.float64],
    level: NDArray[np.float64],
    noise: float,
    rng: Any,
) -> NDArray[np.float64]:
    sign = rng.choice([-1.0, 1.0])
    changed: dict[str, NDArray[np.float64]] = {
        "spike": values + 3.0 * sign,
        "level shift": values + 1.5 * sign,
        "amplitude": level + 2.0 * (values - level),
        "flat line": np.full_like(values, values[0]),
        "missing cycle": level + rng.normal(scale=noise, size=values.shape),
    }
    return changed[kind]
