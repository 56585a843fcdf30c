"""Any estimators on any data with any seeds: one table, whatever happens."""

import warnings

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from pandas.testing import assert_frame_equal
from sklearn.ensemble import IsolationForest
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.pipeline import Pipeline

from skanomaly import EventRule, detect, find_events, make_detector
from skanomaly.evaluation import METRICS, LabelledData, evaluate
from skanomaly.metrics import (
    affiliation_recall_score,
    best_f1_threshold,
    detection_delay_score,
    event_f1_score,
    random_point_adjusted_f1,
    range_precision_score,
    vus_pr_score,
    vus_roc_score,
    vus_window,
)
from tests.evaluation.common import (
    Guess,
    Hungry,
    Mortal,
    Picky,
    Remembering,
    n_lines,
    same_but_for_time,
    wave,
)

WAVES = [wave(0), wave(1)]
ESTIMATORS = {
    "pca": make_detector("pca"),
    "forest": make_detector("isolation_forest", n_estimators=20),
    "guess": Guess(),
}


@pytest.fixture(scope="module")
def results():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return evaluate(ESTIMATORS, WAVES, seeds=(0, 1), n_jobs=2)


def test_one_row_a_run_in_the_order_that_was_asked(results):
    assert results["estimator"].tolist() == sorted(
        results["estimator"], key=list(ESTIMATORS).index
    )
    runs = results[["estimator", "dataset", "seed"]]
    assert runs.iloc[:5].to_numpy().tolist() == [
        ["pca", "wave0", 0],
        ["pca", "wave0", 1],
        ["pca", "wave1", 0],
        ["pca", "wave1", 1],
        ["forest", "wave0", 0],
    ]
    assert len(results) == len(runs.drop_duplicates()) == 12
    assert (results["status"] == "ok").all()
    assert (results["error"] == "").all()


def test_metrics_are_those_of_the_package(results):
    data = WAVES[0]
    pipe = make_detector("pca", random_state=1).fit(data.X[: data.train_size])
    rule = EventRule(in_training=True)
    found = detect(pipe, data.X, n_train=data.train_size, events=rule)
    scores, labels = -pipe.score_samples(data.X), found.labels
    truth = np.where(data.y, -1, 1)
    window = vus_window(data.X)
    expected = {
        "vus_pr": vus_pr_score(truth, scores, window=window),
        "vus_roc": vus_roc_score(truth, scores, window=window),
        "roc_auc": roc_auc_score(data.y, scores),
        "best_f1": best_f1_threshold(truth, scores).f1,
        "f1": f1_score(data.y, labels == -1),
        "event_f1": event_f1_score(truth, labels),
        "range_precision": range_precision_score(truth, labels),
        "affiliation_recall": affiliation_recall_score(truth, labels),
        "neg_detection_delay": -detection_delay_score(truth, labels),
        "random_point_adjusted_f1": random_point_adjusted_f1(truth),
    }
    row = results[results["seed"] == 1].iloc[0]
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert row["vus_window"] == window
    assert row["n_events_found"] == len(find_events(labels))
    assert results[list(METRICS)].notna().all(axis=None)


def test_what_a_run_took_is_told(results):
    assert (results[["fit_seconds", "score_seconds"]] > 0).all(axis=None)
    assert (results.loc[results["estimator"] == "guess", "epochs"] == 3).all()
    assert results.loc[results["estimator"] != "guess", "epochs"].isna().all()
    assert (results["train_size"] == 300).all()
    assert (results["n_events"] == 3).all()


def test_seeds_reach_what_is_random_and_nothing_else(results):
    by_seed = results.pivot(
        index=["estimator", "dataset"], columns="seed", values="vus_pr"
    )
    differs = (by_seed[0] != by_seed[1]).groupby("estimator").all()
    assert differs.to_dict() == {"pca": False, "forest": True, "guess": True}


def test_a_process_that_dies_takes_nothing_with_it(results, tmp_path):
    estimators = {"mortal": Mortal(), "guess": Guess()}
    found = evaluate(estimators, WAVES[:1], n_jobs=2, store=tmp_path)
    assert found["status"].tolist() == ["failed", "ok"]
    assert found.loc[0, "error"].startswith("the process died")
    undisturbed = results[results["estimator"] == "guess"].iloc[:1]
    assert_frame_equal(
        same_but_for_time(found.iloc[1:].reset_index(drop=True)),
        same_but_for_time(undisturbed.reset_index(drop=True)),
    )


def test_the_number_of_processes_changes_nothing(results):
    alone = evaluate(ESTIMATORS, WAVES, seeds=(1,))
    same_seed = results[results["seed"] == 1].reset_index(drop=True)
    assert_frame_equal(same_but_for_time(alone), same_but_for_time(same_seed))


def test_what_is_done_is_not_done_again(tmp_path):
    store, count = tmp_path / "store", tmp_path / "count"

    def run(estimator=None, data=WAVES, seeds=(0, 1), **options):
        estimators = {"guess": estimator or Guess(count_in=str(count))}
        before = n_lines(count)
        results = evaluate(estimators, data, seeds=seeds, store=store, **options)
        return n_lines(count) - before, results

    n_fits, first = run()
    assert n_fits == 4
    n_fits, again = run()
    assert n_fits == 0
    assert_frame_equal(again, first)  # seconds and memory too
    n_fits, fewer = run(data=WAVES[1:], seeds=(1,))
    assert n_fits == 0
    assert_frame_equal(fewer, first.iloc[[3]].reset_index(drop=True))
    assert run(seeds=np.arange(3))[0] == 2
    assert run(estimator=Guess(count_in=str(count), bias=1.0))[0] == 4
    moved = WAVES[0].X.copy()
    moved[-1] += 1e-9
    changed = LabelledData("wave0", moved, WAVES[0].y, WAVES[0].train_size)
    assert run(data=[changed, WAVES[1]])[0] == 2
    later = LabelledData("wave0", WAVES[0].X, WAVES[0].y, 301)
    assert run(data=[later])[0] == 2
    assert run(fresh=True)[0] == 4
    assert run()[0] == 0


def test_a_memory_is_neither_asked_nor_part_of_what_a_run_is(tmp_path):
    count, options = tmp_path / "count", {"store": tmp_path / "store"}

    def steps(memory):
        last = Remembering(str(tmp_path / memory), count_in=str(count))
        return Pipeline([("last", last)], memory=str(tmp_path / memory))

    given = steps("a")
    results = evaluate({"steps": given}, WAVES[:1], **options)
    assert results["error"].tolist() == [""]
    evaluate({"steps": steps("b")}, WAVES[:1], **options)
    assert n_lines(count) == 1
    assert given["last"].memory == given.memory == str(tmp_path / "a")


def test_another_version_is_another_run(tmp_path, monkeypatch):
    options = {"store": tmp_path / "store"}
    count = tmp_path / "count"
    estimators = {"guess": Guess(count_in=str(count))}
    evaluate(estimators, WAVES, **options)
    monkeypatch.setattr("skanomaly._versions.__version__", "9.9")
    evaluate(estimators, WAVES, **options)
    assert n_lines(count) == 4


def test_a_record_that_was_cut_short_is_run_again(tmp_path):
    results = evaluate({"guess": Guess()}, WAVES, store=tmp_path)
    for record in tmp_path.glob("*.json"):
        record.write_text(record.read_text()[:100])
    again = evaluate({"guess": Guess()}, WAVES, store=tmp_path)
    assert_frame_equal(same_but_for_time(again), same_but_for_time(results))


def test_what_fails_is_a_row_and_is_tried_again(tmp_path):
    wall, store = tmp_path / "wall", tmp_path / "store"
    wall.touch()
    estimators = {"picky": Picky(refuse_while=str(wall)), "guess": Guess()}
    results = evaluate(estimators, WAVES, store=store)
    assert results["status"].tolist() == ["failed", "failed", "ok", "ok"]
    errors = ["ValueError: this series is not to my taste"] * 2 + ["", ""]
    assert results["error"].tolist() == errors
    numbers = results[["fit_seconds", "vus_pr", "epochs"]]
    assert numbers.isna().all(axis=1).tolist() == [True, True, False, False]
    wall.unlink()
    again = evaluate(estimators, WAVES, store=store)
    assert again["status"].tolist() == ["ok"] * 4
    assert_frame_equal(again.iloc[2:], results.iloc[2:])


def test_memory_is_that_of_the_run_alone():
    estimators = {"much": Hungry(mib=200), "little": Hungry(mib=1)}
    peaks = evaluate(estimators, WAVES[:1])["peak_memory_mib"]
    if peaks.isna().all():
        pytest.skip("this system does not let the peak of a process be reset")
    assert peaks[0] > 190
    assert peaks[1] < peaks[0]  # in the same process, after the other


def test_records_have_metrics_of_samples_alone():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 3)), np.arange(200) >= 190
    X[y] += 6
    table = LabelledData("table", X, y, 200, records=True)
    row = evaluate({"forest": IsolationForest()}, [table]).iloc[0]
    known = {name for name in METRICS if pd.notna(row[name])}
    assert known == {
        *("roc_auc", "average_precision", "best_f1"),
        *("precision", "recall", "f1"),
    }
    assert row["roc_auc"] == 1.0
    with pytest.raises(ValueError, match="'table' holds records"):
        evaluate(["pca"], [table])


def test_without_an_anomaly_nothing_is_judged_and_nothing_warns():
    calm = LabelledData("calm", WAVES[0].X, np.zeros(600), 300)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = evaluate({"guess": Guess()}, [calm, WAVES[0]])
    assert results[list(METRICS)].isna().all(axis=1).tolist() == [True, False]
    assert results["warnings"].tolist() == ["", ""]
    assert results["n_events_found"].gt(0).all()  # false alarms, all of them


def test_chosen_metrics_and_the_callback(tmp_path):
    told = []
    results = evaluate(
        {"guess": Guess()},
        {"a": WAVES[0], "b": (WAVES[1].X, WAVES[1].y, 300)},
        metrics=["f1", "vus_pr"],
        store=tmp_path,
        callback=lambda record, n_done, n_runs: told.append(
            (record["dataset"], n_done, n_runs)
        ),
    )
    assert told == [("a", 1, 2), ("b", 2, 2)]
    assert set(METRICS) & set(results) == {"f1", "vus_pr"}
    every = evaluate({"guess": Guess()}, {"a": WAVES[0]}, store=tmp_path)
    assert every.loc[0, "roc_auc"] > 0  # was kept all the same


@pytest.mark.parametrize(
    ("estimators", "datasets", "options", "message"),
    [
        ([], WAVES, {}, "estimators is empty"),
        (["pce"], WAVES, {}, "'pce' is unknown. Did you mean 'pca'"),
        ({"a": Guess}, WAVES, {}, "Estimator 'a' must be an outlier detector"),
        ({"a": 3}, WAVES, {}, "Estimator 'a' must be an outlier detector"),
        (["pca"], [], {}, "datasets is empty"),
        (["pca"], [3], {}, "must hold LabelledData or paths"),
        (["pca"], {"a": (WAVES[0].X, WAVES[0].y)}, {}, "'a' must be a LabelledData or"),
        (["pca"], [WAVES[0], WAVES[0]], {}, "'wave0' is used by 2 data sets"),
        (["pca"], [LabelledData("a", [1, 2, 3], [0, 0, 0], 2)], {}, "has an anomaly"),
        (["pca"], WAVES, {"seeds": ()}, "seeds must be at least one integer"),
        (["pca"], WAVES, {"seeds": (1, 1)}, "seeds must be at least one integer"),
        (["pca"], WAVES, {"seeds": (-1,)}, "seeds must be at least one integer"),
        (["pca"], WAVES, {"seeds": [True]}, "seeds must be at least one integer"),
        (["pca"], WAVES, {"seeds": [0.0]}, "seeds must be at least one integer"),
        (["pca"], WAVES, {"metrics": "vus"}, "There is no metric 'vus'"),
        (["pca"], WAVES, {"metrics": []}, "metrics is empty"),
    ],
)
def test_bad_input_is_told_before_anything_runs(
    tmp_path, estimators, datasets, options, message
):
    store = tmp_path / "store"
    with pytest.raises(ValueError, match=message):
        evaluate(estimators, datasets, store=store, **options)
    assert not store.exists()


def test_what_joblib_does_afterwards_is_not_disturbed():
    evaluate(["pca"], WAVES[:1], n_jobs=2)
    assert Parallel(n_jobs=2)(delayed(abs)(n) for n in (-1, -2, -3)) == [1, 2, 3]
