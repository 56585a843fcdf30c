"""A run is known again if, and only if, nothing that matters has changed."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skanomaly
from skanomaly import AutoencoderDetector, SigmaThreshold, make_detector
from skanomaly._fingerprint import fingerprint

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
    hashes = [fingerprint(one) for one in estimators]
    assert len(set(hashes)) == len(hashes)
    assert [fingerprint(clone(one)) for one in estimators] == hashes


def test_it_is_the_same_in_another_process():
    code = """
from sklearn.preprocessing import FunctionTransformer
from skanomaly import make_detector
from skanomaly._fingerprint import fingerprint
def known(name):
    return name in {"first", "second", "third"}
kinds = {"kinds": frozenset(["first", "second", "third"])}
print(fingerprint(make_detector("one_class_svm", nu=0.1)))
print(fingerprint(FunctionTransformer(known, kw_args=kinds)))
"""
    printed = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout.split()
        for seed in "12"
    ]
    assert printed[0] == printed[1]
    assert printed[0][0] == fingerprint(make_detector("one_class_svm", nu=0.1))


def test_what_a_function_closes_over_counts():
    def times(factor):
        return lambda X: factor * X

    hashes = [
        fingerprint(FunctionTransformer(one))
        for one in (
            times(2),
            times(3),
            times(2),
            partial(np.add, 1),
            partial(np.add, 2),
        )
    ]
    assert hashes[0] == hashes[2]
    assert len(set(hashes)) == 4


class Committee(BaseEstimator):
    def __init__(self, members=(), options=None):
        self.members = members
        self.options = options


def test_estimators_within_parameters_count_with_all_of_theirs():
    committees = [
        Committee([make_detector("isolation_forest", n_estimators=n)]) for n in (5, 6)
    ]
    committees += [Committee(options={"scaler": StandardScaler(with_mean=False)})]
    committees += [Committee(options={"scaler": StandardScaler()})]
    hashes = [fingerprint(one) for one in committees]
    assert len(set(hashes)) == len(hashes)
    assert [fingerprint(clone(one)) for one in committees] == hashes


def test_content_counts_however_it_lies_in_memory():
    X = np.arange(12.0).reshape(4, 3)
    pca = make_detector("pca")
    same = fingerprint(pca, X)
    assert fingerprint(pca, np.asfortranarray(X)) == same
    assert fingerprint(pca, X[:, ::-1][:, ::-1]) == same
    assert fingerprint(pca, X.reshape(3, 4)) != same
    assert fingerprint(pca, X + 1) != same
    assert fingerprint(pca.set_params(shingler__window=5), X) != same
    left_out = {"leave_out": {"steps"}}
    assert fingerprint(pca, X, **left_out) == fingerprint(
        pca.set_params(shingler__window=6), X, **left_out
    )


def test_what_cannot_be_told_apart_is_refused():
    transformer = FunctionTransformer(kw_args={"lock": Lock()})
    with pytest.raises(
        ValueError, match="The parameter kw_args of FunctionTransformer"
    ):
        fingerprint(transformer)
