"""One list of metrics, which scorers, the harness and the guide agree with."""

import re
import warnings
from inspect import Parameter, signature
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics

import skanomaly
from skanomaly import metrics
from skanomaly.evaluation import METRICS
from skanomaly.metrics import (
    ANOMALY_SCORERS,
    all_metrics,
    compute_metrics,
    make_anomaly_scorer,
)
from tests.metrics.common import cases

GUIDE = Path(skanomaly.__file__).parent.parent / "docs" / "judging.md"
BY_NAME = {metric.name: metric for metric in all_metrics()}
every = pytest.mark.parametrize("metric", all_metrics(), ids=BY_NAME)


def value_of(metric, truth, found, score):
    scorer = metric.scorer(window=6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if metric.response == "score":
            return scorer.of_scores(truth, -score)
        return scorer.of_labels(truth, found)


def test_names_are_those_of_results_and_of_scorers():
    assert len(BY_NAME) == len(all_metrics())
    assert tuple(BY_NAME) == METRICS
    assert set(ANOMALY_SCORERS) == {m.name for m in all_metrics() if m.is_scorer}


def test_every_public_metric_has_an_entry():
    listed = {metric.function.__name__ for metric in all_metrics()}
    public = {name for name in metrics.__all__ if name.endswith("_score")}
    assert len(public) > 10
    assert public <= listed


@every
def test_an_entry_says_what_its_function_takes(metric):
    parameters = signature(metric.function).parameters
    second = list(parameters)[1]
    assert second == {"score": "y_score", "label": "y_pred"}[metric.response]
    required = {name for name, p in parameters.items() if p.default is Parameter.empty}
    assert required - {"y_true", second} == (
        {"window"} if metric.needs_window else set()
    )
    assert set(metric.params) <= set(parameters)


@every
def test_a_perfect_answer_is_not_worse_than_a_bad_one(metric):
    truth = np.zeros(60, dtype=bool)
    truth[[20, 21, 22, 40, 41]] = True
    late = np.zeros(60, dtype=bool)
    late[[3, 21]] = True
    best = value_of(metric, truth, truth, truth.astype(float))
    worse = value_of(metric, truth, late, late.astype(float))
    # What a random score reaches does not depend on the answer.
    assert best == worse if metric.name.startswith("random") else best > worse


@every
def test_the_order_of_samples_matters_to_metrics_of_series_alone(metric):
    rng = np.random.default_rng(0)
    same = []
    for truth, found, score in cases(60):
        if truth.all():
            continue
        order = rng.permutation(len(truth))
        values = [
            value_of(metric, truth[rows], found[rows], score[rows])
            for rows in (slice(None), order)
        ]
        same.append(np.isclose(*values, rtol=1e-12, equal_nan=True))
    assert len(same) > 40
    assert all(same) != metric.series_only


@every
@pytest.mark.parametrize("records", [False, True])
def test_the_harness_judges_by_the_entries(metric, records):
    truth, found, score = list(cases(12, longest=80))[10]
    values = compute_metrics(truth, -score, found, window=6, records=records)
    assert list(values) == list(METRICS)
    expected = value_of(metric, truth, found, score)
    if records and metric.series_only:
        expected = np.nan
    np.testing.assert_equal(values[metric.name], expected + 0.0)


@pytest.mark.parametrize("name", ANOMALY_SCORERS)
def test_scorers_by_name_are_those_of_the_entries(name):
    scorer, metric = make_anomaly_scorer(name), BY_NAME[name]
    assert scorer.metric is metric.function
    assert scorer.response == metric.response
    assert scorer.sign == (1 if metric.greater_is_better else -1)
    assert ("window" in scorer.params) == metric.needs_window


def test_the_closest_scorer_is_named():
    with pytest.raises(ValueError, match="Did you mean 'event_f1'?"):
        make_anomaly_scorer("event_f")


def rows_of_table(heading):
    text = GUIDE.read_text(encoding="utf-8")
    table = text[text.index(heading) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def function_named(text):
    (name,) = re.findall("`(.+)`", text)
    return getattr(metrics, name, None) or getattr(sklearn.metrics, name)


def test_the_guide_lists_all_metrics():
    rows = {row[0].strip("`"): row[1:] for row in rows_of_table("| Name | Function")}
    assert list(rows) == list(BY_NAME)
    for name, (function, judges, records, scorer) in rows.items():
        metric = BY_NAME[name]
        if not metric.function.__name__.startswith("_"):
            assert function_named(function) is metric.function
        assert function.startswith("minus") != metric.greater_is_better
        needs = ", with `window`" if metric.needs_window else ""
        assert judges == f"{metric.response}s{needs}"
        assert records == ("no" if metric.series_only else "yes")
        assert scorer == ("yes" if metric.is_scorer else "no")


def test_the_guide_says_what_a_metric_judges():
    rows = rows_of_table("| What you ask | Metric")
    assert rows
    responses = {metric.function: metric.response for metric in all_metrics()}
    responses[metrics.best_f1_threshold] = "score"
    for _, named, judges in rows:
        for name in re.findall("`.+?`", named):
            assert judges == f"{responses[function_named(name)]}s"
