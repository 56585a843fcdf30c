import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from skanomaly import events_to_labels
from skanomaly.metrics import (
    event_f1_score,
    event_precision_score,
    event_recall_score,
    vus_pr_score,
)
from skanomaly.report import Detection, check_truth, read_truth, truth_metrics


@pytest.mark.parametrize(
    "labels",
    [[0, 1, 1], [1, -1, -1], [False, True, True], [0.0, 1.0, 1.0]],
)
def test_all_ways_to_label_are_read(labels):
    assert read_truth(np.array(labels)).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("labels", "came"),
    [
        ([0, 1, 2], "it holds 0, 1, 2."),
        ([0, 1, -1], "it holds 0, 1, -1."),
        (["no", "yes", "no"], "it holds no, yes."),
        ([0.0, 1.0, np.nan], "it holds 0.0, 1.0, nan."),
        ([0.5, 1.0, 0.0], "it holds 0.5, 1.0, 0.0."),
        (list(range(9)), "it holds 0, 1, 2, 3, 4, 5, ..."),
    ],
)
def test_other_values_are_listed(labels, came):
    with pytest.raises(ValueError, match="y must hold 0 and 1 ") as error:
        read_truth(labels, name="y")
    assert came in str(error.value)


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
    found = Detection.from_scores(
        score,
        values=np.zeros((300, 1)),
        offset=-0.8,
        truth=truth,
        n_train=100,
        merge_gap=1,
        min_length=2,
    )
    labels = events_to_labels(found.events, 300)[100:] == -1
    truth = truth[100:]
    metrics = truth_metrics(found)
    assert metrics["event_precision"] == event_precision_score(truth, labels)
    assert metrics["event_recall"] == event_recall_score(truth, labels)
    assert metrics["event_f1"] == event_f1_score(truth, labels)
    assert metrics["sample_precision"] == pytest.approx(precision_score(truth, labels))
    assert metrics["sample_recall"] == pytest.approx(recall_score(truth, labels))
    assert metrics["sample_f1"] == pytest.approx(f1_score(truth, labels))
    assert metrics["vus_pr"] == vus_pr_score(truth, -score[100:], window=125)


def test_metrics_need_a_truth():
    found = Detection.from_scores([-1.0, -3.0], values=[[0], [0]], offset=-2)
    with pytest.raises(ValueError, match="has no truth"):
        truth_metrics(found)
