from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from skanomaly import Detection, EventRule, events_to_labels
from skanomaly.detection import TimeSeries, check_truth, judge
from skanomaly.metrics import (
    event_f1_score,
    event_precision_score,
    event_recall_score,
    vus_pr_score,
)


def test_truth_must_be_one_a_sample_and_hold_something_to_find():
    with pytest.raises(ValueError, match="y holds 3 labels for 4 samples"):
        check_truth([0, 1, 0], 4, name="y")
    with pytest.raises(ValueError, match=r"no anomaly \(0 in all\)"):
        check_truth([0, 0, 0], 3)
    with pytest.raises(ValueError, match=r"from sample 2 on, where.*\(1 in all\)"):
        check_truth([0, 1, 0], 3, first=2)


@pytest.mark.parametrize("seed", range(5))
def test_metrics_are_those_of_the_judged_part(seed):
    rng = np.random.default_rng(seed)
    score, truth = -rng.random(300), rng.random(300) < 0.2
    found = Detection(
        series=TimeSeries(np.zeros((300, 1)), truth=truth, n_train=100),
        scores=score,
        offset=-0.8,
        rule=EventRule(merge_gap=1, min_length=2),
    )
    labels = events_to_labels(found.events, 300)[100:] == -1
    truth = truth[100:]
    metrics = judge(found)
    assert metrics["event_precision"] == event_precision_score(truth, labels)
    assert metrics["event_recall"] == event_recall_score(truth, labels)
    assert metrics["event_f1"] == event_f1_score(truth, labels)
    assert metrics["sample_precision"] == pytest.approx(precision_score(truth, labels))
    assert metrics["sample_recall"] == pytest.approx(recall_score(truth, labels))
    assert metrics["sample_f1"] == pytest.approx(f1_score(truth, labels))
    assert metrics["vus_pr"] == vus_pr_score(truth, -score[100:], window=125)


def test_metrics_need_a_truth():
    found = Detection(series=TimeSeries([0, 0]), scores=[-1.0, -3.0], offset=-2)
    with pytest.raises(ValueError, match="has no truth"):
        judge(found)


def test_what_has_nothing_to_be_found_is_not_judged():
    series = TimeSeries(np.zeros(4), truth=[1, 0, 0, 0], n_train=2)
    found = Detection(series=series, scores=[-3.0, -1, -3, -1], offset=-2)
    with pytest.raises(ValueError, match=r"from sample 2 on, where.*\(1 in all\)"):
        judge(found)
    everywhere = replace(found, rule=EventRule(in_training=True))
    assert judge(everywhere)["event_recall"] == 1


def test_events_are_judged_where_a_score_is_missing(tmp_path):
    truth = np.zeros(40, dtype=int)
    truth[10:13] = 1
    scores = np.where(truth, -9.0, -1.0)
    scores[20] = np.nan
    series = TimeSeries(np.zeros(40), truth=truth)
    found = Detection(series=series, scores=scores, offset=-2.0)
    assert found.n_unscored == 1
    metrics = judge(found)
    assert metrics["event_f1"] == metrics["sample_f1"] == 1
    assert np.isnan(metrics["vus_pr"])
    assert (tmp_path / "report.html") in found.write(tmp_path)
