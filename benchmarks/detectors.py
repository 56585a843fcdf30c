"""Measure every recipe on labelled series that no default was chosen on.

    python benchmarks/detectors.py                     all: hours on two cores
    python benchmarks/detectors.py --series 12 --only pca lstm

Writes benchmarks/results/detectors.json, anew after each recipe.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from _labelled import ABOUT_METRIC, METRIC, Series, half_of_series
from _results import RESULTS, data_folder, origin, write_json

from skanomaly import make_detector
from skanomaly.compose import detector_names

FILE = RESULTS / "detectors.json"
SEED = 0
# Recipes with a shorter window than the others have, measured with that as well.
LONGER = {"recurrent_autoencoder": 2, "seq2seq": 2}


def main() -> None:
    options = _options()
    series = half_of_series(data_folder(), 1, options.series)
    content: dict[str, Any] = {
        **origin(),
        "seed": SEED,
        "metric": {METRIC: ABOUT_METRIC},
        "series": [one.name for one in series],
        "results": {},
    }
    print(f"{len(series)} series; {ABOUT_METRIC}")
    print(f"{'':34}  mean  median s  longest s")
    tried = [(name, name, {}) for name in options.only]
    for name, periods in LONGER.items():
        if name in options.only:
            params = {"shingler__periods": periods}
            tried.append((f"{name}, {periods} periods", name, params))
    for label, name, params in tried:
        result = _measure(name, params, series)
        content["results"][label] = result
        print(
            f"{label:34} {result['mean']:.3f} {result['median_seconds']:9.1f} "
            f"{max(result['seconds']):10.1f}",
            flush=True,
        )
        write_json(FILE, content)


def _options() -> Namespace:
    names = detector_names()
    parser = ArgumentParser(description="Measure every recipe on labelled series.")
    parser.add_argument(
        "--series", type=int, metavar="N", help="take N series of the half, spread"
    )
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    return parser.parse_args()


def _measure(name: str, params: dict[str, Any], series: list[Series]) -> dict[str, Any]:
    values, seconds = [], []
    for one in series:
        start = time.perf_counter()
        pipeline = make_detector(name, random_state=SEED).set_params(**params)
        pipeline.fit(one.training)
        errors = -pipeline.score_samples(one.X)
        seconds.append(round(time.perf_counter() - start, 2))
        values.append(round(one.judge(errors), 4))
    return {
        "mean": round(float(np.mean(values)), 4),
        "median_seconds": float(np.median(seconds)),
        "values": values,
        "seconds": seconds,
    }


if __name__ == "__main__":
    main()
