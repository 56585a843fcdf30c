"""What the tests of streams share."""

from functools import cache

import numpy as np

from skanomaly import make_detector
from tests.persistence.common import series


@cache
def with_edges(name, *, online=False):
    """Return a pipeline whose windows are padded with the first and last sample."""
    options = {"window": 16}
    if name == "ensemble":
        members = ("pca", "nearest_window")
        options = {"members": members, "windows": (6, "1 period")}
    model = make_detector(name, online=online, **options)
    pads = [one for one in model.get_params() if one.endswith("shingler__pad")]
    model.set_params(**dict.fromkeys(pads, "edge"))
    return model.fit(series())


def split(X, *, seed=0, largest=9):
    """Return a series as blocks of random lengths, some of them empty."""
    rng, start, blocks = np.random.default_rng(seed), 0, []
    while start < len(X):
        n = int(rng.integers(0, largest))
        blocks.append(X[start : start + n])
        start += n
    return blocks
