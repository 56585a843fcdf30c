"""Bad input is refused: exit code 2, a short word on standard error, no Keras."""

import json
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest

import skanomaly
from skanomaly import make_detector
from skanomaly.cli import main
from skanomaly.report import SavedModel

ROOT = Path(skanomaly.__file__).parent.parent
DAYS = [f"2024-01-{day:02}" for day in range(1, 29)]
FILES = {
    "good.csv": "time,cpu\n" + "".join(f"{day},{i}\n" for i, day in enumerate(DAYS)),
    "empty.csv": "",
    "header.csv": "time,cpu\n",
    "text.csv": "a,b\n1,x\n2,y\n",
    "nan.csv": "cpu\n1\nnan\n3\n",
    "missing.csv": "time,cpu\n2024-01-01,1\n2024-01-02,\n2024-01-03,3\n",
    "infinite.csv": "cpu\n1\n2\ninf\n4\n",
    "times.csv": "time,cpu\n2024-01-01,1\nnever,2\n2024-01-03,3\n",
    "one.csv": "cpu\n5\n",
    "three.csv": "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
    "ragged.csv": "a,b\n1,2\n3\n",
    "model.joblib": "no model",
}
BAD = {
    "no command": ("", "required: COMMAND"),
    "no file named": ("detect", "required: FILE"),
    "missing file": ("detect god.csv", "no file 'god.csv'. Did you mean 'good.csv'"),
    "missing train": ("detect good.csv --train no.csv", "no file 'no.csv'"),
    "folder": ("detect .", "is a folder"),
    "empty file": ("detect empty.csv", "is empty"),
    "header only": ("detect header.csv", "no row of data"),
    "ragged": ("detect ragged.csv", "line 3 has 1 fields"),
    "unknown value": ("detect good.csv --value CPUU", "Did you mean 'cpu'?"),
    "unknown time": ("detect good.csv --time tmie", "Did you mean 'time'?"),
    "no match": ("detect good.csv --value x*", "no column 'x*'"),
    "non-numeric": ("detect text.csv --value b", "'b' is not numeric: row 0 holds 'x'"),
    "several columns": ("detect three.csv", "3 columns hold numbers: a, b, c"),
    "nan": ("detect nan.csv", "at row 1, is missing. Fill them with --interpolate"),
    "nan at a time": ("detect missing.csv", "at time 2024-01-02 00:00:00, is missing"),
    "nan in records": ("detect missing.csv --every 1D", "'cpu' at row 1, is missing"),
    "infinity": ("detect infinite.csv", "at row 2, is infinite"),
    "times": ("detect times.csv", "in row 1: 'never'"),
    "named times": ("detect times.csv --time time", "in row 1: 'never'"),
    "one sample": ("detect one.csv", "single sample"),
    "window": ("detect good.csv --window 15", "longer than the training series of 14"),
    "no window": ("detect good.csv --window 0", "0 is less than 1"),
    "short window": (
        "detect good.csv --detector cnn --window 1",
        "--window 1 is too short for the detector 'cnn'",
    ),
    "detector": ("detect good.csv --detector lsmt", "Did you mean 'lstm'?"),
    "threshold": (
        "detect good.csv --threshold sgma:3",
        "threshold='sgma:3' is unknown",
    ),
    "rule": ("detect good.csv --threshold sigma:x", "invalid parameters for 'sigma'"),
    "useless rule": (
        "detect good.csv --threshold max --threshold-on scored",
        "The threshold 'max' is never below the highest error",
    ),
    "folder to write": ("detect good.csv --out good.csv/x", "Cannot write to the fold"),
    "fraction": ("detect good.csv --train-fraction 1", "not between 0 and 1"),
    "until": ("detect good.csv --train-until 2025-01-01", "lasts from 2024-01-01"),
    "until what": ("detect good.csv --train-until soon", "'soon' is not a time"),
    "two parts": (
        "detect good.csv --train-until 2024-01-09 --train-fraction 0.2",
        "not allowed with",
    ),
    "every": ("detect good.csv --every often", "every='often' is not a length of time"),
    "every what": ("detect three.csv --value a --every 1D", "--every needs times"),
    "agg alone": ("detect good.csv --agg mean", "need --every"),
    "from": ("detect nan.csv --interpolate --from 2024-01-01", "need times"),
    "dates": ("detect good.csv --from 2025-01-01", "no sample lies between"),
    "channels": ("detect three.csv --value a b --train good.csv", "no column 'a'"),
    "epochs": ("detect good.csv --epochs many", "'many' is not a whole number"),
    "missing model": ("score no.joblib good.csv", "no model 'no.joblib'"),
    "no model": ("score model.joblib good.csv", "it is no model that save_model"),
    "pickle": ("score forest.joblib good.csv", "Pass --trust-pickle if you trust"),
    "pickle to go on from": (
        "detect good.csv --continue forest.joblib",
        "a pickle, which can run code when it is loaded",
    ),
    "no pickle": (
        "score model.joblib good.csv --trust-pickle",
        "is not a saved model",
    ),
    "info on no model": ("info good.csv", "it is no model that save_model has written"),
    "info on nothing": ("info no.skanomaly", "no.skanomaly: No such file"),
    "continue what": (
        "detect good.csv --continue model.joblib",
        "it is no model that save_model",
    ),
    "continue with": (
        "detect good.csv --continue forest.skanomaly --window 9",
        "keeps the detector and window",
    ),
    "continue a forest": (
        "detect good.csv --continue forest.skanomaly",
        "needs a pipeline",
    ),
    "score nan": ("score forest.skanomaly nan.csv", "is missing"),
    "score channels": (
        "score forest.skanomaly three.csv --value *",
        "file has 3 (a, b, c)",
    ),
    "other model there": (
        "score forest.skanomaly good.csv --out other",
        "holds another model, model.joblib",
    ),
    "folder in place of a file": (
        "detect good.csv --out place",
        "its scores.csv is a folder",
    ),
    "score where": ("score forest.skanomaly good.csv --out good.csv", "Cannot write"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    forest = IsolationForest(n_estimators=2, random_state=0).fit(np.zeros((9, 1)))
    SavedModel(forest, channel_names=["cpu"]).save("forest.skanomaly")
    joblib.dump(SavedModel(forest, channel_names=["cpu"]), "forest.joblib")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "model.joblib").write_text("another")
    (tmp_path / "place" / "scores.csv").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(("arguments", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_refused(folder, capsys, arguments, says):
    before = sorted(folder.iterdir())
    assert main(arguments.split()) == 2
    out, error = capsys.readouterr()
    assert says in error
    assert out == ""
    assert len(error.splitlines()) <= 3
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "key",
    ["missing file", "missing train", "detector", "score channels", "short window"],
)
def test_refusal_needs_no_keras(folder, key):
    code = f"""
import json, sys
from skanomaly import make_detector
from skanomaly.cli import main
code = main({BAD[key][0].split()!r})
heavy = [name for name in ("keras", "tensorflow") if name in sys.modules]
print(json.dumps([code, heavy]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert json.loads(done.stdout) == [2, []]
    assert "Traceback" not in done.stderr


def test_help_and_version_are_no_errors(capsys):
    assert main(["--help"]) == 0
    assert "examples:" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == skanomaly.__version__


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_a_pickle_of_an_earlier_version_is_read_if_it_is_trusted(folder, capsys):
    arguments = ["good.csv", "--value", "cpu", "--json", "--out", "out"]
    assert main(["score", "forest.joblib", *arguments, "--trust-pickle"]) == 0
    old = json.loads(capsys.readouterr().out)
    assert main(["score", "forest.skanomaly", *arguments]) == 0
    new = json.loads(capsys.readouterr().out)
    assert new["threshold"] == old["threshold"]
    assert new["events"] == old["events"]


def test_a_model_of_another_structure_is_refused_in_one_line(tmp_path, capsys):
    X = np.random.default_rng(0).normal(size=(60, 1))
    pipeline = make_detector("pca", window=8).fit(X)
    del pipeline[-1]._view
    SavedModel(pipeline, channel_names=["value"]).save(tmp_path / "old.skanomaly")
    pd.DataFrame(X, columns=["value"]).to_csv(tmp_path / "new.csv", index=False)
    old, new = str(tmp_path / "old.skanomaly"), str(tmp_path / "new.csv")
    assert main(["score", old, new, "--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "lacks _view. Fit it again" in message
    assert not (tmp_path / "out").exists()
