"""Contract of detectors beyond scikit-learn's checks: views, copies and grids."""

import pickle
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skanomaly
from _figures._figure import Figure
from _figures.waveform import read
from skanomaly import LSTMDetector, MADThreshold, Shingler, SigmaThreshold

N_SAMPLES = 1500
WINDOW = 40
GRIDS: dict[str, list[Any]] = {
    "lstmdetector__threshold__k": [2.0, 6.0],
    "lstmdetector__threshold": [SigmaThreshold(8), MADThreshold(5)],
    "lstmdetector__units": [2, 4],
    "shingler__window": [8, 16],
}


def figures(data: Path) -> Iterator[Figure]:
    X = read(data, "normal")[: N_SAMPLES * 10 : 10]  # a period of 40 samples
    rows = Shingler(WINDOW).fit_transform(StandardScaler().fit_transform(X))
    for name in skanomaly._PUBLIC["detectors"]:
        yield from _of_rows(name, rows)
    pipeline = make_pipeline(StandardScaler(), Shingler(400), LSTMDetector(epochs=1))
    labels = pipeline.fit(X).predict(X)
    yield Figure(
        "make_pipeline(StandardScaler(), Shingler(400), LSTMDetector()) fits and "
        "predicts a label a row",
        {"rows": len(X), "labels": len(labels)},
        met=len(labels) == len(X) and set(labels) <= {-1, 1},
    )
    for name, values in GRIDS.items():
        yield _of_grid(name, values, X)


def _of_rows(name: str, rows: NDArray[np.float64]) -> Iterator[Figure]:
    detector = getattr(skanomaly, name)()
    few = {"epochs": 2, "random_state": 0}  # for detectors with these parameters
    known = detector.get_params()
    detector.set_params(**{key: few[key] for key in few if key in known}).fit(rows)
    scores = detector.score_samples(rows)
    difference = np.abs(detector.score_samples(rows.copy()) / scores - 1).max()
    yield Figure(
        f"{name}: a view and its copy have equal scores, 1e-5 relative",
        {"largest_relative_difference": difference},
        met=difference <= 1e-5,
    )
    file = BytesIO()
    joblib.dump(detector, file)
    file.seek(0)
    others = {
        "clone": clone(detector).fit(rows),
        "pickle": pickle.loads(pickle.dumps(detector)),
        "joblib": joblib.load(file),
    }
    equal = {
        how: np.array_equal(other.score_samples(rows), scores)
        for how, other in others.items()
    }
    yield Figure(
        f"{name}: clone, pickle and joblib give identical scores",
        equal,
        met=all(equal.values()),
    )


def _of_grid(name: str, values: list[Any], X: NDArray[np.float64]) -> Figure:
    detector = LSTMDetector(epochs=1, threshold=SigmaThreshold(), random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Shingler(16), detector),
        {name: values},
        scoring=_share_of_normal,
        cv=TimeSeriesSplit(2),
        n_jobs=2,
        error_score="raise",
    ).fit(X[:400])
    scores = search.cv_results_["mean_test_score"]
    return Figure(
        f"GridSearchCV over {name} with TimeSeriesSplit and n_jobs=2",
        {"best": str(search.best_params_[name]), "scores": scores.tolist()},
        met=bool(np.isfinite(scores).all()),
    )


def _share_of_normal(pipeline: Any, X: NDArray[np.float64], y: None = None) -> float:
    return float(np.mean(pipeline.predict(X) == 1))
