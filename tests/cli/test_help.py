"""What may be said is told by --help, without loading what only a run needs."""

import pytest

from skanomaly.cli import main
from skanomaly.compose import detector_names

VERBS = ("detect", "score", "report", "demo", "benchmark")


@pytest.mark.parametrize("verb", ["detect", "demo"])
def test_help_names_every_detector(verb, capsys):
    assert main([verb, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"{', '.join(detector_names())} (default: " in told


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines if line and line[0] in VERBS] == list(VERBS)
