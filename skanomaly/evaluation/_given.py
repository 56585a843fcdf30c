"""Validation of the arguments of `evaluate` before any training."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Integral
from os import PathLike
from typing import Any

from skanomaly.compose import make_detector
from skanomaly.evaluation._data import LabelledData
from skanomaly.evaluation._load import load_datasets
from skanomaly.evaluation._run import clone_with


def as_datasets(datasets: Any) -> list[LabelledData]:
    """Return the data sets passed to `evaluate` as a list with unique names."""
    if isinstance(datasets, str | PathLike | LabelledData):
        datasets = [datasets]
    found: list[LabelledData] = []
    if isinstance(datasets, Mapping):
        found = [_from_arrays(name, held) for name, held in datasets.items()]
    else:
        for one in datasets:
            is_path = isinstance(one, str | PathLike)
            found += load_datasets([one]) if is_path else [_labelled(one)]
    _check_datasets(found)
    return found


def as_estimators(
    estimators: Mapping[str, Any] | Iterable[str], datasets: list[LabelledData]
) -> dict[str, Any]:
    """Return estimators by name; those given by name alone from `make_detector`.

    They are clones without memory: with one, the time of a look-up would be reported as
    that of a fit, and the key of a run would depend on the path of the memory.
    """
    if isinstance(estimators, str):
        estimators = [estimators]
    if not isinstance(estimators, Mapping):
        tables = [one.name for one in datasets if one.records]
        if tables:
            raise ValueError(
                f"Data set {tables[0]!r} holds records, but detectors given by name "
                "cut a series into windows. Pass estimators, such as "
                "{'pca': PCADetector()}."
            )
        estimators = {name: make_detector(name) for name in estimators}
    if not estimators:
        raise ValueError("estimators is empty. Pass at least one.")
    for name, estimator in estimators.items():
        missing = [
            method
            for method in ("fit", "predict", "get_params")
            if not hasattr(estimator, method) or isinstance(estimator, type)
        ]
        if missing:
            raise ValueError(
                f"Estimator {name!r} must be an outlier detector, an object with a "
                f"method {missing[0]}, got {estimator!r}."
            )
    return {name: clone_with(one, "memory", None) for name, one in estimators.items()}


def as_seeds(seeds: Iterable[int]) -> list[int]:
    """Return unique seeds as Python integers, which JSON can represent."""
    found = list(seeds)
    whole = all(
        isinstance(one, Integral) and not isinstance(one, bool) and 0 <= one < 2**32
        for one in found
    )
    if not found or not whole or len(set(found)) < len(found):
        raise ValueError(
            "seeds must be at least one integer from 0 to 2**32 - 1, without "
            f"repetition, such as range(3); got {found}."
        )
    return [int(one) for one in found]


def _check_datasets(datasets: list[LabelledData]) -> None:
    """Raise if there is no data set, a repeated name, or no anomaly in any of them."""
    if not datasets:
        raise ValueError("datasets is empty. Pass at least one.")
    names = [one.name for one in datasets]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(
            f"The name {repeated[0]!r} is used by {names.count(repeated[0])} data "
            "sets, but names must be unique in the results. Rename all but one."
        )
    if not any(one.y.any() for one in datasets):
        raise ValueError(
            "No data set has an anomaly in its truth, so no metric is defined. Pass "
            "labels 0 and 1 with 1 anomalous, or +1 and -1 with -1 anomalous."
        )


def _from_arrays(name: str, held: Any) -> LabelledData:
    if isinstance(held, LabelledData):
        return replace(held, name=name)
    if not isinstance(held, tuple) or len(held) != 3:
        raise ValueError(
            f"Data set {name!r} must be a LabelledData or a tuple (X, y, train_size), "
            f"got {type(held).__name__}."
        )
    return LabelledData(name, *held)


def _labelled(one: Any) -> LabelledData:
    if not isinstance(one, LabelledData):
        raise ValueError(
            "datasets must hold LabelledData or paths, or map names to tuples "
            f"(X, y, train_size), got {type(one).__name__}."
        )
    return one
