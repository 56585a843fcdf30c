"""What the tests of stored models share."""

import numpy as np


def series(n=300, n_channels=2):
    """Return noisy waves, one per channel."""
    steps = np.arange(n)[:, np.newaxis]
    phases = np.arange(n_channels)
    noise = np.random.default_rng(0).normal(size=(n, n_channels))
    return np.sin(2 * np.pi * steps / 25 + phases) + 0.1 * noise
