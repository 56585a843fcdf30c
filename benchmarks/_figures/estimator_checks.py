"""Common checks of scikit-learn on Shingler and all detectors with defaults."""

import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sklearn.utils.estimator_checks import check_estimator

import skanomaly
from _figures._figure import Figure

EXPECTED = {
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
}


def figures(data: Path) -> Iterator[Figure]:
    for name in skanomaly._PUBLIC["detectors"]:
        yield _check(name, set(), "no check fails")
    yield _check("Shingler", EXPECTED, f"exactly {' and '.join(sorted(EXPECTED))} fail")


def _check(name: str, expected: set[str], asked: str) -> Figure:
    start = time.perf_counter()
    results = _results(getattr(skanomaly, name)())
    failed = sorted(r["check_name"] for r in results if r["status"] == "failed")
    return Figure(
        f"check_estimator({name}()): {asked}",
        {
            **Counter(result["status"] for result in results),
            "failures": failed,
            "seconds": round(time.perf_counter() - start),
        },
        met=set(failed) == expected,
    )


def _results(estimator: Any) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return check_estimator(estimator, on_fail=None)
