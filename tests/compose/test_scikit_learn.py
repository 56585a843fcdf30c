"""Detectors among scikit-learn's own: pipelines, grids, other detectors."""

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    LSTMDetector,
    MADThreshold,
    MaxThreshold,
    Shingler,
    SigmaThreshold,
    find_events,
)
from tests.detectors.common import wave


@pytest.fixture(scope="module")
def labelled():
    """A series with a spike in each test part of two splits, and its labels."""
    X = wave(240)
    y = np.ones(len(X), dtype=int)
    for start in (120, 200):
        X[start : start + 4] += 6
        y[start : start + 4] = -1
    return X, y


def test_the_pipeline_of_the_front_page(labelled):
    X, y = labelled
    pipeline = make_pipeline(StandardScaler(), Shingler(40), LSTMDetector(epochs=1))
    labels = pipeline.fit(X[:100]).predict(X)
    assert labels.shape == y.shape
    assert set(labels) <= {-1, 1}
    assert pipeline.fit_predict(X).shape == y.shape


def test_grid_search(labelled):
    def share_of_right_labels(pipeline, X, y):
        return np.mean(pipeline.predict(X) == y)

    grids = {
        "lstmdetector__threshold__k": [2.0, 6.0],
        "lstmdetector__threshold": [MADThreshold(k=1), MaxThreshold()],
        "lstmdetector__units": [2, 4],
        "shingler__window": [8, 16],
    }
    X, y = labelled
    detector = LSTMDetector(epochs=1, threshold=SigmaThreshold(), random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Shingler(8), detector),
        [{name: values} for name, values in grids.items()],
        scoring=share_of_right_labels,
        cv=TimeSeriesSplit(2),
        n_jobs=2,
        error_score="raise",
    )
    search.fit(X, y)
    results = search.cv_results_
    assert results["params"] == [
        {name: value} for name, values in grids.items() for value in values
    ]
    splits = np.array([results["split0_test_score"], results["split1_test_score"]])
    assert np.isfinite(splits).all()
    # Rules that differ give other labels, all else being equal.
    assert (splits[:, 0] != splits[:, 1]).any()
    assert (splits[:, 2] != splits[:, 3]).any()
    assert search.predict(X).shape == y.shape


def test_events_of_an_isolation_forest(labelled):
    X, _ = labelled
    forest = IsolationForest(n_estimators=50, contamination=0.1, random_state=0)
    pipeline = make_pipeline(StandardScaler(), Shingler(8, align="center"), forest)
    events = find_events(pipeline.fit(X).predict(X), merge_gap=8)
    for start in (120, 200):
        assert any(event.start < start + 4 and start < event.stop for event in events)
