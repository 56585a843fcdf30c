"""Files that are scored block by block, on the command line."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from skanomaly import make_detector, save_model
from skanomaly.cli import main
from tests.detectors.common import wave

N_SAMPLES = 6000
DETECT = ["detect", "--detector", "pca", "--window", "40"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One series with anomalies, one of them where blocks of 1500 meet, in files."""
    folder = tmp_path_factory.mktemp("series")
    X = wave(N_SAMPLES, noise=0.05)[:, 0]
    for start in (2000, 2990, 5990):
        X[start : start + 20] += 3
    times = pd.date_range("2024-01-01", periods=N_SAMPLES, freq="min", name="time")
    frame = pd.DataFrame({"cpu": X}, index=times)
    frame.to_csv(folder / "timed.csv")
    frame.reset_index().to_parquet(folder / "timed.parquet")
    frame.to_csv(folder / "numbered.csv", index=False)
    text = frame.to_csv(sep=";", decimal=",", date_format="%d.%m.%Y %H:%M")
    (folder / "german.csv").write_text(text, encoding="latin-1")
    fit = ["--threshold-on", "validation", "--spans", "--all"]
    assert main([*DETECT, str(folder / "timed.csv"), *fit, *quiet(folder / "run")]) == 0
    return folder


def quiet(out):
    return ["--train-until", "1500", "--quiet", "--out", str(out)]


def tables(folder):
    return pd.read_csv(folder / "scores.csv"), pd.read_csv(folder / "events.csv")


@pytest.mark.parametrize(
    "name", ["timed.csv", "timed.parquet", "numbered.csv", "german.csv"]
)
def test_results_are_those_of_the_whole_file(name, folder, tmp_path):
    detect = [*DETECT, str(folder / name), "--block", "1500", "--all"]
    assert main([*detect, *quiet(tmp_path)]) == 0
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["events.csv", "model.skanomaly", "scores.csv"]
    (scores, events), (expected, spans) = tables(tmp_path), tables(folder / "run")
    if name == "numbered.csv":
        assert scores.pop("sample").tolist() == list(range(N_SAMPLES))
        times = ["start_time", "stop_time", "peak_time"]
        assert events[times].isna().all(axis=None)
        events, spans = events.drop(columns=times), spans.drop(columns=times)
    pd.testing.assert_frame_equal(scores, expected[scores.columns], rtol=1e-6)
    assert len(events) >= 3
    pd.testing.assert_frame_equal(events, spans, rtol=1e-6)


@pytest.mark.parametrize("block", [50, 777, 100_000])
def test_score(block, folder, tmp_path, capsys):
    score = ["score", str(folder / "run"), str(folder / "timed.parquet"), "--json"]
    assert main([*score, "--block", str(block), "--out", str(tmp_path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["n_samples"], answer["channels"]) == (N_SAMPLES, ["cpu"])
    _, spans = tables(folder / "run")
    places = [(event["start"], event["stop"]) for event in answer["events"]]
    assert places == list(zip(spans["start"], spans["stop"], strict=True))


def test_rule_of_events_holds_across_blocks(folder, tmp_path, capsys):
    score = ["score", str(folder / "run"), str(folder / "timed.csv"), "--json"]
    rule = ["--merge-gap", "20h", "--min-length", "3min"]
    found = []
    for more in (["--spans"], ["--block", "1000"]):
        assert main([*score, *more, *rule, "--out", str(tmp_path / "out")]) == 0
        answer = json.loads(capsys.readouterr().out)
        found.append([(e["start"], e["stop"]) for e in answer["events"]])
    assert found[0] == found[1]
    assert len(found[0]) < 3


def test_nothing_is_reported_in_the_training_part(folder, tmp_path):
    detect = [*DETECT, str(folder / "timed.csv"), "--block", "2500"]
    assert main([*detect, "--quiet", "--out", str(tmp_path)]) == 0
    scores, events = tables(tmp_path)
    assert events["start"].min() >= 2500
    assert (scores["label"][:2500] == 1).all()
    assert (scores["label"][2500:] == -1).any()


def test_text_says_what_was_done(folder, tmp_path, capsys):
    detect = [*DETECT, str(folder / "timed.csv"), "--block", "2500"]
    assert main([*detect, "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert (
        "PCADetector on cpu; trained on the first 2,500 samples, scored 6,000" in told
    )
    assert "scores.csv" in told


def test_no_time_is_cut(tmp_path, capsys):
    X = wave(3000, noise=0.05)[:, 0]
    X[2000:2020] += 3
    times = pd.date_range("2024-01-01", periods=3000, freq="1s1us", name="time")
    pd.DataFrame({"cpu": X}, index=times).to_csv(tmp_path / "long.csv")
    detect = [*DETECT, str(tmp_path / "long.csv"), "--block", "1500"]
    assert main([*detect, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    _, events = tables(tmp_path / "out")
    for when in ("start_time", "stop_time", "peak_time"):
        assert all(each in told for each in events[when])
    assert "…" not in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threshold-on", "train"], "needs all scores"),
        (["--train-fraction", "0.5"], "--train-fraction needs the whole series"),
        (["--from", "2024-01-02"], "--from needs the whole series"),
        (["--every", "1h"], "'every' needs the whole series"),
        (["--interpolate"], "'interpolate' needs the whole series"),
        (["--train-until", "2024-01-02"], "number of samples, but is '2024-01-02'"),
        (["--train-until", "6000"], "6,000 samples, and 6,000 of them are trained on"),
        (["--direction", "up"], "--direction, --min-deviation and --k-of-n"),
        (["--window", "2000"], "longer than the training series of 1,500"),
    ],
)
def test_what_needs_the_whole_series_is_refused(
    options, said, folder, tmp_path, capsys
):
    detect = ["detect", str(folder / "timed.csv"), "--block", "1500", *options]
    assert main([*detect, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_error_on_the_way_leaves_the_files_of_an_earlier_run(
    folder, tmp_path, capsys
):
    lines = (folder / "timed.csv").read_text().splitlines()
    lines[5001] = lines[5001].partition(",")[0] + ","
    (tmp_path / "gap.csv").write_text("\n".join(lines))
    out = tmp_path / "out"
    shutil.copytree(folder / "run", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    detect = [*DETECT, str(tmp_path / "gap.csv"), "--block", "1500"]
    assert main([*detect, "--out", str(out)]) == 2
    assert "In rows 4,500 to 5,999: " in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_pages_of_an_earlier_run_do_not_stay_with_other_scores(folder, tmp_path):
    timed = str(folder / "timed.csv")
    out = tmp_path / "out"
    shutil.copytree(folder / "run", out)
    assert (out / "report.html").exists()
    assert main([*DETECT, timed, "--block", "1500", *quiet(out)]) == 0
    assert not (out / "report.html").exists()
    assert not (out / "run.json").exists()


def test_ensemble_and_channels(folder, tmp_path):
    frame = pd.read_csv(folder / "timed.csv")
    frame["memory"] = np.roll(frame["cpu"], 7)
    frame.to_csv(tmp_path / "two.csv", index=False)
    detect = ["detect", str(tmp_path / "two.csv"), "--value", "memory", "cpu"]
    more = ["--window", "16", "--block", "2000", "--quiet", "--out", str(tmp_path)]
    assert main([*detect, *more]) == 0
    scores, events = tables(tmp_path)
    assert scores.columns.tolist() == [
        *("time", "memory", "cpu", "score", "severity", "label")
    ]
    assert len(events) > 0


@pytest.mark.parametrize("block", [[], ["--block", "500"]])
def test_names_that_a_model_was_fitted_to_are_kept(block, tmp_path, capsys):
    X = wave(1500, 2, noise=0.05)
    X[:, 1] += 10
    frame = pd.DataFrame(X, columns=["cpu", "memory"])
    pipe = make_detector("pca", window=16).fit(frame)
    model, data = tmp_path / "m.skanomaly", tmp_path / "two.csv"
    save_model(pipe, model)
    frame[["memory", "cpu"]].to_csv(data, index=False)
    out = ["--out", str(tmp_path / "out"), "--quiet", *block]
    score = ["score", str(model), str(data), *out, "--value"]
    assert main([*score, "cpu", "memory"]) == 0
    assert capsys.readouterr().err == ""
    found = pd.read_csv(tmp_path / "out" / "scores.csv")["score"]
    np.testing.assert_allclose(found, pipe.score_samples(frame), rtol=1e-6)
    assert main([*score, "memory", "cpu"]) == 2
    assert "in another order (memory, cpu)" in capsys.readouterr().err
