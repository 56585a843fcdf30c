"""The examples run, and say what they claim."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent.parent / "examples").glob("plot_*.py"))
SAYS = {
    "plot_flow_logs": ["47 parameters", "first loss after"],
    "plot_heart_supervised": ["3,042 parameters", "accuracy"],
    "plot_judging": ["point-adj. F1", "takes windows of", "tuned  event F1"],
    "plot_kdd": ["one-class SVM", "avg. precision"],
    "plot_sp500": ["873 parameters", "of training"],
    "plot_waveform": ["autoencoder", "gru", "lstm", "dense"],
    "plot_workshop": ["59 parameters", "23,301 parameters"],
}

examples = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@examples
def test_example_runs(file, tmp_path):
    environment = {
        **os.environ,
        "SKANOMALY_EXAMPLES": "quick",
        "MPLBACKEND": "Agg",
        "PYTHONPATH": str(file.parent.parent),
    }
    # On generated data, which everybody has.
    environment.pop("SKANOMALY_DATA", None)
    done = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    for words in SAYS.get(file.stem, ()):
        assert words in done.stdout
    # Pictures go to the gallery, and nothing to the folder of whoever runs it.
    assert list(tmp_path.iterdir()) == []


@examples
def test_example_is_a_story(file):
    text = file.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    title, underline, *opening = docstring.splitlines()
    assert underline == "=" * len(title)
    assert "".join(opening).strip()
    blocks = re.split(r"^# %%$", text, flags=re.MULTILINE)[1:]
    assert len(blocks) >= 3
    for block in blocks:
        assert re.match(r"\n# \S", block), f"a block without words: {block[:60]!r}"
        # Headings are underlined in full, or Sphinx complains.
        for heading, line in re.findall(r"^# (.+)\n# (-+)$", block, re.MULTILINE):
            assert len(line) == len(heading)


def test_what_is_expected_belongs_to_an_example():
    assert set(SAYS) <= {file.stem for file in FILES}
