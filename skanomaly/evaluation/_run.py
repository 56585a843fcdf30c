"""A single run: fit, score and evaluate, without raising."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from math import nan
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skanomaly.detection import Detection, EventRule, detect, offset_of
from skanomaly.evaluation._data import LabelledData
from skanomaly.evaluation._metrics import METRICS
from skanomaly.evaluation._peak import peak_memory
from skanomaly.evaluation._store import Record
from skanomaly.events import find_events, read_labels
from skanomaly.metrics import compute_metrics, vus_window

MEASURED = ("fit_seconds", "score_seconds", "peak_memory_mib")


@dataclass(frozen=True, eq=False)
class Job:
    """Run to be made."""

    key: str
    name: str
    estimator: Any
    data: LabelledData
    seed: int
    artifacts: Path | None = None  # folder for model and picture


def run(job: Job) -> Record:
    """Make a run and return its record, with the error if it fails."""
    record = _head(job)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # These are for the authors of a library, not for readers of results.
        for category in (DeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", category)
        try:
            record |= _measure(job)
        except Exception as error:
            record |= {"status": "failed", "error": f"{type(error).__name__}: {error}"}
    record["warnings"] = "; ".join(dict.fromkeys(str(one.message) for one in caught))
    return record


def failure(job: Job, error: str) -> Record:
    """Return the record of a run that failed outside of `run`."""
    return _head(job) | {"status": "failed", "error": error}


def seeded(estimator: Any, seed: int) -> Any:
    """Return a clone with each parameter ``random_state`` set to the seed."""
    return clone_with(estimator, "random_state", seed)


def clone_with(estimator: Any, param: str, value: Any) -> Any:
    """Return a clone with each parameter of this name set to `value`."""
    copy = clone(estimator)
    names = [name for name in copy.get_params() if name.rpartition("__")[2] == param]
    return copy.set_params(**dict.fromkeys(names, value))


def trains_networks(estimators: Iterable[Any]) -> bool:
    """Return whether any estimator has epochs, so that Keras will be loaded."""
    names = (name for estimator in estimators for name in estimator.get_params())
    return any(name.rpartition("__")[2] == "epochs" for name in names)


def _head(job: Job) -> Record:
    data = job.data
    return {
        "key": job.key,
        "estimator": job.name,
        "dataset": data.name,
        "seed": job.seed,
        "status": "ok",
        "error": "",
        "warnings": "",
        "n_samples": len(data.y),
        "n_channels": data.X.shape[1],
        "train_size": data.train_size,
        "n_anomalous": int(data.y.sum()),
        "n_events": 0 if data.records else len(find_events(data.y)),
        "n_events_found": nan,
        "vus_window": nan if data.records else float(vus_window(data.X)),
        **dict.fromkeys(MEASURED, nan),
        "epochs": nan,
        **dict.fromkeys(METRICS, nan),
    }


def _measure(job: Job) -> Record:
    data = job.data
    estimator = seeded(job.estimator, job.seed)
    with peak_memory() as peak:
        start = perf_counter()
        estimator.fit(data.X[: data.train_size])
        fitted = perf_counter()
        detection = _detected(estimator, data)
        scored = perf_counter()
    anomalous = _labels(estimator, detection)
    window = 0 if data.records else vus_window(data.X)
    record = {
        "n_events_found": nan if data.records else float(len(find_events(anomalous))),
        "fit_seconds": fitted - start,
        "score_seconds": scored - fitted,
        "peak_memory_mib": peak.mib,
        "epochs": _epochs(detection),
        **compute_metrics(
            data.y, detection.scores, anomalous, window=window, records=data.records
        ),
    }
    if job.artifacts is not None:
        from skanomaly.evaluation._artifacts import leave_artifacts

        leave_artifacts(job.artifacts, estimator, detection, records=data.records)
    return record


def _detected(estimator: Any, data: LabelledData) -> Detection:
    return detect(
        estimator,
        data.X,
        data.y,
        n_train=data.train_size,
        events=EventRule(in_training=True),
        threshold="auto" if offset_of(estimator) is not None else np.inf,
    )


def _labels(estimator: Any, detection: Detection) -> NDArray[np.bool_]:
    """Return which samples are in an event, or labelled by an estimator of labels."""
    if offset_of(estimator) is None:
        return read_labels(estimator.predict(detection.series.values), name="predict")
    return read_labels(detection.labels)


def _epochs(detection: Detection) -> float:
    history = detection.about.history
    return float(len(next(iter(history.values())))) if history else nan
