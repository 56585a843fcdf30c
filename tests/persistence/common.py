"""What the tests of stored models and of streams share."""

from functools import cache

import numpy as np

from skanomaly import make_detector

QUICK = {"epochs": 1, "patience": None}


def series(n=300, n_channels=2, seed=0):
    """Return noisy waves, one per channel."""
    steps = np.arange(n)[:, np.newaxis]
    phases = np.arange(n_channels)
    noise = np.random.default_rng(seed).normal(size=(n, n_channels))
    return np.sin(2 * np.pi * steps / 25 + phases) + 0.1 * noise


@cache
def fitted(name, **options):
    """Return a recommended pipeline, quickly fitted. It must not be changed."""
    if name == "ensemble":
        return make_detector(name, random_state=0, windows=16, **options).fit(series())
    # A short window suffices: a network of any length is stored alike.
    model = make_detector(name, window=16, random_state=0, **options)
    if "epochs" in model[-1].get_params():
        model[-1].set_params(**QUICK, batch_size=512)
    return model.fit(series())
