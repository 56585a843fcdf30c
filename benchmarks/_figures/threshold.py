"""False alarms of ``threshold="auto"``, and why it is not the default of a detector.

The checks of scikit-learn require that a detector labels some of its training blobs
anomalous. A detector that is trained on normal data should label none of it anomalous.
For each rule, a parameter sets the distance of the threshold from the usual errors:
measured are the largest value that meets the first requirement and the smallest one
that meets the second.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs
from sklearn.utils import shuffle

from _figures import waveform, workshop
from _figures._figure import DETECTORS, Figure, events_in
from skanomaly import IQRThreshold, MADThreshold, MaxThreshold, SigmaThreshold

RULES = {
    "max: margin": MaxThreshold,
    "sigma: k": SigmaThreshold,
    "mad: k": MADThreshold,
    "iqr: k": IQRThreshold,
}


def figures(data: Path) -> Iterator[Figure]:
    for name in DETECTORS:
        found = _alarms(data, name)
        met = not any(found.values()) if name == "autoencoder" else None
        asked = "auto, no event on normal series" if met is not None else "auto"
        yield Figure(f"{name}: {asked}", {"events": found}, met=met)
    below, at_least = {}, {}
    for name in DETECTORS:
        below[name] = _of_blobs(name)
        at_least[name] = _of_normal_series(data, name)
        yield Figure(
            f"{name}: parameter below which a rule finds an anomaly among "
            "scikit-learn's blobs, and from which on it finds none in normal series",
            {
                rule: {"below": below[name][rule], "at_least": at_least[name][rule]}
                for rule in RULES
            },
        )
    for rule in RULES:
        most = min(below[name][rule] for name in DETECTORS)
        least = max(at_least[name][rule] for name in DETECTORS)
        yield Figure(
            f"{rule} that serves the blobs and normal series for every detector",
            {"below": most, "at_least": least, "exists": least < most},
        )


def _alarms(data: Path, name: str) -> dict[str, int]:
    """Return the number of events per normal series."""
    pipeline = waveform.trial(data, name).pipeline
    alarms = {"waveform": len(events_in(pipeline, waveform.read(data, "normal")))}
    pipeline = workshop.fit(data, name)
    for series in workshop.NORMAL:
        alarms[series] = len(events_in(pipeline, workshop.read(data, series)))
    return alarms


def _of_blobs(name: str) -> dict[str, float]:
    X, _ = make_blobs(n_samples=300, random_state=0)
    X = shuffle(X, random_state=7)
    detector = type(workshop.make_detector(name)[-1])()
    if "random_state" in detector.get_params():
        detector.set_params(random_state=0)
    detector.fit(X)
    largest = -detector.score_samples(X).min()
    return _needed(_held_out(detector, X), largest)


def _of_normal_series(data: Path, name: str) -> dict[str, float]:
    trained = (
        (workshop.fit(data, name), [workshop.read(data, s) for s in workshop.NORMAL]),
        (waveform.trial(data, name).pipeline, [waveform.read(data, "normal")]),
    )
    needed = []
    for pipeline, (training, *others) in trained:
        largest = max(-pipeline.score_samples(X).min() for X in (training, *others))
        rows = pipeline[:-1].transform(training)
        needed.append(_needed(_held_out(pipeline[-1], rows), largest))
    return {rule: max(each[rule] for each in needed) for rule in RULES}


def _held_out(detector: Any, X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the errors that the rule of the detector was learned from."""
    # No public attribute has these rows.
    rows = detector._check_rows(X)
    training, held_out = rows.split(detector.validation_split)
    return detector._assess(held_out or training).scores


def _needed(scores: NDArray[np.float64], error: float) -> dict[str, float]:
    """Return the parameter of each rule for which the threshold equals `error`.

    All thresholds are linear in their parameter.
    """
    needed = {}
    for name, rule in RULES.items():
        at_0, at_1 = (-rule(value).fit(scores).offset_ for value in (0, 1))
        needed[name] = float((error - at_0) / (at_1 - at_0))
    return needed
