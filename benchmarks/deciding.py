"""Compare thresholds that no labels are needed for, by the events that they lead to.

    python benchmarks/deciding.py                    all: twenty minutes
    python benchmarks/deciding.py --only ensemble    this recipe; the others are kept

A detector is fitted on the training part of a univariate labelled series and scores all
of it. What follows the training part is judged. Then it is fitted on the whole series,
its anomalies included, and all of it is judged.
Writes benchmarks/results/deciding.json.
"""

import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from _results import RESULTS, data_folder, origin, read_json, write_json
from _threshold_tables import ON_ALL
from accuracy import FOLDERS, labelled
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from skanomaly import (
    Detection,
    EventRule,
    MaxThreshold,
    SigmaThreshold,
    detect,
    make_detector,
)
from skanomaly.detection import offset_of
from skanomaly.evaluation import LabelledData
from skanomaly.events import runs
from skanomaly.metrics import affiliation_f_score, event_f1_score, range_f_score

FILE = RESULTS / "deciding.json"
RECIPES: dict[str, dict[str, Any]] = {
    "ensemble": {"name": "ensemble"},
    "ensemble of autoencoders": {"name": "ensemble", "members": "autoencoder"},
    "autoencoder": {"name": "autoencoder"},
    "pca": {"name": "pca"},
}
LONGEST = 200_000  # samples; longer series take most of the time
# False events are counted before the first true one, if so many samples precede it.
FEWEST_BEFORE = 500


def main() -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[*RECIPES], choices=[*RECIPES])
    options, run = parser.parse_args(), origin()
    for name in options.only:
        found: dict[str, dict[str, Any]] = {}
        for data in labelled(data_folder() / FOLDERS["univariate"]):
            if len(data.X) > LONGEST or not data.y[data.train_size :].any():
                continue
            for rule, detection in chain(decided(name, data), on_all(name, data)):
                found.setdefault(rule, {})[data.name] = judged(detection)
        content = read_json(FILE)
        content.setdefault("runs", {})[run["date"]] = run
        results = content.setdefault("results", {})
        results[name] = {rule: summary(values) for rule, values in found.items()}
        results[name]["run"] = run["date"]
        used = {one["run"] for one in results.values()}
        content["runs"] = {k: v for k, v in content["runs"].items() if k in used}
        write_json(FILE, content)
        for rule in found:
            means = results[name][rule]["mean"]
            print(name, rule, {k: round(v, 3) for k, v in means.items()}, flush=True)


def _made(name: str) -> Any:
    return make_detector(**RECIPES[name], random_state=0)


def decided(name: str, data: LabelledData) -> Iterator[tuple[str, Detection]]:
    """Yield detections by all thresholds, from one fit and one pass."""
    pipeline = _made(name).fit(data.X[: data.train_size])
    found = detect(pipeline, data.X, data.y, n_train=data.train_size)
    yield "series", found
    spans = EventRule(localize=False)
    yield "series, whole spans", replace(found, rule=spans)
    yield "fit", replace(found, offset=offset_of(pipeline), threshold_source="fit")
    training, scores = found.scores[: data.train_size], found.scores
    for rule, threshold in RULES.items():
        offset = 0.0 - threshold(0.0 - training, 0.0 - scores)
        yield rule, replace(found, offset=offset, threshold_source="rule")
    yield "best of each series", best(found)


def on_all(name: str, data: LabelledData) -> Iterator[tuple[str, Detection]]:
    """Yield detections by a detector that was fitted on the anomalies as well."""
    pipeline = _made(name).fit(data.X)
    everywhere = EventRule(in_training=True)
    found = detect(pipeline, data.X, data.y, n_train=len(data.X), events=everywhere)
    yield f"{ON_ALL}series", found
    fit = replace(found, offset=offset_of(pipeline), threshold_source="fit")
    yield f"{ON_ALL}fit", fit
    errors = 0.0 - found.scores
    for rule, threshold in RULES.items():
        offset = 0.0 - threshold(errors, errors)
        yield f"{ON_ALL}{rule}", replace(found, offset=offset, threshold_source="rule")
    yield f"{ON_ALL}best of each series", best(found)


def three_times_the_largest(training: NDArray[Any], _: NDArray[Any]) -> float:
    return 0.0 - float(MaxThreshold(margin=2.0).fit(0.0 - training).offset_)


def three_deviations(_: NDArray[Any], errors: NDArray[Any]) -> float:
    return 0.0 - float(SigmaThreshold(3).fit(0.0 - errors).offset_)


def tenth_of_samples(_: NDArray[Any], errors: NDArray[Any]) -> float:
    """Return the default of PyOD: a contamination of 0.1."""
    return float(np.quantile(errors, 0.9))


def three_deviations_of_training(training: NDArray[Any], _: NDArray[Any]) -> float:
    """Return the default of Merlion: three deviations of calibrated scores.

    Its calibration maps the errors of the training part to a normal distribution, of
    which three deviations are exceeded by one sample in 740.
    """
    return float(np.quantile(training, 1 - 1 / 740))


def least_spread(_: NDArray[Any], errors: NDArray[Any]) -> float:
    """Return the nonparametric threshold of Telemanom, without pruning.

    References
    ----------
    Hundman, K., et al. (2018). Detecting spacecraft anomalies using LSTMs and
    nonparametric dynamic thresholding. KDD. https://doi.org/10.1145/3219819.3219845
    """
    mean, deviation = errors.mean(), errors.std()
    best, threshold = -np.inf, mean + 12 * deviation
    for z in np.arange(2.5, 12, 0.5):
        candidate = mean + z * deviation
        below = errors[errors < candidate]
        n_above, n_runs = len(errors) - len(below), len(runs(errors >= candidate)[0])
        if not n_above or not mean or not deviation:
            continue
        gain = (mean - below.mean()) / mean + (deviation - below.std()) / deviation
        gain /= n_above + n_runs**2
        if gain >= best:
            best, threshold = gain, candidate
    return float(threshold)


RULES: dict[str, Callable[[NDArray[Any], NDArray[Any]], float]] = {
    "three times the largest of training": three_times_the_largest,
    "mean and 3 deviations of all": three_deviations,
    "a tenth of all (PyOD)": tenth_of_samples,
    "3 deviations of training (Merlion)": three_deviations_of_training,
    "least spread (Telemanom)": least_spread,
}


def best(found: Detection) -> Detection:
    """Return the detection with the best range F score of some thresholds."""
    judged_part = found.scores[found.first :]
    few, many = np.geomspace(1e-4, 0.05, 30), np.linspace(0.06, 0.5, 30)
    shares = np.r_[few, many]
    candidates = [
        replace(found, offset=offset) for offset in np.quantile(judged_part, shares)
    ]
    return max(candidates, key=lambda one: judged(one)["range F"])


def judged(found: Detection) -> dict[str, float]:
    """Return the metrics of the events after the training part."""
    assert found.series.truth is not None
    truth = found.series.truth[found.first :].astype(int)
    labels = (found.labels[found.first :] == -1).astype(int)
    n_before = max(0, int(np.argmax(truth)) - (found.about.window or 0))
    n_false = len(runs(labels[:n_before] == 1)[0])
    enough = n_before > FEWEST_BEFORE
    return {
        "range F": float(range_f_score(truth, labels)),
        "affiliation F": float(affiliation_f_score(truth, labels)),
        "event F1": float(event_f1_score(truth, labels)),
        "sample F1": float(f1_score(truth, labels, zero_division=0)),
        "nothing found": float(not labels.any()),
        "false events": 1e4 * n_false / n_before if enough else float("nan"),
    }


def summary(values: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return means over series, and the lowest of those without one source."""
    sources = np.array([name.split("_")[1] for name in values])
    metrics = next(iter(values.values()))
    columns = {m: np.array([one[m] for one in values.values()]) for m in metrics}
    return {
        "mean": {m: float(np.nanmean(column)) for m, column in columns.items()},
        "without_source": {
            source: {
                m: float(np.nanmean(column[sources != source]))
                for m, column in columns.items()
            }
            for source in sorted(set(sources))
        },
        "n_series": len(values),
    }


if __name__ == "__main__":
    main()
