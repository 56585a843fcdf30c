"""Keys that identify runs by estimator, data and seed."""

import joblib

from skanomaly.evaluation._data import LabelledData


def data_hash(data: LabelledData) -> str:
    """Return a hash of the content of a data set."""
    return str(joblib.hash((data.X, data.y, data.train_size, data.records)))


def run_key(name: str, estimator: str, data_name: str, data: str, seed: int) -> str:
    """Return the key of a run from names and hashes of estimator and data, and seed."""
    return str(joblib.hash((name, estimator, data_name, data, seed)))
