"""The benchmarks judge rightly and keep what they measured before."""

import json
import re
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from skanomaly import find_events

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """Import a module of the benchmarks as their scripts do."""
    monkeypatch.syspath_prepend(FOLDER)
    return import_module


def test_every_section_has_a_file(bench):
    sections = bench("_figures").SECTIONS
    files = {file.stem for file in (FOLDER / "_figures").glob("[a-z]*.py")}
    assert files == set(sections)
    for name in sections:
        assert callable(bench(f"_figures.{name}").figures)


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("[a-z]*.py")))
def test_every_benchmark_can_be_imported(bench, name):
    """A name of the package that is gone shows here, not after hours."""
    if name == "metrics":
        pytest.importorskip("aeon", reason="compares with aeon, which it needs")
    assert callable(bench(name).main)


def test_every_phase_of_the_command_line_is_a_function(bench):
    for functions in bench("_phases").PHASES.values():
        for module, name in functions:
            assert callable(getattr(import_module(module), name))


def test_a_phase_does_not_include_another_within_it(bench):
    clock = bench("_phases").Clock()
    inner = clock.timed("inner", lambda: time.sleep(0.2))
    clock.timed("outer", lambda: (inner(), inner()))()
    assert clock.seconds["inner"] >= 0.4
    assert clock.seconds["outer"] < 0.2


def test_events_are_told_from_anomalies_by_their_distance(bench):
    judge = bench("_figures.workshop")._judge
    scores = np.zeros(100)
    scores[[20, 21, 60]] = [-1, -2, -1]
    events = find_events(scores, offset=-0.5)
    judged = judge(events, (17, 25, 50))
    assert judged["missed"] == [50]
    assert judged["peak_distances"] == [4, 4]
    assert judged["others"] == [[60, 61]]
    assert judge(events, (15, 26))["missed"] == [15, 26]


def test_widened_truth(bench):
    widen = bench("_labelled")._widen
    y = np.zeros(9, dtype=bool)
    y[4] = True
    assert np.flatnonzero(widen(y, 2)).tolist() == [2, 3, 4, 5, 6]
    np.testing.assert_array_equal(widen(y, 0), y)


def test_a_run_keeps_the_sections_it_does_not_measure(bench, monkeypatch, tmp_path):
    verify, figure = bench("verify"), bench("_figures").Figure
    monkeypatch.setattr(verify, "FILE", tmp_path / "verify.json")
    measured = {
        "rules": [figure("holds", {"n": np.int64(1)}, met=True)],
        "vpc": [figure("fails", {"x": 0.5}, met=False), figure("tells", {})],
    }
    monkeypatch.setattr(verify, "_measure", lambda name, data: iter(measured[name]))
    assert verify._run("rules", tmp_path, {"date": "1"})
    assert not verify._run("vpc", tmp_path, {"date": "2"})
    held = json.loads(verify.FILE.read_text())
    assert [section["run"] for section in held["sections"].values()] == ["1", "2"]
    assert [figure["met"] for figure in held["sections"]["vpc"]["figures"]] == [
        False,
        None,
    ]
    verify._run("rules", tmp_path, {"date": "3"})
    assert set(json.loads(verify.FILE.read_text())["runs"]) == {"2", "3"}


def test_a_section_that_breaks_is_not_met(bench, tmp_path):
    (figure,) = bench("verify")._measure("rules", tmp_path)
    assert figure.met is False
    assert "FileNotFoundError" in figure.measured["error"]


def test_without_data_it_is_said_what_to_do(bench, monkeypatch):
    monkeypatch.delenv("SKANOMALY_DATA", raising=False)
    with pytest.raises(SystemExit, match="SKANOMALY_DATA is not set"):
        bench("_results").data_folder()


def test_written_files_are_whole(bench, tmp_path):
    results = bench("_results")
    file = tmp_path / "made" / "it.json"
    results.write_json(file, {"float": np.float64(0.5), "array": [np.bool_(True)]})
    assert results.read_json(file) == {"float": 0.5, "array": [True]}
    assert list(file.parent.iterdir()) == [file]
    assert results.read_json(tmp_path / "none.json") == {}


def test_the_tables_of_the_documentation_are_those_of_the_results(bench):
    tables = bench("tables")
    pages = [page.read_text(encoding="utf-8") for page in tables.PAGES]
    shown = {name for page in pages for name in re.findall(r"<!-- table: (\w+)", page)}
    assert shown == set(tables.TABLES)
    assert [tables.fill(page) for page in pages] == pages


def test_a_fit_to_a_part_is_multiplied_before_it_is_compared(bench):
    peers = bench("peers")
    times = dict.fromkeys(peers.TIMES, 1.0)
    runs = [{"seed": seed, "loss": seed, **times} for seed in range(3)]
    first = [run | {"fit_cpu": cpu} for run, cpu in zip(runs, (1, 4, 8), strict=True)]
    way = peers.Way("pyod", {"window": 10}, n_windows=5)
    scale = peers._scale(way, 50)
    found = peers.summary(runs, first, scale)
    assert found["scale"] == scale == 8
    assert found["median"] == {"loss": 1, **times, "fit_cpu": 8, "fit_wall": 8}
    assert found["ratio"] == {**times, "fit_cpu": 2, "fit_wall": 8}


@pytest.mark.parametrize("runner", ["run_keras", "run_skanomaly"])
def test_every_runner_of_this_environment_can_be_imported(bench, monkeypatch, runner):
    monkeypatch.syspath_prepend(FOLDER / "_peers")
    assert callable(bench(runner).measure)


def test_the_loss_of_labelled_series_is_that_of_normal_windows(bench):
    made = bench("peers").generated(1500)
    assert made.labels[1500:].any()
    assert made.held_out.shape[1] == bench("peers").NETWORK["window"]
    later = made.series[1500:]
    anomaly = later[made.labels[1500:]]
    assert not np.isin(anomaly, made.held_out).any()
    assert np.isin(made.held_out, later).all()


# Accuracy.


def test_baselines_are_their_formulas(bench):
    rng = np.random.default_rng(0)
    X = 5 + rng.normal(size=(300, 2)) * [1, 20]
    baselines = bench("_baselines")
    window, half = baselines.WINDOW, baselines.WINDOW // 2
    seen = X[:270]  # a tenth is held out
    scaled = (X - seen.mean(axis=0)) / seen.std(axis=0)
    errors = {
        name: -make().fit(X).score_samples(X)
        for name, make in baselines.BASELINES.items()
    }
    around = scaled[150 - half : 150 + half]
    assert len(around) == window
    assert errors["moving variance"][150] == pytest.approx(around.var(axis=0).mean())
    steps = np.abs(scaled[150] - scaled[149]).mean()
    assert errors["absolute difference"][150] == pytest.approx(steps)
    assert len(set(errors["random scores"])) == 300


def test_the_linear_baseline_forecasts_what_is_linear(bench):
    X = np.sin(np.arange(600) / 7)[:, np.newaxis]
    X[500] += 3
    errors = -bench("_baselines").BASELINES["linear forecast"]().fit(X).score_samples(X)
    assert errors.argmax() == 500
    assert errors[100:500].max() < 1e-3 * errors[500]


def test_trivial_matches_are_windows_of_the_training_part(bench):
    X = np.random.default_rng(0).normal(size=(200, 8))
    rows = X.reshape(-1, 1)[: 200 + 7]
    pipeline = bench("accuracy").MAKERS["nearest_window, trivial matches"]()
    pipeline[-1].set_params(max_windows=1000)
    assert pipeline.fit(rows).score_samples(rows).max() == 0
    others = bench("accuracy").MAKERS["nearest_window"]().fit(rows)
    assert others.score_samples(rows).max() < 0


def test_every_estimator_of_the_accuracy_benchmark_can_be_made(bench):
    accuracy = bench("accuracy")
    made = {name: make() for name, make in accuracy.MAKERS.items()}
    assert all(hasattr(one, "fit") for one in made.values())
    assert repr(made["ensemble, online"]) != repr(made["ensemble"])
    joined = made["ensemble, but channels not by themselves"]
    X = np.random.default_rng(0).normal(size=(200, 3))
    assert joined[-1].fit(X).assess(X).apart.shape == (200, 1)


def ranked(**means):
    """Results of recipes on two series of two sources."""
    return {
        name.replace("_", " "): {
            "mean": mean,
            "by_source": {"A": mean - 0.1, "B": mean + 0.1},
            "without_source": {"A": mean + 0.1, "B": mean - 0.1},
            "values": {"1_A": mean - 0.1, "2_B": mean + 0.1},
            "n_seeds": 1,
            "mean_of_each_seed": [mean + 0.01, mean - 0.01],
            "run": "today",
        }
        for name, mean in means.items()
    }


def test_tables_of_accuracy(bench):
    tables = bench("_accuracy_tables")
    but = {"ensemble, but power": 0.5, "ensemble, but former code": 0.4}
    kinds = {"univariate": ranked(pca=0.4, ensemble=0.6, **but)}
    kinds["multivariate"] = ranked(ensemble=0.3)
    best = {"1_A": {"name": "X", "value": 0.55}, "2_B": {"name": "Y", "value": 0.9}}
    kinds["univariate"]["ensemble, but former code"]["run"] = "yesterday"
    content = {
        "results": kinds,
        "runs": {"today": {"commit": "b"}, "yesterday": {"commit": "a"}},
        "published": {kind: {"X": 0.5, "Y": 0.1} for kind in kinds},
        "best_published": dict.fromkeys(kinds, best),
    }
    lines = tables.ranking(content, kind="univariate").splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| `ensemble`",
        "| X, published",
        "| `pca`",
        "| Y, published",
    ]
    assert lines[2] == "| `ensemble` | **0.600** | 0.500 | 0.50 | 0.70 | 1 |"
    lines = tables.ablation(content).splitlines()
    assert lines[2:] == [
        "| nothing | 0.600 |  | 0.300 |  |",
        "| power | 0.500 | +0.110 |  |  |",  # of the first seed
    ]
    lines = tables.losses(content, kind="univariate").splitlines()
    assert lines[2:] == [
        "| 2_B | 0.700 | 0.900 | Y |",
        "| 1_A | 0.500 | 0.550 | X |",
    ]
    assert tables.count(content).splitlines()[2:] == [
        "| univariate | 2 | 0 |",
        "| multivariate | 2 | 0 |",
    ]
