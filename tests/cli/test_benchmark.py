"""``skanomaly benchmark``: from labelled files to a table and a page."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pandas as pd
import pytest

import skanomaly
from skanomaly.cli import main
from skanomaly.cli._benchmark import _detector
from skanomaly.datasets import make_periodic
from skanomaly.evaluation import METRICS

ROOT = Path(skanomaly.__file__).parent.parent


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for seed in range(2):
        made = make_periodic(600, period=20, n_anomalies=3, random_state=seed)
        table = pd.DataFrame({"cpu": made.X[:, 0], "label": made.y})
        table.to_csv(folder / f"web{seed}.csv", index=False)
    return folder


def run(capsys, *arguments):
    assert main(["benchmark", *map(str, arguments)]) == 0
    return capsys.readouterr()


def test_what_no_metric_counts_is_told(data, tmp_path, capsys):
    quiet = pd.read_csv(data / "web0.csv").assign(label=0)
    quiet.to_csv(tmp_path / "quiet.csv", index=False)
    files = (data / "web0.csv", tmp_path / "quiet.csv")
    told = run(capsys, *files, "--detector", "pca", "--out", tmp_path / "out")
    assert "1 data set of 2 without an anomaly: left out of metrics" in told.err


def test_from_files_to_a_table_and_a_page_and_on(data, tmp_path, capsys):
    out = tmp_path / "out"
    detectors = ("--detector", "pca", "isolation_forest:n_estimators=10,window=20")
    command = (data, *detectors, "--seeds", 2, "--out", out)
    answer = json.loads(run(capsys, *command, "--json").out)
    assert (answer["n_runs"], answer["n_failed"]) == (8, 0)
    assert set(answer["means"]) == {"pca", detectors[2]}
    assert {path.name for path in out.iterdir()} == {
        *("results.csv", "benchmark.html", "runs"),
    }
    table = pd.read_csv(out / "results.csv")
    assert len(table) == 8
    assert set(METRICS) <= set(table)
    mean = table[table["estimator"] == "pca"].groupby("dataset")["vus_pr"].mean().mean()
    assert answer["means"]["pca"] == pytest.approx(mean)
    before = {file: file.stat().st_mtime_ns for file in out.glob("runs/*.json")}
    assert len(before) == 8

    more = (*command[:-4], "--seeds", 3, "--out", out, "--format", "parquet")
    told = run(capsys, *more, "--metric", "event_f1")
    assert "12 runs on 2 data sets" in told.out
    assert "mean event_f1" in told.out
    after = {file: file.stat().st_mtime_ns for file in out.glob("runs/*.json")}
    assert len(after) == 12
    assert before.items() <= after.items()
    whole = pd.read_parquet(out / "results.parquet")
    assert whole.shape[0] == 12
    assert "<code>event_f1</code>" in (out / "benchmark.html").read_text()


def test_what_fails_is_told_and_kept(data, tmp_path, capsys):
    detectors = ("--detector", "pca", "isolation_forest:n_estimators=-1")
    out = tmp_path / "out"
    told = run(capsys, data / "web0.csv", *detectors, "--out", out, "--quiet")
    assert told.out == ""
    assert "skanomaly: 1 run failed and will be repeated by the next" in told.err
    table = pd.read_csv(out / "results.csv")
    assert table["status"].tolist() == ["ok", "failed"]
    assert table.loc[1, "error"].startswith("InvalidParameterError: ")


def test_the_label_column_and_the_channels_may_be_named(tmp_path, capsys):
    made = make_periodic(600, period=20, n_anomalies=3, random_state=0)
    table = pd.DataFrame({"x": made.X[:, 0], "y": 0.0, "is_anomaly": made.y})
    table.to_csv(tmp_path / "one.csv", index=False)
    columns = ("--labels", "is_anomaly", "--value", "x*", "--train-fraction", 0.4)
    options = ("--detector", "pca", "--out", tmp_path / "out", "--quiet")
    run(capsys, tmp_path / "one.csv", *columns, *options)
    row = pd.read_csv(tmp_path / "out" / "results.csv").iloc[0]
    assert (row["n_channels"], row["train_size"]) == (1, 240)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "There is no file nowhere"),
        (["--detector", "pce"], "no detector 'pce'. Did you mean 'pca'?"),
        (
            ["--detector", "pca:widow=3"],
            "has no parameter 'widow'; write param",
        ),
        (["--detector", "pca:window"], "'window' has no '='"),
        (["--metric", "vus"], "no metric 'vus'. Did you mean 'vus_"),
        (["--detector", "pca:window=(1,2"], "'(1,2' is neither a word nor a value"),
        (["--detector", "pca:window=1,keep"], "'1,keep' is neither a word nor"),
        (["--labels", "labels"], "no column of labels 'labels'. Did you mean 'label'?"),
        (["--seeds", "0"], "0 is less than 1"),
        (["--mlflow", "gopher://x"], "gopher://x"),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(
    data, tmp_path, capsys, arguments, message
):
    if "--mlflow" in arguments:
        pytest.importorskip("mlflow")
    command = [str(data), *arguments]
    if arguments == ["nowhere"]:
        command = arguments
    out = tmp_path / "out"
    assert main(["benchmark", *command, "--out", str(out)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert not list(out.glob("**/*.*"))


def test_parameters_of_a_detector_may_be_words_and_tuples():
    said = (
        "autoencoder:hidden_units=(16,(8)),activation=relu,threshold=sigma:8,epochs=3"
    )
    detector = _detector(said)[-1]
    assert detector.hidden_units == (16, 8)
    assert (detector.activation, detector.threshold) == ("relu", "sigma:8")
    assert detector.epochs == 3


def test_without_anomalies_there_is_nothing_to_do(tmp_path, capsys):
    table = pd.DataFrame({"cpu": np.arange(50.0), "label": 0})
    table.to_csv(tmp_path / "calm.csv", index=False)
    assert main(["benchmark", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "No data set has an anomaly" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="needs a signal to a process group")
def test_interrupted_it_keeps_what_is_done(data, tmp_path):
    out = tmp_path / "out"
    slow = "isolation_forest:n_estimators=500"  # so that it is not done before
    options = ["--detector", slow, "--seeds", "40", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "skanomaly", "benchmark", str(data), *options],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    end = monotonic() + 60
    while not list(out.glob("runs/*.json")) and monotonic() < end:
        sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == (
        f"skanomaly: interrupted; {out / 'runs'} keeps the finished runs: repeat the "
        "command\n"
    )
    assert 1 <= len(list(out.glob("runs/*.json"))) < 80
