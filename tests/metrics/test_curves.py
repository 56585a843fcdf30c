"""Curves and counts behind the metrics."""

import warnings

import numpy as np
import pytest

from skanomaly.metrics import (
    EventCounts,
    event_precision_score,
    event_recall_score,
    label_scorer,
    make_anomaly_scorer,
    range_curves,
    threshold_curve,
    vus_pr_score,
    vus_roc_score,
)
from tests.metrics.common import cases


def test_volumes_are_mean_areas_of_the_curves():
    for truth, _, score in cases(40):
        if truth.all():
            continue
        curves = list(range_curves(truth, score, window=5, n_thresholds=None))
        assert len(curves) == 6
        for volume, areas in (
            (vus_pr_score, [curve.average_precision() for curve in curves]),
            (vus_roc_score, [curve.roc_area() for curve in curves]),
        ):
            value = volume(truth, score, window=5, n_thresholds=None)
            assert value == pytest.approx(np.mean(areas))


@pytest.mark.parametrize(
    ("truth", "score", "params", "message"),
    [
        ([0, 0], [1, 2], {"window": 2}, "y_true has no anomaly"),
        ([0, 1], [1, np.nan], {"window": 2}, "y_score contains NaN"),
        ([0, 1], [1, 2, 3], {"window": 2}, "y_true has 2 samples and y_score has 3"),
        ([0, 1], [1, 2], {"window": -1}, "window must be"),
    ],
)
def test_curves_that_do_not_exist_are_refused_at_once(truth, score, params, message):
    with pytest.raises(ValueError, match=message):
        range_curves(truth, score, **params)


def test_counts_are_what_precision_and_recall_are_made_of():
    for truth, found, _ in cases(60):
        hit, missed, false = EventCounts.of(truth, np.where(found, -1, 1))
        assert event_recall_score(truth, found) == hit / (hit + missed)
        assert event_precision_score(truth, found) == hit / max(1, hit + false)


@pytest.mark.parametrize("scoring", ["event_f1", "range_f", "neg_detection_delay"])
def test_each_value_is_the_metric_of_what_lies_below_the_offset(scoring):
    for truth, _, score in cases(20):
        curve = threshold_curve(truth, -score, scoring=scoring, offsets=7)
        assert (np.diff(curve.offsets) > 0).all()
        scorer = make_anomaly_scorer(scoring)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = [scorer.of_labels(truth, -score < one) for one in curve.offsets]
        np.testing.assert_array_equal(curve.values, expected)
        if np.isnan(curve.values).all():
            with pytest.raises(ValueError, match="not defined at any threshold"):
                curve.best()
            continue
        offset, value = curve.best()
        assert value == np.nanmax(curve.values)
        assert value == curve.values[curve.offsets == offset]


def test_offsets_of_ones_own_are_taken_in_order():
    curve = threshold_curve([0, 1, 0], [-1, -5, -2], offsets=[0.0, -9.0, -3.0])
    assert curve.offsets.tolist() == [-9.0, -3.0, 0.0]
    assert curve.values.tolist() == [0.0, 1.0, 1.0]
    more = threshold_curve(
        [0, 1, 0], [-1, -5, -2], offsets=curve.offsets, include=[-9.0, -1.5]
    )
    assert more.offsets.tolist() == [-9.0, -3.0, -1.5, 0.0]


def test_a_metric_of_scores_has_no_threshold():
    with pytest.raises(ValueError, match="'vus_pr' evaluates scores.*'event_f1'"):
        label_scorer("vus_pr")
    with pytest.raises(ValueError, match="scores, which do not depend on a threshold"):
        threshold_curve([0, 1], [-1, -2], scoring="roc_auc")
    with pytest.raises(ValueError, match="scores contains NaN"):
        threshold_curve([0, 1], [-1, np.nan])
