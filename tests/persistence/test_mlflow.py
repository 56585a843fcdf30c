"""A model in MLflow is our file: what it returns, how it is served, what is refused."""

import json
import os
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from skanomaly import make_detector
from tests.persistence.common import series

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlflow = pytest.importorskip("mlflow")
    from mlflow.pyfunc.scoring_server import infer_and_parse_data

from skanomaly.persistence import mlflow as flavor

# Of libraries that it brings, and has no say in.
pytestmark = pytest.mark.filterwarnings("ignore")

PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def X():
    X = pd.DataFrame(series(400), columns=["in", "out"])
    X.iloc[350:353] += 5
    return X


@pytest.fixture(scope="module")
def pipe(X):
    return make_detector("pca", window=30, random_state=0).fit(X[:300])


@pytest.fixture(scope="module")
def folder(pipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow") / "model"
    flavor.save_model(pipe, folder)
    return folder


def test_no_file_is_a_pickle(folder):
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert "model.skanomaly" in names
    assert not [name for name in names if name.endswith((".pkl", ".joblib", ".pickle"))]


def test_the_loaded_model_is_the_model(folder, pipe, X):
    loaded = flavor.load_model(folder)
    np.testing.assert_array_equal(loaded.score_samples(X), pipe.score_samples(X))


def test_predict_returns_scores_and_labels(folder, pipe, X):
    found = mlflow.pyfunc.load_model(str(folder)).predict(X)
    np.testing.assert_array_equal(found["score"], pipe.score_samples(X))
    np.testing.assert_array_equal(found["label"], pipe.predict(X))
    assert set(found["label"]) == {-1, 1}


def test_columns_are_taken_by_name(folder, X):
    model = mlflow.pyfunc.load_model(str(folder))
    swapped = X.assign(other=1.0)[["other", "out", "in"]]
    pd.testing.assert_frame_equal(model.predict(swapped), model.predict(X))
    with pytest.raises(mlflow.MlflowException, match="in"):
        model.predict(X[["out"]])


def test_numbers_are_taken_as_the_notes_say(folder, X):
    model = mlflow.pyfunc.load_model(str(folder))
    counts = (10 * X).round().astype("int64")
    array = counts.to_numpy()
    for refused in (counts, array, X.to_numpy()):
        with pytest.raises(mlflow.MlflowException):
            model.predict(refused)
    scores = model.predict(counts.astype(float))
    named = pd.DataFrame(array, columns=["in", "out"]).astype(float)
    pd.testing.assert_frame_equal(model.predict(named), scores)
    content = {"dataframe_split": counts.to_dict(orient="split", index=False)}
    schema = model.metadata.get_input_schema()
    sent = infer_and_parse_data(content, schema)
    pd.testing.assert_frame_equal(model.predict(sent), scores)


def test_a_logged_model_is_loaded_by_its_address(pipe, X, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.chdir(tmp_path)
    with mlflow.start_run() as run:
        info = flavor.log_model(pipe, "cpu", registered_model_name="cpu")
    expected = pipe.score_samples(X)
    for uri in (info.model_uri, f"runs:/{run.info.run_id}/cpu", "models:/cpu/1"):
        loaded = flavor.load_model(uri)
        np.testing.assert_array_equal(loaded.score_samples(X), expected)


def test_channel_names_are_those_of_the_options(X, tmp_path):
    pipe = make_detector("pca", window=30).fit(X[:300].to_numpy())
    flavor.save_model(pipe, tmp_path / "model", channel_names=["in", "out"])
    model = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    assert model.metadata.signature.inputs.input_names() == ["in", "out"]
    scores = model.predict(X[["out", "in"]])["score"]
    np.testing.assert_array_equal(scores, pipe.score_samples(X.to_numpy()))


def test_a_model_without_a_threshold_is_refused(X, tmp_path):
    class Scores(LocalOutlierFactor):
        @property
        def offset_(self):
            raise AttributeError

        @offset_.setter
        def offset_(self, value):
            pass

    scorer = Scores(novelty=True).fit(X.to_numpy())
    with pytest.raises(ValueError, match="no threshold"):
        flavor.save_model(scorer, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_models_of_others_are_refused(X, tmp_path):
    forest = IsolationForest(n_estimators=2, random_state=0).fit(X)
    mlflow.sklearn.save_model(
        forest, tmp_path / "model", serialization_format="cloudpickle"
    )
    with pytest.raises(ValueError, match=r"not logged by skanomaly\.persistence"):
        flavor.load_model(tmp_path / "model")


@pytest.mark.slow
def test_it_is_served(folder, pipe, X, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = ["models", "serve", "-m", str(folder), "--env-manager", "local"]
    command = [sys.executable, "-m", "mlflow", *served, "-p", str(port), "-w", "1"]
    content = {"dataframe_split": X.to_dict(orient="split", index=False)}
    # MLflow starts a command that is installed with it.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with Path(tmp_path, "log").open("w") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
        )
        try:
            answer = _answer(f"http://127.0.0.1:{port}", content)
        finally:
            server.terminate()
            server.wait(PATIENCE)
    found = pd.DataFrame(answer["predictions"])
    np.testing.assert_allclose(found["score"], pipe.score_samples(X), rtol=1e-12)
    np.testing.assert_array_equal(found["label"], pipe.predict(X))


def _answer(address, content):
    """Return what a server answers, as soon as it runs."""
    stop = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(f"{address}/ping", timeout=5).close()
            break
        except (URLError, OSError):
            assert time.monotonic() < stop, "the server did not start"
            time.sleep(0.2)
    headers = {"Content-Type": "application/json"}
    body = json.dumps(content).encode()
    request = Request(f"{address}/invocations", data=body, headers=headers)
    with urlopen(request, timeout=PATIENCE) as response:
        return json.load(response)
