"""What is written: a table, and a page that stands alone."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from skanomaly.evaluation import METRICS, evaluate, summarize, write_results
from skanomaly.evaluation._summary import by_dataset, mean_values, seconds_per_run
from tests.evaluation.common import Guess, wave

NAN = np.nan
ESTIMATORS = ("pca", "<b>&", "forest")
DATASETS = ("a", "b", "c", "d")


def results_of(estimators=ESTIMATORS, datasets=DATASETS, seeds=(0, 1)):
    """Make a table as `evaluate` does; the first estimator is the best."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "estimator": name,
            "dataset": dataset,
            "seed": seed,
            "status": "ok",
            "error": "",
            "warnings": "",
            "fit_seconds": 10.0**position,
            "score_seconds": 0.5,
            "peak_memory_mib": 12.5,
            "epochs": NAN,
            **dict.fromkeys(METRICS, 0.9 - 0.2 * position + 0.1 * rng.random()),
        }
        for position, name in enumerate(estimators)
        for dataset in datasets
        for seed in seeds
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def failed():
    """Results in which one estimator failed once, and one always."""
    results = results_of()
    bad = (results["estimator"] == "forest") | (results.index == 8)
    results.loc[bad, ["fit_seconds", "score_seconds", *METRICS]] = NAN
    results.loc[bad, "status"] = "failed"
    results.loc[bad, "error"] = "ValueError: <no> \x00 & never"
    return results


def page_of(results, folder, **options):
    write_results(results, folder, **options)
    return (folder / "benchmark.html").read_text(encoding="utf-8")


def parsed(page):
    """Parse it as XML, which is stricter than any browser."""
    return ET.fromstring(page.replace("<!DOCTYPE html>", ""))


def texts(root, tag):
    return ["".join(one.itertext()) for one in root.iter() if one.tag.endswith(tag)]


def test_the_page_says_all_and_asks_nobody(tmp_path, failed):
    page = page_of(failed, tmp_path, about={"command": "skanomaly benchmark 'a b'"})
    root = parsed(page)
    heads = texts(root, "h2")
    assert heads == [
        *("Quality", "Significant differences", "Run time", "All means"),
        *("Data sets", "Failures", "How it was made"),
    ]
    assert "3 estimators, 4 data sets, 2 seeds, 24 runs, 9 runs failed." in page
    assert "skanomaly benchmark 'a b'" in texts(root, "td")
    assert texts(root, "td").count("ValueError: <no>  & never") == 9
    assert "<script" not in page
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert "http" not in without_names
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    for reference in re.findall(r'(?:url\(#|href="#)([^)"]+)', page):
        assert reference in ids


def test_charts_are_told_in_words_and_take_the_colour_of_the_text(tmp_path):
    root = parsed(page_of(results_of(), tmp_path))
    charts = [one for one in root.iter() if one.tag.endswith("svg")]
    assert len(charts) == 3
    ids = {one.get("id") for one in root.iter()}
    for chart in charts:
        assert chart.get("role") == "img"
        assert set(chart.get("aria-labelledby").split()) <= ids
        written = [one for one in chart.iter() if one.tag.endswith("}text")]
        assert len(written) > 5
        assert all("fill: currentColor" in one.get("style") for one in written)
    bars, ranks, times = texts(root, "desc")
    assert bars.startswith("pca 0.9")
    assert "pca 1.00, <b>& 2.00, forest 3.00" in ranks
    assert ranks.startswith("Mean ranks on 4 data sets, critical difference 1.66")
    assert "Not significantly different: pca, <b>&; <b>&, forest." in ranks
    assert "pca 1.5 s" in times
    for table in (one for one in root.iter() if one.tag == "table"):
        heads = [one for one in table.iter() if one.tag == "th"]
        assert {one.get("scope") for one in heads} <= {"row", "col"}


def test_one_estimator_on_one_series_has_a_page_too(tmp_path):
    page = page_of(results_of(["pca"], ["a"], [0]), tmp_path)
    assert "Ranks need at least two estimators and two data sets" in page
    parsed(page)


def test_where_all_has_failed_there_is_a_page_too(tmp_path, failed):
    failed = failed[failed["estimator"] == "forest"]
    page = page_of(failed, tmp_path)
    assert "No run has both a time and" in page
    parsed(page)


def test_numbers_of_the_summary(failed):
    values = by_dataset(failed, "vus_pr")
    assert list(values.columns) == list(ESTIMATORS)
    assert list(values.index) == list(DATASETS)
    assert values["forest"].isna().all()
    row = failed[(failed["estimator"] == "pca") & (failed["dataset"] == "b")]
    assert values.loc["b", "pca"] == pytest.approx(row["vus_pr"].mean())
    assert mean_values(failed, "vus_pr")["pca"] == values["pca"].mean()
    assert seconds_per_run(failed)[:2].tolist() == [1.5, 10.5]


def test_the_summary_has_the_best_first(failed):
    summary = summarize(failed, "event_f1")
    assert list(summary.index) == list(ESTIMATORS)
    assert summary["n_failed"].tolist() == [0, 1, 8]
    assert summary["seconds"][:2].tolist() == [1.5, 10.5]
    assert summary["mean"].to_dict() == pytest.approx(
        mean_values(failed, "event_f1").to_dict(), nan_ok=True
    )
    assert summary.loc["forest", ["mean", "seconds"]].isna().all()
    assert list(summarize(failed[::-1], "event_f1").index) == list(ESTIMATORS)
    with pytest.raises(ValueError, match="no metric 'event_f'. Did you mean 'event_f1"):
        summarize(failed, "event_f")


def test_another_metric_is_shown_where_the_asked_one_has_no_value(tmp_path):
    results = results_of()
    results[["vus_pr", "vus_roc"]] = NAN
    page = page_of(results, tmp_path)
    assert "<code>event_precision</code>" in page
    assert "<th scope='row'>vus_pr</th>" not in page


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_tables_hold_what_was_returned(tmp_path, format):
    results = evaluate({"guess": Guess()}, [wave(0)], seeds=(0, 1))
    table, page = write_results(results, tmp_path / "new", format=format)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
        [table.name, page.name]
    )
    read = pd.read_csv if format == "csv" else pd.read_parquet
    empty = ["error", "warnings"]  # a CSV does not tell it from a missing value
    found = read(table).drop(columns=empty)
    assert_frame_equal(found, results.drop(columns=empty), check_dtype=False)


def test_what_is_unknown_is_refused(tmp_path):
    with pytest.raises(ValueError, match="format must be one of"):
        write_results(results_of(), tmp_path / "new", format="json")
    with pytest.raises(ValueError, match="There is no metric 'auc'"):
        write_results(results_of(), tmp_path / "new", metric="auc")
    assert not (tmp_path / "new").exists()


def test_names_with_dollars_are_no_mathematics(tmp_path):
    names = ("$x_$", "Open ($)")
    root = parsed(page_of(results_of(names), tmp_path))
    written = texts(root, "}text")
    for name in names:
        # As a bar, as a rank and in a legend.
        assert sum(name in text for text in written) == 3
