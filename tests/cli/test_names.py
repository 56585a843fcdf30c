"""Names of columns and files are shown as they are, whatever signs are in them."""

import numpy as np
import pandas as pd

from skanomaly.cli import main

NAMES = ("$x_$", "Open ($)", "Close ($)", "disk [/dev/sda1]", "[bold] :smile:")


def test_names_are_but_names(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    t = np.arange(300)[:, None]
    values = np.sin(t / 3 + np.arange(5)) + np.random.default_rng(0).normal(
        0, 0.05, (300, 5)
    )
    values[220:226, 3] += 3
    pd.DataFrame(values, columns=NAMES).to_csv("[red]$.csv", index=False)
    detect = ("detect", "[red]$.csv", "--value", "*", "--out", "[/]$out")
    assert main([*detect, "--detector", "pca", "--window", "10"]) == 0
    told = capsys.readouterr().out
    score = ("score", "[/]$out/model.skanomaly", "[red]$.csv", "--out", "[/b]$out")
    assert main([*score]) == 0
    again = capsys.readouterr().out
    for said, folder in ((told, "[/]$out"), (again, "[/b]$out")):
        assert said.startswith(f"PCADetector, window 10, on {', '.join(NAMES)}; ")
        assert f"Wrote {folder}/events.csv" in said
        blamed = [line for line in said.splitlines() if "disk [/dev/sda1] │" in line]
        assert blamed
    assert main(["report", "[/]$out"]) == 0
    assert capsys.readouterr().out == "Wrote [/]$out/report.html\n"
