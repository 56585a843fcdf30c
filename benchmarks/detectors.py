"""Measure every recipe on the labelled series that no default was chosen on.

    python benchmarks/detectors.py                     all: hours on two cores
    python benchmarks/detectors.py --series 12 --seeds 3 --only pca lstm
    python benchmarks/detectors.py --resume            continue after an interruption
    python benchmarks/detectors.py --longer            also with longer windows

Writes benchmarks/results/detectors.json.
"""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from _labelled import half_of_series
from _results import RESULTS, data_folder, origin, write_json

from skanomaly import make_detector
from skanomaly.compose import detector_names
from skanomaly.evaluation import LabelledData, evaluate

if TYPE_CHECKING:
    from pandas import DataFrame

FILE = RESULTS / "detectors.json"
RUNS = Path(__file__).parent / "runs"
METRIC = "vus_pr"
ABOUT_METRIC = "VUS-PR as in TSB-AD, with its window for each series and 250 thresholds"
# Recipes with a shorter window than the others, and the periods to try.
LONGER = {"recurrent_autoencoder": 2, "seq2seq": 2}


def main() -> None:
    options = _options()
    series = half_of_series(data_folder(), 1, options.series)
    print(f"{len(series)} series; {ABOUT_METRIC}")
    results = evaluate(
        _estimators(options.only) | (_longer(options.only) if options.longer else {}),
        [LabelledData(one.name, one.X, one.y, one.train_size) for one in series],
        seeds=range(options.seeds),
        store=RUNS,
        fresh=not options.resume,
        callback=_tell,
    )
    write_json(FILE, content_of(results))


def content_of(results: "DataFrame") -> dict[str, Any]:
    """Return the content of the file: by recipe, one value per series.

    The value of a series is the mean over seeds.
    """
    by_recipe = results.groupby("estimator", sort=False)
    return {
        **origin(),
        "seeds": results["seed"].unique().tolist(),
        "metric": {METRIC: ABOUT_METRIC},
        "series": results["dataset"].unique().tolist(),
        "results": {name: _summary(runs) for name, runs in by_recipe},
    }


def _options() -> Namespace:
    names = detector_names()
    parser = ArgumentParser(description="Measure every recipe on labelled series.")
    parser.add_argument(
        "--series",
        type=int,
        metavar="N",
        help="number of series, evenly spaced (default: all)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="N",
        help="seeds 0 to N - 1 (default: 1)",
    )
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--resume", action="store_true", help="keep finished runs of the same code"
    )
    parser.add_argument(
        "--longer", action="store_true", help="also recipes with longer windows"
    )
    return parser.parse_args()


def _estimators(names: list[str]) -> dict[str, Any]:
    return {name: make_detector(name) for name in names}


def _longer(names: list[str]) -> dict[str, Any]:
    return {
        f"{name}, {periods} periods": make_detector(name).set_params(
            shingler__periods=periods
        )
        for name, periods in LONGER.items()
        if name in names
    }


def _summary(runs: "DataFrame") -> dict[str, Any]:
    runs = runs.assign(seconds=runs["fit_seconds"] + runs["score_seconds"])
    of_series = runs.groupby("dataset", sort=False)[[METRIC, "seconds"]].mean()
    return {
        "mean": round(float(of_series[METRIC].mean()), 4),
        "mean_of_each_seed": runs.groupby("seed")[METRIC].mean().round(4).tolist(),
        "median_seconds": round(float(of_series["seconds"].median()), 2),
        "values": of_series[METRIC].round(4).tolist(),
        "seconds": of_series["seconds"].round(2).tolist(),
    }


def _tell(run: dict[str, Any], n_done: int, n_runs: int) -> None:
    said = run["error"] or f"{run[METRIC]:.3f} {run['fit_seconds']:9.1f} s"
    print(f"{n_done:4} of {n_runs} {run['estimator']:34} {said}", flush=True)


if __name__ == "__main__":
    main()
