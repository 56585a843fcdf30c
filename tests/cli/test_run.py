"""From a file to events, tables, a picture and a model, and on from there."""

import copy
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path
from signal import raise_signal

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

import skanomaly
from skanomaly import (
    Event,
    TunedThresholdDetectorCV,
    events_to_labels,
    find_events,
    load_model,
    save_model,
)
from skanomaly.cli import main
from skanomaly.cli._interrupt import interruptible
from skanomaly.cli._progress import progress_bar
from skanomaly.datasets import make_periodic
from skanomaly.thresholds import SigmaThreshold

ROOT = Path(skanomaly.__file__).parent.parent
QUICK = ["--detector", "dense", "--window", "25", "--epochs", "3"]


def run(capsys, *arguments):
    """Run with --json; standard output holds one JSON object and nothing else."""
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    made = make_periodic(1000, period=25, n_anomalies=3, random_state=0)
    times = pd.date_range("2024-01-01", periods=1000, freq="min", name="time")
    frame = pd.DataFrame({"cpu": made.X[:, 0]}, index=times)
    frame.to_csv(folder / "cpu.csv")
    frame[: made.train_size].to_csv(folder / "past.csv")
    frame.rename(columns={"cpu": "load"}).to_csv(folder / "load.csv")
    frame.assign(other=1.0).to_csv(folder / "two.csv")
    return folder


@pytest.fixture(scope="module")
def trained(folder):
    """Folder that one run wrote, of which other tests read."""
    out = folder / "out"
    arguments = [str(folder / "cpu.csv"), "--out", str(out), "--quiet", *QUICK]
    assert main(["detect", *arguments]) == 0
    return out


def test_files_agree_with_each_other(trained):
    scores = pd.read_csv(trained / "scores.csv")
    assert list(scores) == [
        *("time", "cpu", "expected_cpu", "expected_lower_cpu", "expected_upper_cpu"),
        *("own_error", "score", "severity", "label"),
    ]
    assert len(scores) == 1000
    events = pd.read_csv(trained / "events.csv")
    found = find_events(scores["label"].to_numpy())
    assert events["start"].tolist() == [event.start for event in found]
    assert (events["start_time"] == scores["time"].iloc[events["start"]].array).all()
    offset = float(json.loads((trained / "run.json").read_text())["offset"])
    # Events are cut back to their extents, and not searched for in the training part.
    below = (scores["score"] < offset) & (scores.index >= 500)
    assert below[scores["label"] == -1].all()
    spans = [
        Event(start, stop, stop - start, start)
        for start, stop in zip(events["span_start"], events["span_stop"], strict=True)
    ]
    assert ((events_to_labels(spans, 1000) == -1) == below).all()
    assert (trained / "report.png").stat().st_size > 10_000


def test_the_plain_anomalies_are_found(folder, trained):
    truth = make_periodic(1000, period=25, n_anomalies=3, random_state=0).y
    scores = pd.read_csv(trained / "scores.csv")["score"]
    assert scores[truth == 1].mean() < 2 * scores[truth == 0].mean()


def test_model_scores_another_file_alike(folder, trained, capsys):
    out = folder / "again"
    model = trained / "model.skanomaly"
    answer = run(capsys, "score", model, folder / "load.csv", "--out", out)
    assert answer["channels"] == ["load"]  # the only one, as in the training file
    assert answer["n_train"] == 0
    first, again = (pd.read_csv(x / "scores.csv")["score"] for x in (trained, out))
    np.testing.assert_allclose(again, first, rtol=1e-5)
    assert not (out / "model.skanomaly").exists()


def test_the_folder_of_a_run_stands_for_its_model(folder, trained, tmp_path, capsys):
    answer = run(capsys, "score", trained, folder / "cpu.csv", "--out", tmp_path / "o")
    assert answer["n_samples"] == 1000


def test_a_file_shorter_than_the_window_is_warned_of(folder, trained, tmp_path, capsys):
    short = tmp_path / "short.csv"
    pd.read_csv(folder / "cpu.csv", nrows=24).to_csv(short, index=False)
    assert main(["score", str(trained), str(short), "--out", str(tmp_path / "o")]) == 0
    said = "The series of 24 sample(s) is shorter than the window of 25"
    assert said in capsys.readouterr().err


def test_options_are_not_guessed(folder, trained, capsys):
    assert main(["report", str(trained), "--labels", "x"]) == 2
    assert "--labels" in capsys.readouterr().err


@pytest.mark.parametrize("tuned", [False, True], ids=["bare", "tuned"])
def test_detectors_of_others_score_a_file(folder, tmp_path, capsys, tuned):
    X = pd.read_csv(folder / "cpu.csv")[["cpu"]].to_numpy()
    model = make_pipeline(StandardScaler(), OneClassSVM(nu=0.01)).fit(X)
    if tuned:
        model = TunedThresholdDetectorCV(model, cv="prefit").fit(X, X[:, 0] > 1)
    save_model(model, tmp_path / "svm.skanomaly")
    file = folder / "cpu.csv"
    out = tmp_path / "out"
    answer = run(capsys, "score", tmp_path / "svm.skanomaly", file, "--out", out)
    offset = model.offset_ if tuned else model[-1].offset_[0]
    assert answer["threshold"] == {"rule": "of the model", "error": -offset}
    scores = pd.read_csv(out / "scores.csv")["score"]
    np.testing.assert_allclose(scores, model.score_samples(X))


def test_other_number_of_channels_is_refused_without_waiting_for_keras(
    folder, trained, tmp_path
):
    (tmp_path / "keras.py").write_text("import time; time.sleep(3600)")
    arguments = ["score", str(trained / "model.skanomaly"), "two.csv", "--value", "*"]
    done = subprocess.run(
        [sys.executable, "-m", "skanomaly", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        timeout=60,
    )
    assert done.returncode == 2
    assert "trained on 1 channels (cpu), but the file has 2" in done.stderr


def test_channels_in_another_order_are_refused(folder, tmp_path, capsys):
    table = pd.read_csv(folder / "two.csv", index_col=0)
    table["other"] = np.random.default_rng(0).normal(size=len(table))
    table.to_csv(tmp_path / "ab.csv")
    table[["other", "cpu"]].to_csv(tmp_path / "ba.csv")
    out = ["--out", tmp_path / "out"]
    every = ["--value", "*"]
    run(capsys, "detect", tmp_path / "ab.csv", *every, "--detector", "pca", *out)
    model = tmp_path / "out" / "model.skanomaly"
    score = ["score", model, tmp_path / "ba.csv", "--out", tmp_path / "scored"]
    assert main([*map(str, [*score, *every])]) == 2
    assert "--value cpu other" in capsys.readouterr().err
    run(capsys, *score, "--value", "cpu", "other")


def test_training_goes_on(folder, trained, capsys):
    model = trained / "model.skanomaly"
    before = load_model(model)[-1]
    out = folder / "more"
    run(capsys, "detect", folder / "cpu.csv", "--continue", model, "--out", out)
    after = load_model(out / "model.skanomaly")[-1]
    n_before = len(before.history_["loss"])
    assert after.history_["loss"][:n_before] == before.history_["loss"]
    assert len(after.history_["loss"]) > n_before
    assert after.history_["loss"][n_before] < before.history_["loss"][0]


def refuse(capsys, *arguments):
    assert main(["detect", *map(str, arguments)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    return error


def test_seed_takes_effect_on_further_training(folder, trained, capsys):
    model, losses = trained / "model.skanomaly", []
    for seed in (0, 1):
        out = folder / f"seed{seed}"
        again = ["--continue", model, "--out", out, "--seed", seed, "--epochs", 1]
        run(capsys, "detect", folder / "cpu.csv", *again)
        losses.append(load_model(out / "model.skanomaly")[-1].history_["loss"])
    assert losses[0][:-1] == losses[1][:-1]
    assert losses[0][-1] != losses[1][-1]


def test_rule_and_window_of_the_model_are_checked(folder, trained, capsys):
    again = ["--continue", trained / "model.skanomaly", "--out", folder / "no"]
    useless = ["--threshold", "max", "--threshold-on", "scored"]
    error = refuse(capsys, folder / "cpu.csv", *again, *useless)
    assert "The threshold 'max' is never below the highest error" in error
    error = refuse(capsys, folder / "cpu.csv", *again, "--train-until", "20")
    assert "window of 25 is longer than the training series of 20" in error
    assert not (folder / "no").exists()


def test_numbers_too_large_to_train_on_are_refused(folder, capsys):
    (folder / "huge.csv").write_text("1.7e308\n-1.7e308\n" * 100)
    error = refuse(capsys, folder / "huge.csv", "--out", folder / "no", *QUICK)
    assert len(error.splitlines()) == 1
    assert error.startswith("skanomaly: error: column 'value' holds 1.7e+308 in row 0")


def test_without_a_validation_part_the_rule_learned_on_training(folder, capsys):
    lines = (folder / "cpu.csv").read_text().splitlines()[:41]
    (folder / "short.csv").write_text("\n".join(lines))
    command = ["detect", folder / "short.csv", "--out", folder / "short", *QUICK]
    command += ["--window", 3, "--threshold-on", "validation"]
    assert run(capsys, *command)["threshold"]["rule"] == "auto on training"


def test_digits_are_a_number_of_samples_although_there_are_dates(folder, capsys):
    command = ["detect", folder / "cpu.csv", "--out", folder / "until", *QUICK]
    assert run(capsys, *command, "--train-until", 300)["n_train"] == 300


@pytest.mark.parametrize("part", ["train", "scored"])
def test_rule_learns_from_the_scores_that_are_named(folder, capsys, part):
    out = folder / part
    answer = run(
        capsys,
        *("detect", folder / "cpu.csv", "--out", out, *QUICK, "--epochs", 1),
        *("--threshold", "sigma:2", "--threshold-on", part, "--all"),
    )
    scores = pd.read_csv(out / "scores.csv")["score"]
    learned_from = scores[:500] if part == "train" else scores[500:]
    expected = -SigmaThreshold(2).fit(learned_from).offset_
    assert answer["threshold"]["error"] == pytest.approx(expected)
    kept = load_model(out / "model.skanomaly")[-1].offset_
    assert kept == -answer["threshold"]["error"]


def test_train_on_another_file(folder, capsys, trained):
    answer = run(
        capsys,
        *("detect", folder / "cpu.csv", "--train", folder / "past.csv"),
        *("--out", folder / "other", *QUICK),
    )
    assert answer["n_train"] == 0
    assert answer["n_samples"] == 1000
    first, other = (
        pd.read_csv(x / "scores.csv")["score"] for x in (trained, folder / "other")
    )
    np.testing.assert_allclose(other, first, rtol=1e-4)


def test_constant_series_has_no_event(tmp_path, capsys):
    (tmp_path / "flat.csv").write_text("5.5\n" * 300)
    out = tmp_path / "out"
    answer = run(capsys, "detect", tmp_path / "flat.csv", "--out", out, *QUICK)
    assert answer["n_events"] == 0
    assert answer["events"] == []


def test_what_people_read(folder, trained, capsys):
    model, file = str(trained / "model.skanomaly"), str(folder / "cpu.csv")
    assert main(["score", model, file, "--out", str(folder / "read")]) == 0
    out, error = capsys.readouterr()
    assert "on cpu by time" in out
    assert "2024-01-01 " in out
    assert "scores.csv" in out
    assert error == ""
    quiet = ["score", model, file, "--out", str(folder / "read"), "--quiet"]
    assert main(quiet) == 0
    assert capsys.readouterr().out == ""


def test_interrupt_leaves_nothing(folder, tmp_path, capsys):
    former = signal.signal(signal.SIGALRM, lambda *_: raise_signal(signal.SIGINT))
    file, out = str(folder / "cpu.csv"), tmp_path / "out"
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        assert main(["detect", file, "--out", str(out), "--detector", "pca"]) == 130
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert not out.exists()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_interrupt_that_was_turned_into_an_error_is_one():
    def turned():  # as happens within TensorFlow
        try:
            raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("of another kind") from None

    former = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible():
        turned()
    with pytest.raises(RuntimeError, match="no interrupt"), interruptible():
        raise RuntimeError("no interrupt")
    assert signal.getsignal(signal.SIGINT) is former


def test_progress_bar_does_not_travel_with_the_detector():
    with progress_bar(epochs=3) as callback:
        callback.on_epoch_end(0, {"loss": 1.0})
        assert copy.deepcopy(callback) is not None
    pickle.loads(pickle.dumps(callback)).on_epoch_end(1, {"loss": 1.0})


def test_demo_of_a_fresh_process_finds_what_was_hidden(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "skanomaly", "demo", "--json", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    metrics = answer["metrics"]
    assert metrics["n_true_events"] >= 3
    assert metrics["n_true_events_found"] == metrics["n_true_events"]
    assert metrics["event_f1"] > 0.8
    assert {path.name for path in tmp_path.iterdir()} == set(answer["files"])


def test_an_interrupt_in_the_callback_of_a_weak_reference_is_not_lost():
    class Thing:
        pass

    def drop(things):
        things.clear()  # calls what would swallow the exception
        time.sleep(5)

    things = [Thing()]
    weakref.finalize(things[0], raise_signal, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible():
        drop(things)


PCA = ["--detector", "pca", "--window", "25"]


def test_a_threshold_may_be_a_rate_of_false_events_per_time(folder, capsys, tmp_path):
    arguments = [str(folder / "cpu.csv"), "--out", str(tmp_path), *PCA]
    arguments += ["--threshold", "rate:1/30min"]
    found = run(capsys, "detect", *arguments)
    assert found["settings"]["threshold"] == "rate:1/30"
    expected = found["false_events"]
    assert expected["per_10000"] == pytest.approx(10_000 / 30)
    assert expected["per_week"] == pytest.approx(7 * 24 * 2)
    stored = json.loads((tmp_path / "run.json").read_text())["false_events"]
    assert stored == expected
    assert main(["detect", *arguments]) == 0
    said = capsys.readouterr()
    assert "about 333 per 10,000 samples (336 per week)." in said.out
    assert "learned from 50 scores, so it is extrapolated" in said.err
    # The threshold of the model, and what is known of it, do not depend on the series.
    again = run(
        capsys, "score", tmp_path, folder / "load.csv", "--out", tmp_path / "again"
    )
    assert again["false_events"] == expected


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        ("rate:1/week", "but the series has no times"),
        ("rate:1/fortnight", "is not a rate of false events"),
    ],
)
def test_a_rate_that_means_nothing_is_refused(tmp_path, capsys, threshold, says):
    file = tmp_path / "plain.csv"
    pd.DataFrame({"cpu": np.arange(200.0)}).to_csv(file, index=False)
    arguments = [str(file), "--out", str(tmp_path / "out"), *PCA]
    assert main(["detect", *arguments, "--threshold", threshold]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
