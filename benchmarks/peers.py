"""Compare detectors with those of PyOD and with a loop in plain Keras.

    python benchmarks/peers.py              everything: twenty minutes on two cores
    python benchmarks/peers.py --quick      with small sizes, in two minutes

PyOD is installed into an environment of its own, benchmarks/runs/peers; the others use
the current one. Each run is a process of its own with one thread, and the runs of the
compared detectors alternate. Writes benchmarks/results/peers.json; with --quick,
benchmarks/runs/peers.json, since small sizes show only that everything works.
"""

import json
import os
import subprocess
import sys
import venv
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from _figures.waveform import read
from _labelled import Series
from _results import RESULTS, data_folder, origin, write_json
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from skanomaly import AutoencoderDetector, LSTMDetector
from skanomaly.datasets import make_periodic
from skanomaly.metrics import vus_pr_score

HERE = Path(__file__).resolve().parent
RUNS = HERE / "runs"
# A version of torch without a suffix also admits its smaller build for the CPU, which
# pip prefers if it is offered. PyOD imports tqdm without requiring it.
REQUIRED = ("pyod[torch]==3.6.7", "torch==2.13.0", "tqdm")
NOTED = ("numpy", "scikit-learn", "pyod", "torch")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",  # the CPU is measured
}
HEART, HEART_START = "382_UCR_id_80_Medical_tr_7500_1st_11800", 11_000
SIZES = {
    "rounds": (3, 1, "rounds of alternating runs, with seeds 0, 1, ..."),
    "epochs": (LSTMDetector().epochs, 2, "maximum for detectors that stop early"),
    "waveform": (320_000, 20_000, "samples of the waveform to learn from"),
    "part": (10_000, 1_000, "windows of it for LSTMAD, which is extrapolated"),
    "scored": (10_000, 1_000, "windows of the waveform to score"),
    "samples": (10_000, 2_000, "samples of other series to learn from, up to 11,000"),
}
LSTM = {"window": 400, "units": 32}
LSTMAD_EPOCHS = 10
NETWORK = {"window": 100, "units": [64, 16]}
BATCH_SIZE = 32  # the default of PyOD and of Keras
PYOD_EPOCHS = 10  # the default of PyOD
N_HELD_OUT = 2000
TIMES = ("fit_cpu", "fit_wall", "score_cpu", "score_wall")


@dataclass(frozen=True)
class Data:
    """Standardized series: what to fit on, what to score, and windows for the loss."""

    about: str
    train: NDArray[np.float64]
    series: NDArray[np.float64]
    n_scored: int  # samples of `series` that all detectors score
    held_out: NDArray[np.float64]
    labels: NDArray[np.bool_] | None = None  # of `series`


@dataclass(frozen=True)
class Way:
    """Detector to measure: its runner in _peers, settings, and share of the data."""

    runner: str
    settings: dict[str, Any]
    n_windows: int | None = None  # to fit on; None means all


@dataclass(frozen=True)
class Comparison:
    """Detectors on the same data; times are given relative to the first one."""

    table: str
    data: Data
    ways: dict[str, Way]


def main() -> None:
    options, folder = _options(), data_folder()
    python = environment()
    content = {
        "origin": origin(),
        "peers": installed(python),
        "sizes": {name: getattr(options, name) for name in SIZES},
        "results": [],
    }
    file = (RUNS if options.quick else RESULTS) / "peers.json"
    for comparison in comparisons(folder, options):
        result = measured(comparison, python, options.rounds)
        content["results"].append(result)
        write_json(file, content)
    print(f"written to {file}")


def environment() -> Path:
    """Return the Python of the environment with PyOD, made in the first call."""
    folder = RUNS / "peers"
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != "\n".join(REQUIRED):
        venv.create(folder, clear=True, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *REQUIRED], check=True)
        stamp.write_text("\n".join(REQUIRED))
    return python


def installed(python: Path) -> dict[str, str]:
    """Return the versions of packages in another environment."""
    listed = [python, "-m", "pip", "list", "--format=json"]
    done = subprocess.run(listed, check=True, capture_output=True, text=True)
    versions = {one["name"]: one["version"] for one in json.loads(done.stdout)}
    return {name: versions[name] for name in NOTED}


def comparisons(folder: Path, sizes: Namespace) -> Iterator[Comparison]:
    yield Comparison("lstm", waveform(folder, sizes), lstms(sizes))
    for data in (generated(sizes.samples), heart(folder, sizes.samples)):
        yield Comparison("autoencoder", data, autoencoders())
        yield Comparison("loop", data, loops(sizes.epochs))
        yield Comparison("forest", data, forests())


def lstms(sizes: Namespace) -> dict[str, Way]:
    own = LSTM | {"detector": "lstm", "epochs": sizes.epochs}
    ways = {"skanomaly": Way("skanomaly", own)}
    if "stateful" in LSTMDetector().get_params():
        ways["skanomaly, `stateful=True`"] = Way("skanomaly", own | {"stateful": True})
    ways["PyOD"] = Way("pyod", own | {"epochs": LSTMAD_EPOCHS}, sizes.part)
    return ways


def autoencoders() -> dict[str, Way]:
    same = NETWORK | {
        "detector": "autoencoder",
        "epochs": PYOD_EPOCHS,
        "batch_size": BATCH_SIZE,
    }
    # PyOD trains for all epochs, on all windows.
    all_epochs = {"patience": None, "validation_split": 0.0}
    return {
        "skanomaly": Way("skanomaly", same | all_epochs),
        'skanomaly, `batch_size="auto"`': Way(
            "skanomaly", same | all_epochs | {"batch_size": "auto"}
        ),
        "PyOD": Way("pyod", same),
    }


def loops(epochs: int) -> dict[str, Way]:
    own = NETWORK | {
        "detector": "autoencoder",
        "epochs": epochs,
        "patience": AutoencoderDetector().patience,
        "batch_size": BATCH_SIZE,
    }
    return {
        "skanomaly": Way("skanomaly", own),
        'skanomaly, `batch_size="auto"`': Way(
            "skanomaly", own | {"batch_size": "auto"}
        ),
        "Keras": Way("keras", own | {"detector": "loop"}),
    }


def forests() -> dict[str, Way]:
    same = {"detector": "forest", "window": NETWORK["window"]}
    return {"skanomaly": Way("skanomaly", same), "PyOD": Way("pyod", same)}


def waveform(folder: Path, sizes: Namespace) -> Data:
    """Return the waveform; its end, on which no weight is trained, gives the loss."""
    X = read(folder, "normal")[: sizes.waveform, 0]
    X = (X - X.mean()) / X.std()
    end = X[-sizes.scored - LSTM["window"] :]
    windows = sliding_window_view(end, LSTM["window"] + 1)
    return Data("waveform", X, end, sizes.scored, _spread(windows))


def generated(n_samples: int) -> Data:
    made = make_periodic(2 * n_samples, random_state=0)
    return _labelled("generated", made.X[:, 0], made.y > 0)


def heart(folder: Path, n_samples: int) -> Data:
    held = Series.read(folder / "tsb-ad-u" / f"{HEART}.npz")
    part = slice(HEART_START - n_samples, HEART_START + n_samples)
    return _labelled("heart beats", held.X[part, 0], held.y[part])


def _labelled(about: str, X: NDArray[np.float64], y: NDArray[np.bool_]) -> Data:
    """Return a series whose first half is normal, with normal windows of the second."""
    n_train = len(X) // 2
    X = (X - X[:n_train].mean()) / X[:n_train].std()
    later = sliding_window_view(X[n_train:], NETWORK["window"])
    normal = ~sliding_window_view(y[n_train:], NETWORK["window"]).any(axis=1)
    return Data(about, X[:n_train], X, len(X), _spread(later[normal]), y)


def _spread(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return windows that are evenly spread over all of them."""
    chosen = np.linspace(0, len(windows) - 1, min(N_HELD_OUT, len(windows)))
    return windows[chosen.round().astype(int)]


def measured(comparison: Comparison, python: Path, rounds: int) -> dict[str, Any]:
    """Return all runs of a comparison and their medians, in alternating order."""
    data, ways = comparison.data, comparison.ways
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
    for seed in range(rounds):
        for name, way in ways.items():
            runs[name].append(run(way, data, seed, python))
            about = f"{comparison.table:12} {data.about:12} {name:34}"
            print(about, runs[name][-1], flush=True)
    first = next(iter(runs.values()))
    return {
        "table": comparison.table,
        "data": data.about,
        "n_fitted": len(data.train),
        "n_scored": data.n_scored,
        "ways": {
            name: asdict(way)
            | {"runs": runs[name]}
            | summary(runs[name], first, _scale(way, len(data.train)))
            for name, way in ways.items()
        },
    }


def _scale(way: Way, n_train: int) -> float:
    """Return by how much the time of a fit to a part is multiplied."""
    if way.n_windows is None:
        return 1.0
    return (n_train - way.settings["window"]) / way.n_windows


def run(way: Way, data: Data, seed: int, python: Path) -> dict[str, Any]:
    """Measure a detector in a process of its own."""
    train = data.train
    if way.n_windows is not None:
        train = train[: way.n_windows + way.settings["window"]]
    with TemporaryDirectory() as folder:
        arrays, scores = Path(folder, "data.npz"), Path(folder, "scores.npy")
        np.savez(arrays, train=train, series=data.series, held_out=data.held_out)
        command = [
            python if way.runner == "pyod" else sys.executable,
            HERE / "_peers" / f"run_{way.runner}.py",
            arrays,
            scores,
            json.dumps(way.settings | {"seed": seed}),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | ONE_THREAD
        )
        if done.returncode:
            sys.exit(done.stderr)
        record = json.loads(done.stdout.splitlines()[-1])
        if data.labels is not None:
            errors = np.load(scores)
            window = NETWORK["window"]
            record["VUS-PR"] = float(vus_pr_score(data.labels, errors, window=window))
    return {"seed": seed} | record


def summary(
    runs: list[dict[str, Any]], first: list[dict[str, Any]], scale: float
) -> dict[str, Any]:
    """Return medians of the runs, and of their times relative to those of the first.

    Times of fits are multiplied by `scale`, for a fit to a part of the data.
    """
    scales = {name: scale if name.startswith("fit") else 1.0 for name in TIMES}
    noted = [name for name, value in runs[0].items() if value is not None]
    return {
        "scale": scale,
        "median": {
            name: median(one[name] for one in runs) * scales.get(name, 1)
            for name in noted
            if name != "seed"
        },
        "ratio": {
            name: median(
                one[name] * scales[name] / base[name]
                for one, base in zip(runs, first, strict=True)
            )
            for name in TIMES
        },
    }


def _options() -> Namespace:
    parser = ArgumentParser(description="Compare detectors with those of others.")
    for name, (default, _, text) in SIZES.items():
        text = f"{text} (default: {default})"
        parser.add_argument(f"--{name}", type=int, metavar="N", help=text)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    options = parser.parse_args()
    for name, (default, quick, _) in SIZES.items():
        if getattr(options, name) is None:
            setattr(options, name, quick if options.quick else default)
    return options


if __name__ == "__main__":
    main()
