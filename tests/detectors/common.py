"""Small series and quickly trained detectors, of all kinds on the public list."""

import numpy as np

import skanomaly
from skanomaly.windows import sliding_view

ALL = [getattr(skanomaly, name) for name in skanomaly._PUBLIC["detectors"]]
FORECASTERS = [detector for detector in ALL if hasattr(detector, "forecast")]
AUTOENCODERS = [detector for detector in ALL if hasattr(detector, "reconstruct")]
WITH_CODES = [detector for detector in ALL if hasattr(detector, "encode")]
WITH_VALUES = [*AUTOENCODERS, *FORECASTERS]
NETWORKS = [detector for detector in ALL if hasattr(detector, "partial_fit")]
WINDOW = 12


def name_of(detector):
    return detector.__name__


# An epoch of 20 steps instead of 400, through an eighth of the filters.
SMALLER = {skanomaly.ConvFeatureDetector: {"batch_size": 1280, "n_filters": 4}}


def quick(detector, **params):
    """Make a detector that trains for a moment and always in the same way."""
    params = {"random_state": 0, **SMALLER.get(detector, {}), **params}
    if detector in NETWORKS:
        params.setdefault("epochs", 2)
    else:
        params.pop("epochs", None)
    return detector(**params)


def wave(n_samples=160, n_channels=1, *, noise=0.1, seed=0):
    """Sines of period 10, each channel with its own phase and noise."""
    t = np.arange(n_samples)[:, None]
    clean = np.sin(2 * np.pi * t / 10 + np.arange(n_channels))
    rng = np.random.default_rng(seed)
    return clean + noise * rng.normal(size=(n_samples, n_channels))


def rows_of(series, window=WINDOW):
    """All windows of a series, as a read-only view."""
    rows = sliding_view(series, window)
    assert not rows.flags.writeable
    return rows


def records(n_rows=40, n_columns=WINDOW, *, seed=1):
    """Rows that are no windows of a series."""
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns))
