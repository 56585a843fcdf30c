"""Detectors that train no network go the same ways, as far as these lead."""

import json
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skanomaly
from skanomaly import load_model, resolve_threshold
from skanomaly.cli import main
from skanomaly.compose import detector_names, make_detector
from skanomaly.datasets import make_periodic

ROOT = Path(skanomaly.__file__).parent.parent
NAMES = [
    name
    for name in detector_names()
    if "epochs" not in make_detector(name)[-1].get_params(deep=False)
    and name != "ensemble"  # one of whose members has a network
]
OTHERS = {
    "isolation_forest": "IsolationForest",
    "one_class_svm": "OneClassSVM",
    "local_outlier_factor": "LocalOutlierFactor",
}

each_name = pytest.mark.parametrize("name", NAMES)


def test_there_are_some():
    assert set(OTHERS) <= set(NAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    made = make_periodic(1000, period=25, n_anomalies=3, random_state=0)
    pd.DataFrame({"cpu": made.X[:, 0]}).to_csv(folder / "cpu.csv", index=False)
    return folder


def run(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def fitted(folder):
    """Answer of the command line for a detector, and the folder of its results."""

    @cache
    def once(name):
        told, out = StringIO(), folder / name
        command = ["detect", folder / "cpu.csv", "--detector", name, "--out", out]
        with redirect_stdout(told):
            assert main([*map(str, command), "--json"]) == 0
        return json.loads(told.getvalue()), out

    return once


@each_name
def test_from_a_file_to_a_model_and_back(folder, fitted, capsys, name):
    (answer, out), again = fitted(name), folder / f"{name}-again"
    assert set(answer["files"]) == {path.name for path in out.iterdir()}
    tables = {"events.csv", "scores.csv", "run.json"}
    assert tables | {"model.skanomaly", "report.html", "report.png"} == set(
        answer["files"]
    )
    if name in OTHERS:
        assert answer["detector"] == OTHERS[name]
        assert answer["threshold"]["rule"].endswith(" on validation")
    model = out / "model.skanomaly"
    scored = run(capsys, "score", model, folder / "cpu.csv", "--out", again)
    first, second = (pd.read_csv(x / "scores.csv") for x in (out, again))
    np.testing.assert_allclose(second["score"], first["score"], rtol=1e-9)
    offset = load_model(model)[-1].offset_
    assert scored["threshold"]["error"] == pytest.approx(-offset)
    if name in OTHERS:
        assert answer["threshold"]["error"] == pytest.approx(-offset)
    for told, table in ((answer, first), (scored, second)):
        below = table["score"] < -told["threshold"]["error"]
        assert below[table["label"] == -1].all()
        assert (table["label"][below] == -1).any()


@each_name
@pytest.mark.parametrize("part", ["train", "scored", "validation"])
def test_the_rule_learns_from_the_scores_that_are_named(folder, capsys, name, part):
    out = folder / f"{name}-{part}"
    answer = run(
        capsys,
        *("detect", folder / "cpu.csv", "--detector", name, "--out", out),
        *("--threshold", "sigma:2", "--threshold-on", part, "--window", 20),
    )
    assert answer["window"] == 20
    scores = pd.read_csv(out / "scores.csv")["score"]
    # Windows within the held-out end: it has no sample beyond the training part, which
    # would change what its last ones see.
    learned_from = {"train": scores[:500], "scored": scores[500:]}.get(part)
    if learned_from is not None:
        offset = resolve_threshold("sigma:2").fit(learned_from).offset_
        assert answer["threshold"]["error"] == pytest.approx(-offset)
    kept = load_model(out / "model.skanomaly")[-1]
    assert kept.offset_ == pytest.approx(-answer["threshold"]["error"])
    assert kept.threshold == "sigma:2"


@pytest.mark.parametrize("name", OTHERS)
def test_the_default_rule_may_learn_from_what_is_scored(folder, capsys, name):
    options = ("--detector", name, "--threshold-on", "scored", "--out", folder / "on")
    default = make_detector(name)[-1].threshold
    for more in ((), ("--threshold", "auto")):
        answer = run(capsys, "detect", folder / "cpu.csv", *options, *more)
        assert answer["threshold"]["rule"] == f"{default} on scored"


@pytest.mark.parametrize("name", OTHERS)
def test_without_a_held_out_part_the_rule_learned_on_training(folder, capsys, name):
    lines = (folder / "cpu.csv").read_text().splitlines()[:61]
    (folder / "short.csv").write_text("\n".join(lines))
    options = ("--detector", name, "--window", 3, "--out", folder / "short")
    answer = run(capsys, "detect", folder / "short.csv", *options)
    assert answer["threshold"]["rule"].endswith(" on training")


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("text", ["5.5\n" * 300, "1\n2\n3\n4\n" * 7, "1\n2\n3\n4\n"])
def test_series_with_little_in_them(tmp_path, capsys, name, text):
    (tmp_path / "poor.csv").write_text(text)
    command = ["detect", str(tmp_path / "poor.csv"), "--out", str(tmp_path / "out")]
    assert main([*command, "--detector", name, "--json"]) == 0
    out, error = capsys.readouterr()
    assert json.loads(out)["n_events"] == 0
    # A local outlier factor tells that it has fewer rows than neighbours.
    assert all(line.startswith("skanomaly: ") for line in error.splitlines())


def test_the_seed_reaches_the_forest(folder, capsys):
    scores = []
    for seed in (0, 0, 1):
        out = folder / f"seed{len(scores)}"
        options = ("--detector", "isolation_forest", "--seed", seed, "--out", out)
        run(capsys, "detect", folder / "cpu.csv", *options)
        scores.append(pd.read_csv(out / "scores.csv")["score"])
    np.testing.assert_array_equal(scores[0], scores[1])
    assert not np.allclose(scores[0], scores[2])


def refuse(capsys, *arguments):
    assert main(["detect", *map(str, arguments)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    return error.splitlines()[-1]


@each_name
def test_what_needs_epochs_is_refused(folder, fitted, capsys, name):
    no = ("--out", folder / "no")
    error = refuse(capsys, folder / "cpu.csv", "--detector", name, "--epochs", 3, *no)
    assert f"detector '{name}' is not trained in epochs. Leave out --epochs" in error
    again = ("--continue", fitted(name)[1] / "model.skanomaly", *no)
    error = refuse(capsys, folder / "cpu.csv", *again)
    assert "--continue needs a detector that is trained in epochs" in error
    if name in OTHERS:
        assert OTHERS[name] in error
    assert not (folder / "no").exists()


def test_a_rule_that_never_finds_anything_is_refused(folder, capsys):
    rule = ("--threshold", "max:2", "--threshold-on", "scored")
    options = ("--detector", "autoencoder", "--out", folder / "no")
    assert "never finds anything" in refuse(capsys, folder / "cpu.csv", *rule, *options)


def test_no_network_library_is_loaded(folder):
    code = f"""
import sys
from skanomaly.cli import main
file, codes = "cpu.csv", []
for name in {NAMES!r}:
    out, again = name + "-none", ["--quiet", "--out", "none-again"]
    codes += [
        main(["detect", file, "--detector", name, "--quiet", "--out", out]),
        main(["score", out, file, *again]),
        main(["detect", file, "--continue", out, *again]),
    ]
print(codes, {{"keras", "tensorflow", "scikeras"}} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
    )
    codes = [0, 0, 2] * len(NAMES)  # no network can be trained further
    assert done.stdout.strip() == f"{codes} set()", done.stderr
