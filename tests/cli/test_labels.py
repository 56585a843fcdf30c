"""Truth on the command line: read, refused, told, and in the page."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skanomaly import load_model
from skanomaly.cli import main
from skanomaly.metrics import event_f1_score, vus_pr_score, vus_window

PCA = ["--detector", "pca", "--window", "10"]
N_SAMPLES = 400


def run(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def frame():
    t = np.arange(N_SAMPLES)
    values = np.sin(t / 3) + np.random.default_rng(0).normal(0, 0.05, N_SAMPLES)
    truth = np.zeros(N_SAMPLES, dtype=int)
    for start in (260, 330):
        values[start : start + 6] += 3
        truth[start : start + 6] = 1
    times = pd.date_range("2024-01-01", periods=N_SAMPLES, freq="min", name="time")
    return pd.DataFrame({"cpu": values, "y": truth}, index=times)


@pytest.fixture
def folder(frame, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame.to_csv("cpu.csv")
    frame["y"].to_csv("y.csv", index=False)
    return tmp_path


def test_column_of_labels_is_not_watched(folder, capsys, frame):
    answer = run(capsys, "detect", "cpu.csv", "--labels", "y", *PCA)
    assert answer["channels"] == ["cpu"]
    metrics = answer["metrics"]
    assert metrics["n_true_events"] == metrics["n_true_events_found"] == 2
    scores = pd.read_csv("skanomaly-out/scores.csv")[200:]
    assert scores["truth"].tolist() == frame["y"][200:].tolist()
    assert metrics["event_f1"] == event_f1_score(scores["truth"], scores["label"])
    window = vus_window(frame[["cpu"]])
    vus = vus_pr_score(scores["truth"], -scores["score"], window=window)
    assert metrics["vus_pr"] == pytest.approx(vus)
    page = Path("skanomaly-out/report.html").read_text()
    assert re.search(r'"truth": {"type": "b1"', page)


def test_labels_of_a_file_say_the_same(folder, capsys):
    column = run(capsys, "detect", "cpu.csv", "--labels", "y", *PCA)
    file = run(
        capsys,
        *("detect", "cpu.csv", "--value", "cpu", "--labels-file", "y.csv", *PCA),
    )
    assert file["metrics"] == column["metrics"]
    model = "skanomaly-out/model.skanomaly"
    scored = run(capsys, "score", model, "cpu.csv", "--value", "cpu", "--labels", "y")
    assert scored["metrics"]["n_true_events"] == 2
    assert file["threshold"]["rule"] == "widest gap in the series"
    offset = load_model(model)[-1].offset_
    assert scored["threshold"] == {"rule": "of the model", "error": -offset}


@pytest.mark.parametrize("heading", [True, False], ids=["headed", "headless"])
@pytest.mark.parametrize(
    "words",
    [("False", "True"), ("false", "true"), ("0", "1"), ("1", "-1"), ("0.0", "1.0")],
    ids="/".join,
)
def test_labels_of_a_file_need_no_heading(folder, capsys, frame, words, heading):
    # The first is an anomaly, which would be missed as a heading.
    known = frame["y"].to_numpy() | (np.arange(N_SAMPLES) == 0)
    text = "truth\n" * heading + "".join(f"{words[one]}\n" for one in known)
    Path("words.csv").write_text(text)
    file = ("--value", "cpu", "--labels-file", "words.csv", "--all")
    run(capsys, "detect", "cpu.csv", *file, *PCA)
    truth = pd.read_csv("skanomaly-out/scores.csv")["truth"]
    assert truth.tolist() == known.tolist()


@pytest.mark.parametrize(
    "turn",
    [
        lambda y: 1 - 2 * y,
        lambda y: y == 1,
        lambda y: y.astype(float),
    ],
    ids=["+1 and -1", "booleans", "floats"],
)
def test_all_ways_to_label(folder, capsys, frame, turn):
    frame.assign(y=turn(frame["y"])).to_csv("other.csv")
    answer = run(capsys, "detect", "other.csv", "--labels", "y", *PCA)
    assert answer["metrics"]["n_true_events"] == 2


def test_one_anomalous_record_makes_an_interval_anomalous(folder, capsys, frame):
    shuffled = frame.sample(frac=1, random_state=0)
    shuffled.to_csv("records.csv")
    options = ("--every", "5min", "--agg", "mean", *PCA)
    run(capsys, "detect", "records.csv", "--labels", "y", *options)
    truth = pd.read_csv("skanomaly-out/scores.csv")["truth"]
    assert truth.tolist() == frame["y"].resample("5min").max().tolist()
    later = ("--from", "2024-01-01 01:00", "--train-fraction", "0.4")
    run(capsys, "detect", "records.csv", "--labels", "y", *options, *later)
    cut = pd.read_csv("skanomaly-out/scores.csv")
    assert cut["truth"].tolist() == truth[12:].tolist()


def test_records_without_a_value_keep_their_label(folder, capsys, frame):
    holes = frame.copy()
    holes.loc[holes["y"] == 1, "cpu"] = np.nan
    holes.to_csv("holes.csv")
    options = ("--interpolate", "--every", "5min", "--agg", "mean", *PCA)
    run(capsys, "detect", "holes.csv", "--labels", "y", *options)
    truth = pd.read_csv("skanomaly-out/scores.csv")["truth"]
    assert truth.tolist() == frame["y"].resample("5min").max().tolist()


def test_training_file_may_have_labels_too(folder, capsys, frame):
    frame[:200].to_csv("past.csv")
    answer = run(
        capsys, *("detect", "cpu.csv", "--train", "past.csv", "--labels", "y", *PCA)
    )
    assert answer["channels"] == ["cpu"]
    assert answer["n_train"] == 0


def test_metrics_are_told_in_words(folder, capsys):
    assert main(["detect", "cpu.csv", "--labels", "y", *PCA]) == 0
    out = capsys.readouterr().out
    assert "2 of 2 true events found." in out
    assert "VUS-PR" in out
    assert "report.html" in out


LABELS = {
    "other values": ("0\n1\n2\n", "must hold 0 and 1 ", "it holds 0, 1, 2."),
    "texts": ("a\nno\nyes\n", "must hold 0 and 1 ", "it holds no, yes."),
    "too few": ("0\n1\n", "holds 2 labels for 400 samples", ""),
    "no anomaly": ("0\n" * N_SAMPLES, "holds no anomaly from sample 200 on", "(0 in"),
    "early anomaly": (
        "1\n" + "0\n" * (N_SAMPLES - 1),
        "holds no anomaly from sample 200 on",
        "(1 in all)",
    ),
    "two columns": (
        "0,1\n1,0\n",
        "has 2 columns. Pass a file with a single",
        "",
    ),
    "empty": ("", "is empty", ""),
}


@pytest.mark.parametrize(("text", "says", "more"), LABELS.values(), ids=LABELS)
def test_bad_labels_are_refused_before_training(folder, capsys, text, says, more):
    Path("bad.csv").write_text(text)
    before = sorted(folder.iterdir())
    command = ["detect", "cpu.csv", "--value", "cpu", "--labels-file", "bad.csv"]
    assert main(command) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("skanomaly: error: bad.csv ")
    assert says in error
    assert more in error
    assert len(error.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


BAD = {
    "unknown column": ("--labels Y", "--labels: there is no column 'Y'. Did you mean"),
    "no labels": ("--labels cpu", "column 'cpu' must hold 0 and 1"),
    "watched": ("--labels y --value cpu y", "'y' holds the labels"),
    "no file": ("--value cpu --labels-file z.csv", "There is no file 'z.csv'."),
    "both": ("--labels y --labels-file y.csv", "not allowed with"),
}


@pytest.mark.parametrize(("options", "says"), BAD.values(), ids=BAD)
def test_bad_options_are_refused(folder, capsys, options, says):
    assert main(["detect", "cpu.csv", *options.split()]) == 2
    assert says in capsys.readouterr().err


def test_all_makes_early_anomalies_count(folder, capsys):
    Path("early.csv").write_text("1\n" + "0\n" * (N_SAMPLES - 1))
    labels = ("--value", "cpu", "--labels-file", "early.csv", "--all")
    answer = run(capsys, "detect", "cpu.csv", *labels, *PCA)
    assert answer["metrics"]["n_true_events"] == 1
