"""What the tests of streams share."""

from functools import cache

import numpy as np

from skanomaly import make_detector


def series(n, n_channels=2, seed=0):
    """Return noisy waves, one per channel."""
    steps = np.arange(n)[:, np.newaxis]
    rng = np.random.default_rng(seed)
    waves = np.sin(2 * np.pi * steps / 25 + np.arange(n_channels))
    return waves * 3 + 7 + 0.3 * rng.normal(size=(n, n_channels))


@cache
def fitted(name, *, online=False, n_channels=2):
    """Return a recommended pipeline, quickly fitted. It must not be changed."""
    windows = {"windows": (8, "1 period")} if name == "ensemble" else {"window": 16}
    model = make_detector(name, online=online, random_state=0, **windows)
    if "epochs" in model[-1].get_params():
        model[-1].set_params(epochs=1, patience=None, batch_size=512)
    return model.fit(series(300, n_channels))


def split(X, *, seed=0, largest=9):
    """Return a series as blocks of random lengths, some of them empty."""
    rng, start, blocks = np.random.default_rng(seed), 0, []
    while start < len(X):
        n = int(rng.integers(0, largest))
        blocks.append(X[start : start + n])
        start += n
    return blocks
