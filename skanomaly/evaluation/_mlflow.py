"""Logging of runs with MLflow, once each."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from io import StringIO
from math import isfinite
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from skanomaly._compat import import_extra
from skanomaly._versions import software_versions
from skanomaly.evaluation._artifacts import HISTORY, MODEL, NO_MODEL, PICTURE
from skanomaly.evaluation._metrics import METRICS
from skanomaly.evaluation._run import MEASURED, Job, seeded
from skanomaly.evaluation._store import Record

EXPERIMENT = "skanomaly"
_KEY = "skanomaly.key"
# Makes the UI show the experiment as one of models, not of conversations.
_KIND = {"mlflow.experimentKind": "custom_model_development"}
_SQLITE = "sqlite:///"
# Items that MLflow accepts per request, and characters that it accepts per value.
_BATCH = 100
_LONGEST = 500
# Seconds to wait for the first response of a server.
_TIMEOUT = 10


class Tracker:
    """Log runs to an MLflow server or a local store.

    The MLflow state of the caller, such as its active run, is not modified. A run is
    marked as finished once all of it is logged, and a tag holds its key, so that runs
    that an interrupted benchmark logged in part are replaced.

    Parameters
    ----------
    uri : str
        Tracking URI, such as ``"http://127.0.0.1:5000"`` or ``"sqlite:///mlflow.db"``.
        Artifacts of a store in a file are written to the folder of this file.
    folder : Path
        Folder for models and pictures of runs until they are logged.

    Raises
    ------
    ValueError
        If MLflow cannot log to `uri`.
    """

    def __init__(self, uri: str, folder: Path) -> None:
        self._mlflow = import_extra("mlflow", extra="mlflow")
        self._uri = uri
        self._folder = folder
        # MLflow logs each step of creating its tables.
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
        try:
            _check_answer(uri)
            self._client = self._mlflow.MlflowClient(uri)
            self._experiment = self._find_experiment(uri)
        except (self._mlflow.exceptions.MlflowException, OSError) as error:
            raise ValueError(f"MLflow cannot log to {uri}: {error}") from error
        self._logged = {
            run.data.tags.get(_KEY)
            for run in self._runs()
            if run.info.status == "FINISHED"
        }

    def has(self, key: str) -> bool:
        """Return whether all of a run is logged."""
        return key in self._logged

    def prepared(self, job: Job) -> Job:
        """Return the job with a folder for the files to log."""
        return replace(job, artifacts=self._folder / job.key)

    def log(self, job: Job, record: Record) -> None:
        """Log a run and replace former ones with the same key.

        Raises
        ------
        OSError
            If MLflow does not accept the run.
        """
        try:
            _check_answer(self._uri)
            self._log(job, record)
        except (self._mlflow.exceptions.MlflowException, OSError) as error:
            raise OSError(
                f"MLflow no longer accepts runs at {self._uri}: {error} Runs logged "
                "before are kept. Repeat the call when MLflow is available."
            ) from error

    def _log(self, job: Job, record: Record) -> None:
        # Not from `_logged`, since another benchmark may have logged it meanwhile.
        for run in self._runs(f"tags.`{_KEY}` = '{job.key}'"):
            self._delete(run)
        took = record["fit_seconds"] + record["score_seconds"]
        run_id = self._client.create_run(
            self._experiment,
            start_time=_milliseconds(time() - took if isfinite(took) else time()),
            run_name=f"{job.name} on {job.data.name}, seed {job.seed}",
            tags=_tags(job, record),
        ).info.run_id
        params = [
            self._mlflow.entities.Param(name, value) for name, value in _params(job)
        ]
        for batch in _batches(params):
            self._client.log_batch(run_id, params=batch)
        self._client.log_batch(run_id, metrics=self._metrics(record))
        folder = self._folder / job.key
        if record["status"] == "ok":
            self._log_artifacts(run_id, folder)
        rmtree(folder, ignore_errors=True)
        status = "FINISHED" if record["status"] == "ok" else "FAILED"
        with redirect_stdout(StringIO()):  # on which MLflow prints its address
            self._client.set_terminated(run_id, status)

    def _delete(self, run: Any) -> None:
        for output in run.outputs.model_outputs if run.outputs else ():
            self._client.delete_logged_model(output.model_id)
        self._client.delete_run(run.info.run_id)

    def _log_artifacts(self, run_id: str, folder: Path) -> None:
        if (folder / NO_MODEL).exists():
            reason = (folder / NO_MODEL).read_text(encoding="utf-8")
            self._client.set_tag(run_id, "no_model", reason[:_LONGEST])
        else:
            self._log_model(run_id, folder / MODEL)
        self._client.log_artifact(run_id, str(folder / PICTURE))
        curves = json.loads((folder / HISTORY).read_text(encoding="utf-8"))
        metrics = [
            self._metric(name, value, step)
            for name, curve in curves.items()
            for step, value in enumerate(curve)
        ]
        for batch in _batches(metrics):
            self._client.log_batch(run_id, metrics=batch)

    def _log_model(self, run_id: str, folder: Path) -> None:
        model_id = self._client.create_logged_model(
            self._experiment, name=MODEL, source_run_id=run_id
        ).model_id
        # First, so that `_delete` finds the model of a run that was logged in part.
        output = self._mlflow.entities.LoggedModelOutput(model_id, step=0)
        self._client.log_outputs(run_id, [output])
        self._client.log_model_artifacts(model_id, str(folder))
        self._client.finalize_logged_model(model_id, "READY")

    def _metrics(self, record: Record) -> list[Any]:
        names = (*MEASURED, "epochs", "n_events_found", *METRICS)
        return [
            self._metric(name, record[name]) for name in names if isfinite(record[name])
        ]

    def _metric(self, name: str, value: float, step: int = 0) -> Any:
        return self._mlflow.entities.Metric(name, value, _milliseconds(time()), step)

    def _find_experiment(self, uri: str) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        place = None
        if uri.startswith(_SQLITE):
            parent = Path(uri.removeprefix(_SQLITE)).absolute().parent
            place = (parent / "mlartifacts").as_uri()
        return str(
            self._client.create_experiment(
                EXPERIMENT, artifact_location=place, tags=_KIND
            )
        )

    def _runs(self, which: str = "") -> list[Any]:
        runs: list[Any] = []
        token = None
        while True:
            page = self._client.search_runs([self._experiment], which, page_token=token)
            runs += page
            token = page.token
            if not token:
                return runs


@contextmanager
def tracking(uri: str | None) -> Iterator[Tracker | None]:
    """Yield a tracker, or None without a URI."""
    if uri is None:
        yield None
        return
    with TemporaryDirectory(prefix="skanomaly-") as folder:
        yield Tracker(uri, Path(folder))


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _milliseconds(seconds: float) -> int:
    return int(1000 * seconds)


def _check_answer(uri: str) -> None:
    """Raise if a server does not respond, which MLflow would retry for minutes."""
    if not uri.startswith(("http://", "https://")):
        return
    try:
        urlopen(uri, timeout=_TIMEOUT).close()
    except HTTPError:
        pass  # the server responds, even if it requires a login
    except OSError as error:
        raise ConnectionError(
            f"No MLflow server responds at {uri} ({error}). Start one with 'mlflow "
            "server', or pass another URI, such as sqlite:///mlflow.db."
        ) from error


def _params(job: Job) -> Iterator[tuple[str, str]]:
    yield "estimator", job.name
    yield "dataset", job.data.name
    yield "seed", str(job.seed)
    yield "train_size", str(job.data.train_size)
    for name, value in seeded(job.estimator, job.seed).get_params().items():
        # Parameters of a step are logged one by one, so its class is enough.
        told = type(value).__name__ if hasattr(value, "get_params") else str(value)
        if name != "steps":
            yield name, told[:_LONGEST]


def _tags(job: Job, record: Record) -> dict[str, str]:
    versions = {f"version.{name}": found for name, found in software_versions().items()}
    tags = {_KEY: job.key, "estimator": job.name, "dataset": job.data.name, **versions}
    said = {name: record[name][:_LONGEST] for name in ("error", "warnings")}
    return tags | {name: text for name, text in said.items() if text}
