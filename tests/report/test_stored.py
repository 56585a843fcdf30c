"""Runs that are read back from their folder."""

import json

import numpy as np
import pytest

from skanomaly.report import read_run, write_report
from tests.detection.common import detection_of


@pytest.fixture
def judged():
    scores = np.full(60, -0.1)
    scores[[10, 30, 50]] = -4, -9, -5
    found = detection_of(scores, np.zeros(60), offset=-1.0, n_train=5, min_length=1)
    weak, strong, _ = found.events
    return found.dismiss(weak).confirm(strong)


def test_verdicts_are_those_that_were_written(judged, tmp_path):
    write_report(judged, tmp_path)
    read = read_run(tmp_path)
    assert read.verdicts == judged.verdicts
    assert read.events == judged.events


def test_the_format_before_is_read(judged, tmp_path):
    write_report(judged, tmp_path)
    path = tmp_path / "run.json"
    run = json.loads(path.read_text())
    rule = run.pop("rule")
    for name in ("verdicts", "tail", "false_events", "gaps"):
        del run[name]
    old = {"gap": 7} | {
        name: rule[name] for name in ("min_length", "merge_gap", "localize")
    }
    path.write_text(json.dumps(run | old | {"format": 2, "first": 5}))
    read = read_run(tmp_path)
    assert read.verdicts is None
    assert read.gaps == (7, 7)
    assert read.offset == judged.offset
    np.testing.assert_array_equal(read.scores, judged.scores)
    assert not read.rule.in_training
