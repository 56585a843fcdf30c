"""Rank the samples of labelled series with every recipe, as TSB-AD does.

    python benchmarks/accuracy.py                                 all: many hours
    python benchmarks/accuracy.py --only pca ensemble --seeds 3
    python benchmarks/accuracy.py --resume --jobs 2               go on after a stop

A detector is fitted on the training part of a series, without labels, and scores all of
it. Writes benchmarks/results/accuracy.json, recipe by recipe: the others are kept.
"""

import csv
import os
import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from _baselines import BASELINES, OneScore, TrivialMatches
from _results import RESULTS, data_folder, origin, read_json, write_json

from skanomaly import make_detector
from skanomaly.compose import detector_names
from skanomaly.compose._recipes import MEMBERS
from skanomaly.evaluation import LabelledData, evaluate

if TYPE_CHECKING:
    from pandas import DataFrame

FILE = RESULTS / "accuracy.json"
RUNS = Path(__file__).parent / "runs" / "accuracy"
FOLDERS = {"univariate": "tsb-ad-u", "multivariate": "tsb-ad-m"}
METRIC = "vus_pr"


def not_by_channel() -> Any:
    """Return the ensemble, with one score of each member for all channels."""
    pipeline = make_detector("ensemble")
    pipeline[-1].estimators = [
        (label, OneScore(member)) for label, member in pipeline[-1].estimators
    ]
    return pipeline


def shorter_windows() -> Any:
    """Return the ensemble, with windows of at most a sixteenth of the training part."""
    pipeline = make_detector("ensemble")
    for _, member in pipeline[-1].estimators:
        member.set_params(shingler__min_windows=8)
    return pipeline


def trivial_matches() -> Any:
    """Return the nearest windows, among them those that overlap a training window."""
    pipeline = make_detector("nearest_window")
    _, detector = pipeline.steps.pop()
    matches = TrivialMatches(**detector.get_params())
    pipeline.steps.append(("trivialmatches", matches))
    return pipeline


def ensemble(**params: Any) -> Callable[[], Any]:
    """Return a function that makes an ensemble."""
    return partial(make_detector, "ensemble", **params)


# Ensembles with other members or windows. Those with "but" take one thing away.
MAKERS: dict[str, Callable[[], Any]] = {
    **{name: partial(make_detector, name) for name in detector_names()},
    "ensemble, online": ensemble(online=True),
    "ensemble of autoencoders": ensemble(members="autoencoder"),
    "ensemble, with conv_features": ensemble(members=(*MEMBERS, "conv_features")),
    "ensemble, but one window": ensemble(windows="2 periods"),
    "ensemble, but fixed windows": ensemble(windows=(16, 64)),
    "ensemble, but no nearest windows": ensemble(members=("pca", "kernel_features")),
    "ensemble, but no features": ensemble(members=("pca", "nearest_window")),
    "ensemble, but plain mean": ensemble(power=1.0),
    "ensemble, but no held-out part": ensemble(validation_split=0.0),
    "ensemble, but channels not by themselves": not_by_channel,
    "ensemble, but windows of a sixteenth": shorter_windows,
    "nearest_window, trivial matches": trivial_matches,
    **BASELINES,
}
NAMES = [*MAKERS]


def main() -> None:
    options = _options()
    # Half of the channels of some series are constant.
    warnings.filterwarnings("ignore", ".* constant in the training series")
    run = origin()
    if options.resume and not run["clean"]:
        sys.exit(
            "--resume goes on with the code of a commit: commit the changes first."
        )
    for kind in options.folders:
        series = list(labelled(data_folder() / FOLDERS[kind]))[:: options.every]
        for name in options.only:
            results = evaluate(
                {name: MAKERS[name]()},
                series,
                seeds=range(options.seeds),
                metrics=[METRIC],
                # A run knows the version of the package, not its commit.
                store=RUNS / str(run["commit"]),
                fresh=not options.resume,
                n_jobs=options.jobs,
            )
            found = summary(results, options.seeds)
            print(f"{kind:12} {name:52} {found['mean']:.4f}", flush=True)
            if found["n_failed"]:
                sys.exit(f"{found['n_failed']} run(s) failed: {name} is not stored.")
            if options.every == 1:
                _save(kind, name, found | {"run": run["date"]}, run)
    save_windows()


def save_windows() -> None:
    """Write the windows of all series to the file."""
    found = {
        kind: {one.name: windows(one) for one in labelled(data_folder() / folder)}
        for kind, folder in FOLDERS.items()
    }
    write_json(FILE, read_json(FILE) | {"windows": found})


def labelled(folder: Path) -> Iterator[LabelledData]:
    """Yield the series of a folder."""
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as held:
            X = held["X"].astype(np.float64).reshape(len(held["y"]), -1)
            yield LabelledData(file.stem, X, held["y"] > 0, int(held["train_size"]))


def summary(results: "DataFrame", n_seeds: int) -> dict[str, Any]:
    """Return means over all series, by source and without each source."""
    of_series = results.groupby("dataset", sort=False)[METRIC].mean()
    source = of_series.index.str.split("_").str[1]
    by_source = of_series.groupby(source).mean()
    return {
        "mean": round(float(of_series.mean()), 4),
        "mean_of_each_seed": results.groupby("seed")[METRIC].mean().round(4).tolist(),
        "by_source": by_source.round(4).to_dict(),
        "without_source": {
            each: round(float(of_series[source != each].mean()), 4)
            for each in by_source.index
        },
        "n_series": len(of_series),
        "n_seeds": n_seeds,
        "n_failed": int((results["status"] != "ok").sum()),
        "seconds": round(float(results[["fit_seconds", "score_seconds"]].sum().sum())),
        "values": of_series.round(4).to_dict(),
    }


def windows(series: LabelledData) -> dict[str, Any]:
    """Return the dominant period of a training part, and automatic windows."""
    training = series.X[: series.train_size]
    single = make_detector("pca").fit(training).named_steps["shingler"]
    member = make_detector("ensemble", members="pca", windows="2 periods").fit(training)
    (fitted,) = member[-1].estimators_
    return {
        "train_size": series.train_size,
        "period": single.period_,
        "window": single.window_,
        "window of a member": fitted[-1]._view.context,
    }


def published(folder: Path) -> dict[str, dict[str, float]]:
    """Return what TSB-AD has published for each series, by detector."""
    with (folder / "index.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    about = ("series", "n_samples", "n_channels", "train_size", "n_anomalous")
    return {
        name: {row["series"].removesuffix(".csv"): float(row[name]) for row in rows}
        for name in rows[0]
        if name not in about
    }


def means_of(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the mean of each published detector."""
    return {
        name: round(float(np.mean([*values.values()])), 4)
        for name, values in found.items()
    }


def best_of(found: dict[str, dict[str, float]]) -> dict[str, dict[str, Any]]:
    """Return the best published detector of each series."""
    best = {}
    for series in next(iter(found.values())):
        name = max(found, key=lambda one: found[one][series])
        best[series] = {"name": name, "value": round(found[name][series], 4)}
    return best


def _options() -> Namespace:
    parser = ArgumentParser(description="Rank samples of labelled series.")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--folders", nargs="+", choices=FOLDERS, default=list(FOLDERS))
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="seeds 0 to N-1 (default: 1)"
    )
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="N",
        help="every N-th series alone, printed and not stored (default: 1)",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument(
        "--resume", action="store_true", help="keep finished runs of the same code"
    )
    return parser.parse_args()


def _save(kind: str, name: str, found: dict[str, Any], run: dict[str, Any]) -> None:
    """Write a result to the file, with the run that it is from."""
    known = read_json(FILE)
    results = known.get("results", {})
    results[kind] = results.get(kind, {}) | {name: found}
    used = {one["run"] for each in results.values() for one in each.values()}
    runs = known.get("runs", {}) | {run["date"]: run}
    others = {each: published(data_folder() / one) for each, one in FOLDERS.items()}
    content = {
        "runs": {date: runs[date] for date in sorted(used)},
        "published": {each: means_of(one) for each, one in others.items()},
        "best_published": {each: best_of(one) for each, one in others.items()},
        "windows": known.get("windows", {}),
        "results": results,
    }
    write_json(FILE, content)


if __name__ == "__main__":
    main()
