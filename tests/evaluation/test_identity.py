"""A run is known again if, and only if, nothing that matters has changed."""

import subprocess
import sys
from pathlib import Path
from threading import Lock

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skanomaly
from skanomaly import AutoencoderDetector, SigmaThreshold, make_detector
from skanomaly.evaluation._identity import estimator_text

ROOT = Path(skanomaly.__file__).parent.parent


def functions():
    """Return two functions of one name, of which one was changed."""

    def double(X):
        return 2 * X

    first = double

    def double(X):
        return 3 * X

    return first, double


def test_clones_are_the_same_and_changes_are_not():
    first, second = functions()
    estimators = [
        make_detector("isolation_forest"),
        make_detector("isolation_forest", n_estimators=7),
        make_detector("isolation_forest", random_state=0),
        make_detector("pca"),
        AutoencoderDetector(),
        AutoencoderDetector(threshold=SigmaThreshold(3)),
        AutoencoderDetector(threshold=SigmaThreshold(4)),
        AutoencoderDetector(network=first),
        AutoencoderDetector(network=second),
        make_pipeline(FunctionTransformer(first), StandardScaler()),
        make_pipeline(FunctionTransformer(second), StandardScaler()),
        make_pipeline(FunctionTransformer(kw_args={"a": np.arange(3)})),
        make_pipeline(FunctionTransformer(kw_args={"a": np.arange(4)})),
    ]
    texts = [estimator_text(one) for one in estimators]
    assert len(set(texts)) == len(texts)
    assert [estimator_text(clone(one)) for one in estimators] == texts


def test_it_is_the_same_in_another_process():
    code = """
from skanomaly import make_detector
from skanomaly.evaluation._identity import estimator_text
print(estimator_text(make_detector("one_class_svm", nu=0.1)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    expected = estimator_text(make_detector("one_class_svm", nu=0.1))
    assert done.stdout.strip() == expected


def test_what_cannot_be_told_apart_is_refused():
    transformer = FunctionTransformer(kw_args={"lock": Lock()})
    with pytest.raises(
        ValueError, match="the parameter kw_args of FunctionTransformer"
    ):
        estimator_text(transformer)
