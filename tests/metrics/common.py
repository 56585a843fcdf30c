"""Series of many kinds to judge."""

import numpy as np


def cases(n_cases, *, longest=40, seed=0):
    """Yield truth, what was predicted, and scores, with ties in every other case.

    Some sample is anomalous, and some is not but in a few cases.
    """
    rng = np.random.default_rng(seed)
    for case in range(n_cases):
        n_samples = int(rng.integers(1, longest))
        truth, found = (_events(rng, n_samples) for _ in range(2))
        if case % 50 == 0:
            truth[:] = True
        if case % 50 == 1:
            found[:] = False
        truth[rng.integers(n_samples)] = True
        score = rng.random(n_samples) + truth * rng.random()
        if case % 2:
            score = score.round(1)
        yield truth, found, score


def _events(rng, n_samples):
    anomalous = np.zeros(n_samples, dtype=bool)
    for _ in range(rng.integers(0, 5)):
        start = rng.integers(n_samples)
        anomalous[start : start + rng.integers(1, max(2, n_samples // 4))] = True
    return anomalous
