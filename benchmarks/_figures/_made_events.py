"""Generated series whose anomalies have exact starts and stops."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

KINDS = (
    *("spike", "spikes", "level", "amplitude", "flat"),
    *("dropout", "frequency", "shape", "noise", "missing"),
)
PERIODS, NOISES = (24, 50, 96, 150, 288), (0.03, 0.08, 0.15)
N_SAMPLES, N_TRAIN, N_EVENTS = 8000, 4000, 8


class MadeSeries(NamedTuple):
    """Series whose first half is normal, with the anomalies of the second."""

    X: NDArray[np.float64]
    y: NDArray[np.bool_]
    period: int


def made_series(seed: int, *, n_events: int = N_EVENTS) -> MadeSeries:
    """Return a series of one channel, or of three if the seed is odd."""
    rng = np.random.default_rng(seed)
    n_channels = 1 + 2 * (seed % 2)
    period, noise = int(rng.choice(PERIODS)), float(rng.choice(NOISES))
    t = np.arange(N_SAMPLES)
    waves = [_wave(rng) for _ in range(n_channels)]
    levels = [0.2 * np.sin(2 * np.pi * (t / N_SAMPLES + rng.uniform())) for _ in waves]
    columns = [
        level + wave(t / period) for level, wave in zip(levels, waves, strict=True)
    ]
    X = np.stack(columns, axis=1) + rng.normal(0, noise, (N_SAMPLES, n_channels))
    y = np.zeros(N_SAMPLES, dtype=bool)
    slot = (N_SAMPLES - N_TRAIN) // max(1, n_events)
    for i in range(n_events):
        kind, channel = rng.choice(KINDS), int(rng.integers(n_channels))
        length = _length(kind, period, slot, rng)
        start = N_TRAIN + i * slot + int(rng.integers(0, slot - length - 5))
        part = slice(start, start + length)
        X[part, channel] = _changed(
            *(kind, X[part, channel], levels[channel][part], waves[channel]),
            *(t[part] / period, noise, rng),
        )
        y[part] = True
    return MadeSeries(X, y, period)


def _wave(rng):
    parts = [(rng.uniform(), 1 / k**1.5, k) for k in (1, 2, 3)]

    def wave(phase):
        return sum(a * np.sin(2 * np.pi * (k * phase + u)) for u, a, k in parts)

    largest = np.abs(wave(np.linspace(0, 1, 500))).max()
    return lambda phase: wave(phase) / largest


def _length(kind, period, slot, rng):
    if kind == "spike":
        return int(rng.integers(1, 6))
    if kind == "spikes":
        return int(rng.integers(4, 15))
    return int(np.clip(period * rng.uniform(0.3, 1.5), 8, slot // 2))


def _changed(kind, values, level, wave, phase, noise, rng):
    """Return anomalous values in place of normal ones."""
    sign, size = rng.choice([-1, 1]), rng.uniform(1.5, 4)
    fresh = level + rng.normal(0, noise, len(values))
    since = phase - phase[0]
    changed = {
        "spike": values + sign * size,
        "spikes": values + sign * size * (rng.random(len(values)) < 0.6),
        "level": values + sign * rng.uniform(0.8, 2),
        "amplitude": level + (values - level) * rng.choice([0.3, 2.0]),
        "flat": np.full_like(values, values[0]),
        "dropout": np.full_like(values, -1.5),
        "frequency": fresh + wave(phase[0] + 2 * since),
        "shape": fresh + wave(phase[0] + 1 / 3 + 0.5 * np.sin(9 * since)),
        "noise": values + rng.normal(0, 0.6, len(values)),
        "missing": fresh,
    }
    return changed[kind]
