"""``skanomaly report``: the page of a run anew, from its folder alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skanomaly
from skanomaly import EventRule
from skanomaly._versions import software_versions
from skanomaly.cli import main
from skanomaly.report import read_run

ROOT = Path(skanomaly.__file__).parent.parent


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A run over several channels, which the tests copy."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    t = np.arange(300)[:, None]
    values = np.sin(t / 3 + np.arange(3)) + rng.normal(0, 0.05, (300, 3))
    values[220:226, 1] += 3
    times = pd.date_range("2024-10-26", periods=300, freq="30min", tz="Europe/Berlin")
    frame = pd.DataFrame(values, columns=["time", "score", "c"])
    frame.insert(0, "at", times)
    file = folder / "three.csv"
    frame.to_csv(file, index=False)
    command = ["detect", str(file), "--time", "at", "--value", "*", "--min-length", "2"]
    command += ["--merge-gap", "1", "--out", str(folder / "out"), "--quiet"]
    command += ["--detector", "dense", "--epochs", "2", "--window", "8"]
    assert main(command) == 0
    return folder / "out"


@pytest.fixture
def out(once, tmp_path):
    shutil.copytree(once, tmp_path / "out")
    return tmp_path / "out"


def test_page_is_the_same_without_the_model(out):
    (out / "model.skanomaly").unlink()
    first = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert main(["report", str(out), "--quiet"]) == 0
    assert (out / "report.html").read_bytes() == first


def test_run_comes_back_as_it_was(out):
    run = read_run(out)
    events = pd.read_csv(out / "events.csv")
    assert [event.start for event in run.events] == events["start"].tolist()
    assert [event.channel for event in run.events] == events["channel"].tolist()
    assert len(events) > 0
    assert run.series.channel_names == ("time", "score", "c")
    assert run.channel_errors.shape == run.expected.shape == (300, 3)
    assert len(run.about.history["loss"]) == 2
    assert run.rule == EventRule(min_length=2, merge_gap=1)
    assert run.series.n_train == run.first == 150
    assert run.about.title == "three.csv"
    assert run.about.made["Run"]["command"].startswith("skanomaly detect ")
    assert run.about.made["Versions"] == software_versions(python=True)
    assert run.about.made["Threshold"]["rule"] == "widest gap in the series"
    assert run.about.made["DenseForecastDetector"]["epochs"] == 2
    assert run.about.made["DenseForecastDetector"]["random_state"] == 0


def test_title_labels_and_place(out, capsys, tmp_path):
    labels = np.zeros(300, dtype=int)
    labels[221] = 1
    np.savetxt(tmp_path / "y.txt", labels, fmt="%d")
    target = tmp_path / "new" / "page.html"
    before = (out / "report.html").read_bytes()
    options = ["--labels-file", str(tmp_path / "y.txt"), "--out", str(target)]
    assert main(["report", str(out), "--title", "A <week>", *options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["metrics"]["n_true_events"] == 1
    assert answer["files"] == {"page.html": str(target)}
    assert "<h1>A &lt;week&gt;</h1>" in target.read_text()
    assert (out / "report.html").read_bytes() == before
    assert main(["report", str(out), *options]) == 0
    assert "1 true event" in capsys.readouterr().out


def test_no_network_library_is_loaded(out):
    code = f"""
import sys
from skanomaly.cli import main
code = main(["report", {str(out)!r}, "--quiet"])
print([code, [name for name in ("keras", "tensorflow") if name in sys.modules]])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[0, []]", done.stderr


def no_folder(out):
    shutil.rmtree(out)


def a_file(out):
    shutil.rmtree(out)
    out.write_text("")


def other_scores(out):
    with (out / "scores.csv").open("a") as file:
        file.write("\n")


def no_json(out):
    (out / "run.json").write_text("{")


def other_json(out):
    (out / "run.json").write_text("[1, 2]")


def other_version(out):
    change(out, format=1, skanomaly="9.0")


def without_columns(out):
    change(out, columns={"index": ["time"]})


def change(out, **facts):
    run = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(run | facts))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (no_folder, "does not exist"),
        (a_file, "is a file"),
        (lambda out: (out / "run.json").unlink(), "has no run.json"),
        (lambda out: (out / "scores.csv").unlink(), "has no scores.csv"),
        (other_scores, "belongs to another run"),
        (no_json, "is damaged"),
        (other_json, "is damaged"),
        (other_version, "format 1, of another version of skanomaly (9.0)"),
        (without_columns, "is damaged"),
    ],
)
def test_what_is_no_run_is_refused(out, capsys, spoil, says):
    spoil(out)
    assert main(["report", str(out)]) == 2
    printed, error = capsys.readouterr()
    assert printed == ""
    assert says in error
    assert len(error.splitlines()) == 1


def test_bad_labels_and_places_are_refused(out, capsys, tmp_path):
    (tmp_path / "y.csv").write_text("0\n1\n")
    assert main(["report", str(out), "--labels-file", str(tmp_path / "y.csv")]) == 2
    assert "holds 2 labels for 300 samples" in capsys.readouterr().err
    assert main(["report", str(out), "--out", str(tmp_path)]) == 2
    assert "it is a folder. Pass a file name" in capsys.readouterr().err
    below = tmp_path / "y.csv" / "page.html"
    assert main(["report", str(out), "--out", str(below)]) == 2
    assert "Cannot write to the folder" in capsys.readouterr().err


def test_index_of_numbers_and_none_come_back(tmp_path):
    values = np.random.default_rng(0).normal(size=100)
    values[80] = 20
    frame = pd.DataFrame({"n": np.arange(100) * 0.1, "cpu": values})
    frame.to_csv(tmp_path / "n.csv", index=False)
    command = ["detect", str(tmp_path / "n.csv"), "--detector", "pca", "--quiet"]
    command += ["--value", "cpu", "--window", "5", "--out", str(tmp_path)]
    assert main([*command, "--time", "n"]) == 0
    np.testing.assert_array_equal(read_run(tmp_path).series.index, frame["n"])
    assert main(command) == 0
    assert read_run(tmp_path).series.index is None
