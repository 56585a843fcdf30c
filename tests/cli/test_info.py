"""``skanomaly info`` reads what the file of a model says, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import skanomaly
from skanomaly import EventRule, make_detector, save_model
from skanomaly.cli import main

ROOT = Path(skanomaly.__file__).parent.parent


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    X = np.random.default_rng(0).normal(size=(120, 2))
    return save_model(
        make_detector("autoencoder", window=8, epochs=1, random_state=0).fit(X),
        tmp_path_factory.mktemp("run") / "model.skanomaly",
        channel_names=("cpu", "disk"),
        reading={"every": "1min", "fill": None},
        events=EventRule(min_length=2),
    )


def test_all_facts_are_printed(model, capsys):
    assert main(["info", str(model)]) == 0
    printed = capsys.readouterr().out
    for fact in (
        "AutoencoderDetector",
        "window      8",
        "3 samples after each sample",
        "channels    cpu, disk",
        "reading     every 1min",
        "EventRule(min_length=2",
        f"skanomaly {skanomaly.__version__}",
        "keras 3.",
    ):
        assert fact in printed


def test_the_folder_of_a_run_stands_for_its_model(model, capsys):
    assert main(["info", str(model.parent), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["detector"] == "AutoencoderDetector"
    assert answer["has_network"]
    assert answer["events"]["min_length"] == 2


def test_no_network_library_is_imported(model):
    code = f"""
import sys
from skanomaly.cli import main
assert main(["info", {str(model)!r}]) == 0
assert not {{"keras", "tensorflow", "scikeras"}} & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
