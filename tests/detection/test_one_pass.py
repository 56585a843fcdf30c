"""The network runs once over what is scored, whoever asks."""

import numpy as np
import pandas as pd
import pytest

from skanomaly import detect, load_model, make_detector
from skanomaly.cli import main
from skanomaly.datasets import make_periodic
from skanomaly.plotting import ReconstructionDisplay, SeriesDisplay

N_TRAIN = 400


@pytest.fixture(scope="module")
def made():
    return make_periodic(800, period=20, n_anomalies=2, random_state=0)


@pytest.fixture
def rows_seen(monkeypatch):
    """Count the examples that networks predict for."""
    from skanomaly.engine._outputs import Outputs

    seen, compute = [], Outputs.__call__

    def counting(outputs, weights, inputs, block):
        seen.append(len(inputs))
        return compute(outputs, weights, inputs, block)

    monkeypatch.setattr(Outputs, "__call__", counting)

    def count(action):
        seen.clear()
        action()
        return sum(seen)

    return count


def fitted(name, made):
    pipe = make_detector(name, window=20, epochs=1, threshold="sigma:5", random_state=0)
    return pipe.fit(made.X[:N_TRAIN])


@pytest.mark.parametrize("name", ["autoencoder", "dense"])
def test_detect_and_pictures_run_the_network_once(name, made, rows_seen):
    pipe = fitted(name, made)
    once = rows_seen(lambda: pipe.score_samples(made.X))
    assert once >= len(made.X) - 20
    found = detect(pipe, made.X, made.y, n_train=N_TRAIN)
    assert found.expected is not None
    assert rows_seen(lambda: detect(pipe, made.X, made.y, n_train=N_TRAIN)) == once
    assert rows_seen(lambda: SeriesDisplay.from_estimator(pipe, made.X)) == once
    assert rows_seen(lambda: ReconstructionDisplay.from_estimator(pipe, made.X)) == once
    assert rows_seen(lambda: found.to_frame() is found.events_to_frame()) == 0


@pytest.mark.parametrize(
    ("name", "threshold_on"),
    [("autoencoder", "validation"), ("dense", "train"), ("dense", "scored")],
)
def test_the_command_line_runs_the_network_once(
    tmp_path, name, threshold_on, made, rows_seen
):
    times = pd.date_range("2024-01-01", periods=800, freq="min", name="time")
    frame = pd.DataFrame({"cpu": made.X[:, 0]}, index=times)
    frame.to_csv(tmp_path / "cpu.csv")
    out = ["--out", str(tmp_path / "out"), "--quiet"]
    options = ["--detector", name, "--window", "20", "--epochs", "1", *out]
    options += ["--threshold-on", threshold_on, "--threshold", "sigma:5"]

    def run():
        assert main(["detect", str(tmp_path / "cpu.csv"), *options]) == 0

    assert rows_seen(run) == rows_seen(lambda: fitted(name, made).score_samples(made.X))
    pipe = load_model(tmp_path / "out" / "model.skanomaly")
    scores = pd.read_csv(tmp_path / "out" / "scores.csv")["score"]
    np.testing.assert_allclose(pipe.score_samples(made.X), scores, rtol=1e-12)


def test_files_of_python_are_those_of_the_command_line(tmp_path, made):
    frame = pd.DataFrame({"cpu": made.X[:, 0], "disk": made.X[:, 0] ** 2})
    frame.to_csv(tmp_path / "two.csv", index=False)
    out = tmp_path / "out"
    options = [
        "--detector",
        "pca",
        "--window",
        "20",
        "--quiet",
        "--value",
        "cpu",
        "disk",
    ]
    arguments = [str(tmp_path / "two.csv"), "--out", str(out), *options]
    assert main(["detect", *arguments]) == 0
    read = pd.read_csv(tmp_path / "two.csv")
    pipe = make_detector("pca", window=20, random_state=0).fit(read[:N_TRAIN])
    found = detect(pipe, read, n_train=N_TRAIN)
    found.write(tmp_path / "python", model=pipe)
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "python").iterdir())
    for name in ("scores.csv", "events.csv", "report.png"):
        assert (tmp_path / "python" / name).read_bytes() == (out / name).read_bytes()
