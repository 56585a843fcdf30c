"""Tables of several series: each detected on, and scored with the model of its name."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skanomaly.cli import main
from skanomaly.report import open_model

TIMES = pd.date_range("2024-01-01", periods=200, freq="h")


def rows_of(host, seed):
    noise = np.random.default_rng(seed).normal(0, 0.1, 200)
    values = np.sin(np.arange(200) / 4) + noise
    values[150:154] += 4 * (host == "b")
    return pd.DataFrame({"t": TIMES, "host": host, "cpu": values.round(3)})


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("each")
    table = pd.concat([rows_of("a/1", 0), rows_of("b", 1)])
    table.sort_values("t").to_csv(folder / "hosts.csv", index=False)
    newer = pd.concat([rows_of("b", 2), rows_of("c", 3)])
    newer.sort_values("t").to_csv(folder / "newer.csv", index=False)
    rows_of("b", 2).drop(columns="host").to_csv(folder / "alone.csv", index=False)
    command = ["detect", str(folder / "hosts.csv"), "--series", "host"]
    model = ["--detector", "pca", "--quiet", "--out", str(folder / "all")]
    assert main([*command, *model]) == 0
    return folder


@pytest.fixture
def here(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return trained


def test_summary_says_what_was_found_in_each_series(here):
    summary = pd.read_csv(here / "all" / "summary.csv").set_index("series")
    assert summary["events"].to_dict() == {"a/1": 0, "b": 1}
    assert summary.loc["b", "samples"] == 200
    assert pd.Timestamp(summary.loc["b", "worst_event"]) == TIMES[150]
    assert summary.loc["b", "highest_severity"] > 1
    model = open_model(here / "all" / "b" / "model.skanomaly")
    assert summary["threshold"].gt(0).all()
    assert (model.reading["series"], model.reading["only"]) == ("host", "b")


def test_each_series_is_scored_with_the_model_of_its_name(here, capsys):
    assert main(["score", f"{here / 'all'}", f"{here / 'newer.csv'}", "--json"]) == 0
    rows = {row["series"]: row for row in json.loads(capsys.readouterr().out)["series"]}
    assert rows["b"]["events"] == 1
    assert rows["b"]["folder"].endswith("b")
    assert rows["b"]["highest_severity"] > 1
    assert "no model of the series 'c'" in rows["c"]["error"]
    assert "there is no series 'a/1'" in rows["a/1"]["error"]
    assert main(["score", f"{here / 'all'}", f"{here / 'newer.csv'}"]) == 0
    told = capsys.readouterr()
    assert str(TIMES[150]) in told.out
    assert "series 'c': there is no model" in told.err
    assert main(["score", f"{here / 'all'}", f"{here / 'newer.csv'}", "--quiet"]) == 0
    told = capsys.readouterr()
    assert not told.out
    assert "series 'c': there is no model" in told.err
    one = ["score", f"{here / 'all'}", f"{here / 'newer.csv'}", "--only"]
    assert main([*one, "b", "--json", "--out", "one"]) == 0
    assert json.loads(capsys.readouterr().out)["n_events"] == 1
    assert main([*one, "B"]) == 2
    assert "Did you mean 'b'?" in capsys.readouterr().err


def test_one_model_scores_its_own_series_unless_others_are_asked_for(here, capsys):
    score = ["score", f"{here / 'all' / 'b'}", f"{here / 'newer.csv'}"]
    assert main(score) == 0
    assert "scored the series 'b' of column 'host'" in capsys.readouterr().out
    assert main([*score, "--series", "host", "--out", "both"]) == 0
    summary = pd.read_csv("both/summary.csv")
    assert summary["series"].tolist() == ["b", "c"]
    assert summary["samples"].tolist() == [200, 200]


def test_file_without_the_column_of_series_is_refused(here, capsys):
    score = ["score", f"{here / 'all' / 'b'}", f"{here / 'alone.csv'}"]
    assert main(score) == 2
    assert "pass --series '' if the file holds a single one" in capsys.readouterr().err
    assert main([*score, "--series", "", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_events"] == 1


def test_standard_input_is_not_read_for_each_series(here, capsys):
    assert main(["detect", "-", "--series", "host", "--detector", "pca"]) == 2
    assert "standard input can be read only once" in capsys.readouterr().err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_times_are_never_cut(here, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    for terminal in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", terminal)
        score = ["score", f"{here / 'all' / 'b'}", f"{here / 'newer.csv'}"]
        assert main(score) == 0
        told = capsys.readouterr().out
        assert "…" not in told
        assert f"{TIMES[150]}" in told
        assert f"{TIMES[154]}" in told


def test_a_series_may_have_the_name_of_the_summary(here, tmp_path):
    table = pd.read_csv(here / "hosts.csv").replace({"host": {"b": "Summary.csv"}})
    table.to_csv("hosts.csv", index=False)
    command = ["detect", "hosts.csv", "--series", "host", "--detector", "pca"]
    assert main([*command, "--quiet", "--out", "all"]) == 0
    summary = pd.read_csv("all/summary.csv").set_index("series")
    assert Path(summary.loc["Summary.csv", "folder"], "events.csv").exists()


def test_series_that_fails_keeps_no_results_that_look_new(here, capsys):
    table = pd.read_csv(here / "hosts.csv")
    table.to_csv("hosts.csv", index=False)
    detect = ["detect", "hosts.csv", "--series", "host", "--detector", "pca"]
    assert main([*detect, "--quiet", "--out", "all"]) == 0
    before = {path.name: path.read_bytes() for path in Path("all/b").iterdir()}
    assert len(before) == 6
    table.loc[(table["host"] == "b").idxmax(), "cpu"] = None
    table.to_csv("hosts.csv", index=False)
    assert main([*detect, "--quiet", "--out", "all"]) == 0
    assert "warning: series 'b': " in capsys.readouterr().err
    after = {path.name: path.read_bytes() for path in Path("all/b").iterdir()}
    assert after == {f"earlier-{name}": data for name, data in before.items()}
    assert Path("all/a_1/scores.csv").exists()
    assert pd.read_csv("all/summary.csv")["error"].isna().tolist() == [True, False]
    assert main(["score", "all", "hosts.csv", "--out", "scored", "--only", "b"]) == 2
    assert "no model of the series 'b'" in capsys.readouterr().err


def test_model_of_a_series_that_cannot_be_scored_stays(here, capsys):
    pd.read_csv(here / "hosts.csv").to_csv("hosts.csv", index=False)
    detect = ["detect", "hosts.csv", "--series", "host", "--detector", "pca"]
    assert main([*detect, "--quiet", "--out", "all"]) == 0
    assert main(["score", "all", str(here / "newer.csv"), "--out", "all"]) == 0
    assert "there is no series 'a/1'" in capsys.readouterr().err
    found = {path.name for path in Path("all/a_1").iterdir()}
    assert "model.skanomaly" in found
    assert "scores.csv" not in found
    assert "earlier-scores.csv" in found


def test_results_stay_where_no_series_could_be_used(here, capsys):
    table = pd.read_csv(here / "hosts.csv")
    table.to_csv("hosts.csv", index=False)
    detect = ["detect", "hosts.csv", "--series", "host", "--detector", "pca"]
    assert main([*detect, "--quiet", "--out", "all"]) == 0
    before = sorted(Path("all").rglob("*"))
    table.assign(cpu="?").to_csv("hosts.csv", index=False)
    assert main([*detect, "--quiet", "--out", "all"]) == 2
    assert sorted(Path("all").rglob("*")) == before


def test_a_folder_that_cannot_be_renamed_does_not_stop_the_others(here, capsys):
    table = pd.read_csv(here / "hosts.csv")
    table.to_csv("hosts.csv", index=False)
    detect = ["detect", "hosts.csv", "--series", "host", "--detector", "pca", "--quiet"]
    assert main([*detect, "--out", "all"]) == 0
    Path("all/b/earlier-scores.csv").mkdir()
    Path("all/summary.csv").unlink()
    table.loc[(table["host"] == "b").idxmax(), "cpu"] = None
    table.to_csv("hosts.csv", index=False)
    assert main([*detect, "--out", "all"]) == 0
    assert "may hold files of an earlier run" in capsys.readouterr().err
    assert Path("all/summary.csv").exists()
