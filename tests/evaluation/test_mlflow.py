"""Every run is logged once, with its model; a store in a file will do."""

import warnings
from shutil import copy

import numpy as np
import pytest

from skanomaly import make_detector
from skanomaly.evaluation import evaluate
from skanomaly.persistence.mlflow import load_model
from tests.evaluation.common import Guess, Picky, n_lines, wave

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlflow = pytest.importorskip("mlflow")

# Of libraries that it brings, and has no say in.
pytestmark = pytest.mark.filterwarnings("ignore")


class Store:
    def __init__(self, folder):
        self.uri = f"sqlite:///{folder / 'mlflow.db'}"

    @property
    def client(self):
        return mlflow.MlflowClient(self.uri)

    def runs(self):
        experiment = self.client.get_experiment_by_name("skanomaly")
        runs = self.client.search_runs([experiment.experiment_id])
        return sorted(runs, key=lambda run: run.info.run_name)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store of MLflow; its tables take seconds to make, so there is one for all."""
    made = Store(tmp_path_factory.mktemp("mlflow"))
    assert made.client.search_experiments()  # which makes the tables
    return made


def test_runs_are_logged_once_and_as_a_whole(tmp_path, store):
    data, wall, count = wave(0), tmp_path / "wall", tmp_path / "count"
    wall.touch()
    estimators = {
        "guess": Guess(count_in=str(count)),
        "pca": make_detector("pca"),
        "picky": Picky(refuse_while=str(wall)),
    }
    # What the store has without a model is run again.
    evaluate({"guess": estimators["guess"]}, [data], store=tmp_path / "store")
    options = {"store": tmp_path / "store", "mlflow": store.uri}
    results = evaluate(estimators, [data], **options)
    assert n_lines(count) == 2
    guess, pca, picky = store.runs()
    assert pca.info.run_name == "pca on wave0, seed 0"
    statuses = [run.info.status for run in (guess, pca, picky)]
    assert statuses == ["FINISHED", "FINISHED", "FAILED"]
    assert picky.data.tags["error"] == "ValueError: this series is not to my taste"
    row = results.iloc[1]
    for name in ("vus_pr", "event_f1", "fit_seconds", "score_seconds"):
        assert pca.data.metrics[name] == row[name]
    assert pca.data.params["pcadetector__context"] == "0.5"
    assert pca.data.params["shingler"] == "Shingler"
    assert pca.data.params["dataset"] == "wave0"
    losses = store.client.get_metric_history(guess.info.run_id, "loss")
    assert [(one.step, one.value) for one in losses] == [(0, 3.0), (1, 2.0), (2, 1.0)]

    wall.unlink()
    again = evaluate(estimators, [data], **options)
    assert (again["status"] == "ok").all()
    assert n_lines(count) == 2
    assert [run.info.status for run in store.runs()] == ["FINISHED"] * 3
    kept = [guess.info.run_id, pca.info.run_id]
    assert [run.info.run_id for run in store.runs()[:2]] == kept

    evaluate(estimators, [data], fresh=True, **options)
    assert len(store.runs()) == 3
    assert n_lines(count) == 3


def test_the_model_scores_as_the_run_did(store, monkeypatch):
    data = wave(3)
    pipe = make_detector("pca", random_state=0)
    evaluate({"model": pipe}, [data], mlflow=store.uri)
    (run,) = (one for one in store.runs() if one.data.params["estimator"] == "model")
    pictures = store.client.list_artifacts(run.info.run_id)
    assert [one.path for one in pictures if one.file_size] == ["run.png"]
    before = mlflow.get_tracking_uri()
    assert before != store.uri  # nothing of the caller's was set
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    loaded = load_model(f"runs:/{run.info.run_id}/model")
    expected = pipe.fit(data.X[: data.train_size]).score_samples(data.X)
    np.testing.assert_array_equal(loaded.score_samples(data.X), expected)
    plain = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    labels = plain.predict(data.X)["label"]
    np.testing.assert_array_equal(labels, pipe.predict(data.X))


class Opaque(Guess):
    """Learn something that cannot be stored without code."""

    def fit(self, X, y=None):
        self.secret_ = iter(X)
        return super().fit(X)


def test_a_run_without_a_model_says_why(store):
    results = evaluate({"opaque": Opaque()}, [wave(4)], mlflow=store.uri)
    assert (results["status"] == "ok").all()
    (run,) = (one for one in store.runs() if one.data.params["estimator"] == "opaque")
    assert "secret_" in run.data.tags["no_model"]
    assert not run.outputs.model_outputs
    assert run.data.metrics["vus_pr"] == results["vus_pr"][0]


def test_what_another_benchmark_logged_meanwhile_is_not_logged_twice(store):
    def other(record, n_done, _):
        if n_done == 1:
            evaluate({"twice": Guess()}, [wave(0)], seeds=(1,), mlflow=store.uri)

    given = {"twice": Guess()}
    evaluate(given, [wave(0)], seeds=(0, 1), mlflow=store.uri, callback=other)
    logged = [one for one in store.runs() if one.data.params["estimator"] == "twice"]
    assert [one.data.params["seed"] for one in logged] == ["0", "1"]


def test_where_mlflow_goes_away_what_is_done_is_kept(tmp_path, store):
    file, count = tmp_path / "mlflow.db", tmp_path / "count"
    copy(store.uri.removeprefix("sqlite:///"), file)
    estimators = {"counted": Guess(count_in=str(count))}
    options = {"seeds": (0, 1), "store": tmp_path / "store"}

    def break_down(*_):
        file.write_bytes(b"no longer a database")

    with pytest.raises(OSError, match="MLflow no longer accepts runs at sqlite"):
        evaluate(
            estimators,
            [wave(0)],
            mlflow=f"sqlite:///{file}",
            callback=break_down,
            **options,
        )
    assert n_lines(count) == 2
    evaluate(estimators, [wave(0)], **options)
    assert n_lines(count) == 3


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("http://127.0.0.1:9", "No MLflow server responds at http://127.0.0.1:9"),
        ("gopher://x", "MLflow cannot log to gopher://x"),
    ],
)
def test_where_nothing_can_be_logged_nothing_runs(tmp_path, uri, message):
    estimators = {"guess": Guess(count_in=str(tmp_path / "count"))}
    with pytest.raises(ValueError, match=message):
        evaluate(estimators, [wave(0)], mlflow=uri)
    assert n_lines(tmp_path / "count") == 0
