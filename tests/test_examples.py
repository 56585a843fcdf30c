"""The examples run, and say what they claim."""

import ast
import re
import runpy
from pathlib import Path

import pytest
from matplotlib import pyplot

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
def test_example_runs(file, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SKANOMALY_EXAMPLES", "quick")
    # On generated data, which everybody has.
    monkeypatch.delenv("SKANOMALY_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    pyplot.switch_backend("Agg")
    with pyplot.rc_context():
        runpy.run_path(str(file), run_name="__main__")
    # Pictures go to the gallery, and nothing to the folder of whoever runs it.
    assert pyplot.get_fignums()
    pyplot.close("all")
    assert list(tmp_path.iterdir()) == []
    printed = capsys.readouterr().out
    for words in SAYS.get(file.stem, ()):
        assert words in printed


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
