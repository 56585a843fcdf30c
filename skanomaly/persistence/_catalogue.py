"""All that a file may hold: classes, functions, and builders of networks, by name."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import OneClassSVM
from sklearn.tree import ExtraTreeRegressor

from skanomaly import compose, detectors, thresholds
from skanomaly._compat import tree_class
from skanomaly.engine import Blueprint, State, TrainedNetwork
from skanomaly.preprocessing import SeriesScaler
from skanomaly.windows import Shingler

_OURS = (
    Blueprint,
    SeriesScaler,
    Shingler,
    State,
    TrainedNetwork,
    compose.EnsembleDetector,
    compose.Member,
    compose.ThresholdDetector,
    compose.TunedThresholdDetectorCV,
    *detectors.PARTS,
    thresholds.ErrorTail,
    *(
        getattr(thresholds, name)
        for name in thresholds.__all__
        if name.endswith("Threshold")
    ),
)
# Of scikit-learn, the steps and detectors of recommended pipelines, what these consist
# of, and what usually goes in front.
_OF_SKLEARN = (
    ExtraTreeRegressor,
    FunctionTransformer,
    IsolationForest,
    KFold,
    LocalOutlierFactor,
    MaxAbsScaler,
    MinMaxScaler,
    OneClassSVM,
    PCA,
    Pipeline,
    RobustScaler,
    StandardScaler,
    StratifiedKFold,
    TimeSeriesSplit,
    tree_class(),
)
CLASSES: dict[str, type] = {
    kind.__name__: kind for kind in (*_OURS, *_OF_SKLEARN, np.random.RandomState)
}
NAMES = {kind: name for name, kind in CLASSES.items()}


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """Return the functions that load as themselves: our own, and NumPy's ufuncs."""
    numpys = {
        f"numpy.{name}": value
        for name, value in vars(np).items()
        if isinstance(value, np.ufunc)
    }
    return numpys | compose.FUNCTIONS


def full_name(thing: Any) -> str:
    """Return the name of a class or function with its module."""
    return f"{thing.__module__}.{thing.__qualname__}"
