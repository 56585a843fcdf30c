"""Fast metrics equal slow, obvious ones, and what they say is so."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from skanomaly import metrics
from skanomaly.metrics._nab import PROFILES
from tests import naive
from tests.metrics.common import cases

OF_SCORES = {
    "vus_pr_score": {"window": 4},
    "vus_roc_score": {"window": 4},
    "best_f1_threshold": {},
}
OF_LABELS = [
    "affiliation_f_score",
    "affiliation_precision_score",
    "affiliation_recall_score",
    "detection_delay_score",
    "end_error_score",
    "event_f1_score",
    "event_iou_score",
    "event_precision_score",
    "event_recall_score",
    "nab_score",
    "onset_error_score",
    "point_adjusted_f1_score",
    "range_f_score",
    "range_precision_score",
    "range_recall_score",
]
quiet = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.UndefinedMetricWarning",
    "ignore:point-adjusted F1:UserWarning",
)


def harmonic(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


# Equal to the slow ones.


@quiet
@pytest.mark.parametrize("n_thresholds", [2, 7, 250, None])
def test_volumes(n_thresholds):
    n_cases = 60 if n_thresholds == 250 else 300
    rng = np.random.default_rng(1)
    for truth, _, score in cases(n_cases, longest=30):
        window = int(rng.integers(0, 9))
        params = {"window": window, "n_thresholds": n_thresholds}
        average, area = naive.vus(truth, score, window, n_thresholds)
        found = metrics.vus_pr_score(truth, score, **params)
        assert found == pytest.approx(average, abs=1e-9)
        found = metrics.vus_roc_score(truth, score, **params)
        if truth.all():
            assert np.isnan(found)
        else:
            assert found == pytest.approx(area, abs=1e-9)


@pytest.mark.parametrize("bias", ["flat", "front", "middle", "back"])
@pytest.mark.parametrize(
    ("cardinality", "factor"),
    [
        ("one", lambda n: 1),
        ("reciprocal", lambda n: 1 / n),
        (lambda n: 1 / (1 + 0.1 * n), lambda n: 1 / (1 + 0.1 * n)),
    ],
)
def test_ranges(bias, cardinality, factor):
    for truth, found, _ in cases(1000):
        alpha = len(truth) % 5 / 4
        precision, recall = naive.range_precision_recall(
            truth, found, alpha, bias, factor
        )
        shared = {"bias": bias, "cardinality": cardinality}
        assert metrics.range_precision_score(truth, found, **shared) == pytest.approx(
            precision
        )
        shared["alpha"] = alpha
        assert metrics.range_recall_score(truth, found, **shared) == pytest.approx(
            recall
        )
        score = metrics.range_f_score(truth, found, **shared)
        assert score == pytest.approx(harmonic(precision, recall))


@quiet
def test_events():
    for truth, found, _ in cases(1000):
        n_found, n_missed, n_false = naive.event_counts(truth, found)
        reported = n_found + n_false
        precision = n_found / reported if reported else 0.0
        recall = n_found / (n_found + n_missed)
        assert metrics.event_precision_score(truth, found) == precision
        assert metrics.event_recall_score(truth, found) == recall
        score = metrics.event_f1_score(truth, found)
        assert score == pytest.approx(harmonic(precision, recall))
        delays = naive.detection_delays(truth, found)
        delay = metrics.detection_delay_score(truth, found)
        assert delay == np.mean(delays) if delays else np.isnan(delay)


@quiet
def test_localization():
    for truth, found, _ in cases(1000):
        pairs = naive.matches(truth, found)
        iou = metrics.event_iou_score(truth, found)
        assert iou == pytest.approx(np.mean([one for _, one, _ in pairs]))
        hits = [(true, other) for true, _, other in pairs if other is not None]
        for score, end in (
            (metrics.onset_error_score, 0),
            (metrics.end_error_score, 1),
        ):
            errors = [abs(true[end] - other[end]) for true, other in hits]
            error = score(truth, found)
            assert error == pytest.approx(np.mean(errors)) if hits else np.isnan(error)


@quiet
def test_point_adjustment():
    for truth, found, _ in cases(1000):
        expected = naive.f1(truth, naive.point_adjusted(truth, found))
        assert metrics.point_adjusted_f1_score(truth, found) == pytest.approx(expected)


def test_affiliation():
    for truth, found, _ in cases(700):
        precision, recall = naive.affiliation(truth, found)
        approx = {"abs": 1e-12}
        assert metrics.affiliation_precision_score(truth, found) == pytest.approx(
            precision, **approx
        )
        assert metrics.affiliation_recall_score(truth, found) == pytest.approx(
            recall, **approx
        )
        score = metrics.affiliation_f_score(truth, found)
        assert score == pytest.approx(harmonic(precision, recall))


@quiet
@pytest.mark.parametrize("profile", PROFILES)
def test_numenta(profile):
    for truth, found, _ in cases(700, longest=60):
        score = metrics.nab_score(truth, found, profile=profile)
        probation = int(0.15 * len(truth))
        if not truth[probation:].any():
            assert np.isnan(score)
            continue
        expected = naive.nab(truth, found, weights=PROFILES[profile])
        assert score == pytest.approx(expected)


def test_the_best_threshold():
    for truth, _, score in cases(300):
        best = metrics.best_f1_threshold(truth, score)
        reached = {t: naive.f1(truth, score >= t) for t in np.unique(score)}
        assert best.f1 == pytest.approx(max(reached.values()))
        assert best.f1 == pytest.approx(f1_score(truth, score > best.threshold))
        highest = max(t for t, f1 in reached.items() if f1 == pytest.approx(best.f1))
        for found in (score > best.threshold, score >= best.threshold):
            np.testing.assert_array_equal(found, score >= highest)


# Where there is no buffer, they are scikit-learn's; and more such.


def test_without_a_buffer_exact_volumes_are_areas():
    for truth, _, score in cases(500):
        if truth.all():
            continue
        exact = {"window": 0, "n_thresholds": None}
        # With a single anomalous sample, finding its event and finding it are one.
        alone = np.arange(len(truth)) == np.flatnonzero(truth)[0]
        assert metrics.vus_roc_score(alone, score, **exact) == pytest.approx(
            roc_auc_score(alone, score)
        )
        assert metrics.vus_pr_score(alone, score, **exact) == pytest.approx(
            average_precision_score(alone, score)
        )


def test_a_random_score_reaches_what_is_said():
    rng = np.random.default_rng(0)
    truth = np.zeros(20_000, dtype=bool)
    for start, length in ((2_000, 300), (9_000, 50), (15_000, 700)):
        truth[start : start + length] = True
    expected = metrics.random_point_adjusted_f1(truth)
    scores = rng.random((8, len(truth)))
    reached = []
    for rate in np.geomspace(1e-4, 1, 40):
        adjusted = [naive.point_adjusted(truth, score < rate) for score in scores]
        reached.append(np.mean([naive.f1(truth, one) for one in adjusted]))
    assert max(reached) == pytest.approx(expected, abs=0.02)
    with pytest.warns(UserWarning, match=rf"a random score reaches {expected:.3f}"):
        metrics.point_adjusted_f1_score(truth, truth)


# What is taken, and what is not.


def judge(name, truth, found):
    return getattr(metrics, name)(truth, found, **OF_SCORES.get(name, {}))


@quiet
@pytest.mark.parametrize("name", [*OF_SCORES, *OF_LABELS])
def test_truth_of_all_kinds(name):
    truth = np.array([0, 0, 1, 1, 0, 0, 0, 1, 0, 0])
    other = np.array([0, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    expected = judge(name, truth, other)
    kinds = [truth.astype(bool), np.where(truth, -1, 1), truth.astype(float)]
    for kind in [*kinds, truth.tolist(), truth[:, None]]:
        assert judge(name, kind, other) == expected
    if name in OF_LABELS:
        assert judge(name, truth, np.where(other, -1, 1)) == expected
    else:
        assert judge(name, truth, other * 3.0 - 7) == pytest.approx(
            expected
            if name != "best_f1_threshold"
            else (expected.threshold * 3.0 - 7, expected.f1)
        )


@pytest.mark.parametrize("name", [*OF_SCORES, *OF_LABELS])
@pytest.mark.parametrize("truth", [[0, 0, 0], [1, 1, 1], [1], [False, False]])
def test_truth_without_an_anomaly(name, truth):
    with pytest.warns(UndefinedMetricWarning, match=f"{name} is not defined because"):
        assert np.isnan(judge(name, truth, np.arange(len(truth)) > 0)).all()


@quiet
@pytest.mark.parametrize("name", [*OF_SCORES, *OF_LABELS])
@pytest.mark.parametrize("n_samples", [1, 2, 5])
def test_truth_that_is_all_anomalous(name, n_samples):
    value = judge(name, -np.ones(n_samples, dtype=int), np.ones(n_samples, dtype=bool))
    expected = {
        "vus_roc_score": np.nan,
        "best_f1_threshold": (1.0, 1.0),
        "detection_delay_score": 0.0,
        "onset_error_score": 0.0,
        "end_error_score": 0.0,
        "nab_score": 100.0,
    }
    assert value == pytest.approx(expected.get(name, 1.0), nan_ok=True)


@quiet
@pytest.mark.parametrize("name", OF_LABELS)
def test_nothing_predicted(name):
    value = judge(name, [0, 0, 0, 0, 1, 1, 0], np.ones(7, dtype=int))
    distances = ("detection_delay_score", "onset_error_score", "end_error_score")
    assert np.isnan(value) if name in distances else value == 0


@pytest.mark.parametrize("name", [*OF_SCORES, *OF_LABELS])
@pytest.mark.parametrize(
    ("truth", "found", "message"),
    [
        ([0, 1], [0, 1, 1], "y_true has 2 samples and y_(score|pred) has 3"),
        ([0, 2], [0, 1], "y_true must hold 0 and 1 .* it holds 0, 2"),
        ([0.5, 1], [0, 1], "y_true must hold 0 and 1 .* it holds 0.5, 1"),
        ([0, np.nan], [0, 1], "y_true must hold 0 and 1 .* it holds 0.0, nan"),
        ([0, 1], [0, np.nan], "y_score contains NaN|y_pred must hold .* nan"),
        ([[0, 1], [1, 1]], [0, 1], r"y_true must be one value per sample.*\(2, 2\)"),
        ([], [], "y_true must be one value per sample"),
        (["no", "yes"], [0, 1], "y_true must hold 0 and 1 .* it holds no, yes"),
    ],
)
def test_other_input_is_refused(name, truth, found, message):
    with pytest.raises(ValueError, match=message):
        judge(name, truth, found)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("vus_pr_score", {"window": -1}),
        ("vus_pr_score", {"window": 2.5}),
        ("vus_roc_score", {"window": 2, "n_thresholds": 1}),
        ("range_f_score", {"alpha": 1.5}),
        ("range_f_score", {"beta": 0}),
        ("range_recall_score", {"bias": "center"}),
        ("range_precision_score", {"cardinality": "two"}),
        ("nab_score", {"profile": "low"}),
    ],
)
def test_parameters_out_of_range_are_refused(name, params):
    parameter = list(params)[-1]
    with pytest.raises(ValueError, match=f"{parameter} must be"):
        getattr(metrics, name)([0, 1], [0, 1], **params)


# Equal to the published ones; benchmarks/metrics.py wrote what those say.

PUBLISHED = json.loads((Path(__file__).parent / "published.json").read_text())


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_implementations(case):
    truth, found, score = case["y_true"], case["y_pred"], case["y_score"]
    approx = {"abs": 1e-6}
    volumes = metrics.vus_pr_score, metrics.vus_roc_score
    ours = [volume(truth, score, window=case["window"]) for volume in volumes]
    assert ours == pytest.approx(case["vus"], **approx)
    for options, theirs in case["range"].items():
        bias, cardinality = options.split(", ")
        shared = {"bias": bias, "cardinality": cardinality}
        ours = [
            metrics.range_precision_score(truth, found, **shared),
            metrics.range_recall_score(truth, found, alpha=0.2, **shared),
        ]
        assert ours == pytest.approx(theirs, **approx)
    ours = [
        metrics.affiliation_precision_score(truth, found),
        metrics.affiliation_recall_score(truth, found),
    ]
    assert ours == pytest.approx(case["affiliation"], **approx)


def test_window_of_vus_follows_the_first_channel():
    time = np.arange(3000)
    assert metrics.vus_window(np.sin(2 * np.pi * time / 40)[:, np.newaxis]) == 40
    assert metrics.vus_window(np.ones((100, 1))) == 125
    assert metrics.vus_window(np.random.default_rng(0).normal(size=(10, 1))) in range(
        3, 126
    )
    both = np.column_stack([np.sin(time), time % 7])
    assert metrics.vus_window(both) == metrics.vus_window(both[:, 0])
