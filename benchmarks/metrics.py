"""Compare the metrics with published implementations.

    python benchmarks/metrics.py

It requires an environment of its own with this package, aeon and TSB-AD (without the
other dependencies of TSB-AD)::

    python -m venv peers
    peers/bin/pip install . aeon
    peers/bin/pip install --no-deps TSB-AD

It writes the values of the published implementations on random series to
tests/metrics/published.json, with which the tests compare the metrics of this package,
and the run times of both, measured in one run, to benchmarks/results/metrics.json.
"""

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from aeon.benchmarking.metrics import anomaly_detection as peer
from TSB_AD.evaluation.affiliation.generics import convert_vector_to_events
from TSB_AD.evaluation.affiliation.metrics import pr_from_events
from TSB_AD.evaluation.basic_metrics import generate_curve

from skanomaly.metrics import vus_pr_score

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests are not installed
from _results import RESULTS, origin, write_json  # noqa: E402

from tests.metrics.common import cases  # noqa: E402

N_CASES, N_SAMPLES, N_HUGE, WINDOW = 60, 100_000, 10_000_000, 100


def main() -> None:
    published = [published_case(*case, window=i % 12) for i, case in enumerate(drawn())]
    file = ROOT / "tests" / "metrics" / "published.json"
    file.write_text(json.dumps(published), encoding="utf-8")
    made = origin()
    made["versions"] |= {name: version(name) for name in ("aeon", "TSB-AD")}
    write_json(RESULTS / "metrics.json", {"origin": made, "vus_pr_score": timings()})


def drawn() -> list[tuple[Any, Any, Any]]:
    several = list(cases(3 * N_CASES, longest=150, seed=7))
    return [case for case in several if not case[0].all() and case[1].any()][:N_CASES]


def published_case(
    truth: Any, found: Any, score: Any, *, window: int
) -> dict[str, Any]:
    labels, predicted = truth.astype(int), found.astype(int)
    *_, roc, pr = generate_curve(labels, score, window, "opt", 250)
    events = [convert_vector_to_events(one) for one in (predicted, labels)]
    near = pr_from_events(*events, (0, len(labels)))
    ranges = {
        f"{bias}, {cardinality}": [
            peer.range_precision(labels, predicted, 0, cardinality, bias),
            peer.range_recall(labels, predicted, 0.2, cardinality, bias),
        ]
        for bias in ("flat", "front", "middle", "back")
        for cardinality in ("one", "reciprocal")
        if not found.all()  # aeon does not accept a constant prediction
    }
    return {
        "y_true": labels.tolist(),
        "y_pred": predicted.tolist(),
        "y_score": score.tolist(),
        "window": window,
        "vus": [pr, roc],
        "range": ranges,
        "affiliation": [near["Affiliation_Precision"], near["Affiliation_Recall"]],
    }


def timings() -> dict[str, Any]:
    truth, score = series(N_SAMPLES)
    own = min(seconds(vus_pr_score, truth, score, window=WINDOW) for _ in range(5))
    other = seconds(peer.range_pr_vus_score, truth, score, max_buffer_size=WINDOW)
    huge = seconds(vus_pr_score, *series(N_HUGE), window=WINDOW)
    return {
        "window": WINDOW,
        "n_samples": N_SAMPLES,
        "seconds": own,
        "aeon_seconds": other,
        "ratio": other / own,
        "n_samples_huge": N_HUGE,
        "seconds_huge": huge,
        "peak_memory_gb": peak_memory(),
    }


def series(n_samples: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    truth = np.zeros(n_samples, dtype=int)
    for start in rng.integers(0, n_samples, n_samples // 5_000):
        truth[start : start + rng.integers(10, 500)] = 1
    return truth, rng.random(n_samples) + 0.5 * truth


def seconds(function: Callable[..., Any], *args: Any, **params: Any) -> float:
    start = perf_counter()
    function(*args, **params)
    return perf_counter() - start


def peak_memory() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
