"""Benchmark that is logged to an MLflow server, as shown on its pages."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import numpy as np
from sklearn.metrics import roc_auc_score

from _figures._command import skanomaly
from _figures._figure import Figure
from skanomaly.evaluation import load_datasets

DETECTORS = ("pca", "isolation_forest", "cnn:epochs=2")
SERIES = ("010_NAB", "287_TODS")
PATIENCE = 120  # seconds


def figures(data: Path) -> Iterator[Figure]:
    files = [next((data / "tsb-ad-u").glob(f"{name}*.npz")) for name in SERIES]
    command = ["benchmark", *map(str, files), "--detector", *DETECTORS, "--jobs", "2"]
    n_runs = len(DETECTORS) * len(files)
    with TemporaryDirectory() as place, _server(Path(place)) as uri:
        _benchmark(command, uri, Path(place))
        runs = _runs(uri)
        finished = [run for run in runs if run.info.status == "FINISHED"]
        models = [_model(run, data) for run in finished]
        pictures = [_get(uri, _picture(run)).startswith(b"\x89PNG") for run in finished]
        page = b"<div id=" in _get(uri, "")
        _benchmark(command, uri, Path(place))
        again = [run.info.run_id for run in _runs(uri)]
    measured = {
        "runs": n_runs,
        "finished": len(finished),
        "parameters": min(len(run.data.params) for run in finished),
        "metrics": min(len(run.data.metrics) for run in finished),
        "models_that_score_alike": sum(models),
        "pictures": sum(pictures),
        "page": page,
        "new_runs_of_a_second_call": len(set(again) - {r.info.run_id for r in runs}),
        "mlflow": version("mlflow"),
    }
    yield Figure(
        "skanomaly benchmark --mlflow http://...: a server and its page have each run "
        "once, with its parameters, metrics, picture and a model that scores alike",
        measured,
        met=(
            measured["finished"] == len(again) == n_runs
            and sum(models) == sum(pictures) == n_runs
            and page
            and measured["new_runs_of_a_second_call"] == 0
        ),
    )


def _benchmark(command: list[str], uri: str, folder: Path) -> None:
    done = skanomaly(*command, "--mlflow", uri, "--json", folder=folder)
    if done.code:
        raise RuntimeError(done.message)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Start an MLflow server, yield its URI when it responds, and stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--backend-store-uri", f"sqlite:///{folder / 'server.db'}"),
            *("--artifacts-destination", str(folder / "artifacts")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    uri = f"http://127.0.0.1:{port}"
    try:
        _wait(uri)
        yield uri
    finally:
        process.terminate()
        process.wait()


def _wait(uri: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            _get(uri, "health")
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _get(uri: str, page: str) -> bytes:
    with urlopen(f"{uri}/{page}", timeout=PATIENCE) as answer:
        return answer.read()


def _picture(run: Any) -> str:
    return f"get-artifact?path=run.png&run_uuid={run.info.run_id}"


def _runs(uri: str) -> list[Any]:
    import mlflow

    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("skanomaly")
    return list(client.search_runs([experiment.experiment_id]))


def _model(run: Any, data: Path) -> bool:
    """Return whether the loaded model has the ROC AUC that was logged."""
    from skanomaly.persistence.mlflow import load_model

    model = load_model(f"runs:/{run.info.run_id}/model")
    file = data / "tsb-ad-u" / f"{run.data.params['dataset']}.npz"
    (series,) = load_datasets([file])
    area = roc_auc_score(series.y, -model.score_samples(series.X))
    return bool(np.isclose(area, run.data.metrics["roc_auc"], rtol=1e-6))
