"""Rules of events on the command line, and in the files of a run."""

import json

import numpy as np
import pandas as pd
import pytest

from skanomaly import EventRule, detect, make_detector
from skanomaly.cli import main
from skanomaly.report import read_run

RULE = ["--direction", "down", "--min-deviation", "10%", "--k-of-n", "2/3"]
RULE += ["--min-length", "3min", "--merge-gap", "10min"]
NO_RULE = ["--direction", "both", "--min-deviation", "0", "--k-of-n", "1/1"]
NO_RULE += ["--min-length", "1", "--merge-gap", "0"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    rng = np.random.default_rng(0)
    values = 10 + np.sin(np.arange(1000) / 5) + rng.normal(0, 0.05, 1000)
    values[600:605] += 4
    values[700:705] -= 4
    values[900:905] -= 0.8
    times = pd.date_range("2024-01-01", periods=1000, freq="min", name="time")
    frame = pd.DataFrame({"cpu": values}, index=times)
    frame.to_csv(folder / "cpu.csv")
    frame.to_csv(folder / "numbered.csv", index=False)
    command = ["detect", str(folder / "cpu.csv"), "--detector", "pca", "--window", "30"]
    assert main([*command, "--out", str(folder / "out"), "--quiet", *RULE]) == 0
    return folder


def test_a_rule_and_a_band_travel_with_the_run(folder):
    run = read_run(folder / "out")
    assert run.rule == EventRule(
        direction="down",
        min_deviation="10%",
        k_of_n=(2, 3),
        min_length="3min",
        merge_gap="10min",
    )
    assert [event.peak // 100 for event in run.events] == [7]
    events = pd.read_csv(folder / "out" / "events.csv")
    assert events["start"].tolist() == [event.start for event in run.events]
    scores = pd.read_csv(folder / "out" / "scores.csv")
    assert (run.expected_lower < run.expected_upper).mean() > 0.9
    np.testing.assert_array_equal(
        scores["expected_lower_cpu"], run.expected_lower[:, 0]
    )
    np.testing.assert_array_equal(
        scores["expected_upper_cpu"], run.expected_upper[:, 0]
    )


@pytest.mark.parametrize(
    ("rule", "peaks"),
    [
        ([], [6, 7, 9]),
        (["--direction", "up"], [6]),
        (["--direction", "down"], [7, 9]),
        (["--min-deviation", "0.5"], [6, 7]),
        (["--min-deviation", "10%"], [7]),
        (["--merge-gap", "2h"], [6, 9]),
        (["--merge-gap", "1d"], [6]),
        (["--min-length", "1h"], []),
        (["--k-of-n", "500/500"], []),
    ],
)
def test_a_saved_model_is_scored_by_any_rule(folder, tmp_path, capsys, rule, peaks):
    command = ["score", str(folder / "out"), str(folder / "cpu.csv"), *NO_RULE, *rule]
    assert main([*command, "--json", "--out", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [event["start"] // 100 for event in found["events"]] == peaks


def test_a_saved_model_is_scored_by_its_own_rule(folder, tmp_path, capsys):
    command = ["score", str(folder / "out"), str(folder / "cpu.csv"), "--json"]
    for options, peaks in (([], [7]), (["--direction", "up"], [])):
        assert main([*command, "--out", str(tmp_path), *options]) == 0
        found = json.loads(capsys.readouterr().out)
        assert [event["start"] // 100 for event in found["events"]] == peaks


@pytest.mark.parametrize(
    ("file", "rule", "says"),
    [
        ("cpu", ["--min-length", "0"], "min_length must be an integer of at least 1"),
        ("cpu", ["--min-length", "10x"], "or a duration in ms, s, min, h, d or w"),
        ("cpu", ["--merge-gap", "-1"], "-1 is less than 0"),
        ("cpu", ["--merge-gap", "1.5"], "'1.5' is not a whole number"),
        ("cpu", ["--direction", "left"], "invalid choice: 'left'"),
        ("cpu", ["--min-deviation", "-2"], "must be a number of at least 0"),
        ("cpu", ["--min-deviation", "much"], "neither a number nor a percentage"),
        ("cpu", ["--min-deviation", "x%"], "or a percentage of the expected value"),
        ("cpu", ["--k-of-n", "3"], "'3' is not two numbers such as 3/5"),
        ("cpu", ["--k-of-n", "5/3"], "asks for 5 of 3 samples"),
        ("numbered", ["--merge-gap", "5min"], "no index of times"),
        (
            "cpu",
            ["--direction", "up", "--detector", "kernel_features"],
            "which ConvFeatureDetector does not have. Pass a --detector",
        ),
    ],
)
def test_what_is_no_rule_is_refused_before_training(
    folder, tmp_path, capsys, monkeypatch, file, rule, says
):
    def train(*_, **__):
        raise AssertionError("trained")

    monkeypatch.setattr("skanomaly.cli._detect.train", train)
    command = ["detect", str(folder / f"{file}.csv"), "--out", str(tmp_path / "out")]
    try:
        code = main([*command, *rule])
    except SystemExit as stop:
        code = stop.code
    printed, error = capsys.readouterr()
    assert (code, printed) == (2, "")
    assert says in error
    assert not (tmp_path / "out").exists()


def test_a_run_of_the_format_before_is_read(folder, tmp_path):
    out = tmp_path / "out"
    command = ["score", str(folder / "out"), str(folder / "cpu.csv"), "--quiet"]
    rule = [*NO_RULE, "--min-length", "2", "--spans"]
    assert main([*command, *rule, "--out", str(out)]) == 0
    now = read_run(out)
    run = json.loads((out / "run.json").read_text())
    rule = run.pop("rule")
    old = {name: rule[name] for name in ("min_length", "merge_gap", "localize")}
    (out / "run.json").write_text(json.dumps(run | old | {"format": 2, "first": 0}))
    then = read_run(out)
    assert then.rule == now.rule == EventRule(min_length=2, localize=False)
    assert then.events == now.events
    assert len(now.events) == 3


def test_no_event_by_a_rule_is_no_high_threshold(folder, tmp_path, capsys):
    command = ["score", str(folder / "out"), str(folder / "cpu.csv"), *NO_RULE]
    assert main([*command, "--min-length", "1h", "--out", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "No event: the options for events drop 3 events." in said


@pytest.mark.parametrize("source", ["fit", "Series"])
def test_the_sources_of_a_threshold_are_those_of_python(folder, tmp_path, source):
    command = ["detect", str(folder / "cpu.csv"), "--detector", "pca", "--quiet"]
    command += ["--window", "8", "--threshold", source, "--out", str(tmp_path)]
    assert main(command) == 0
    run = read_run(tmp_path)
    assert run.threshold_source == source.lower()
    pipeline = make_detector("pca", window=8, random_state=0)
    pipeline.fit(run.series.values[: run.series.n_train])
    expected = detect(
        pipeline,
        run.series.values,
        n_train=run.series.n_train,
        threshold=source,
    )
    assert run.offset == pytest.approx(expected.offset)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("detect a.csv --min-devation 3", "Did you mean '--min-deviation'"),
        ("score m a.csv --threshold max", "--threshold is an option of detect and"),
        ("detect a.csv b.csv", "unrecognized arguments: b.csv (see skanomaly detect"),
        ("detect a.csv --threshold fit --threshold-on train", "Leave out one of them"),
    ],
)
def test_options_that_a_command_does_not_have(command, says, capsys):
    try:
        code = main(command.split())
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert says in capsys.readouterr().err
