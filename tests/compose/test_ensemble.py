"""Ensembles against the formula, member by member and row by row."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from joblib import Memory
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skanomaly import (
    EnsembleDetector,
    NearestWindowDetector,
    PCADetector,
    Shingler,
    SigmaThreshold,
    detect,
    make_detector,
    resolve_threshold,
)
from skanomaly.detection import ask
from tests.detectors.common import WINDOW, records, rows_of, wave

CHANNELS = 2
LEVEL, SIZE = 5000.0, 300.0


class CountedForest(IsolationForest):
    """Does not separate channels, and counts what it does."""

    fits = 0
    scorings = 0

    def fit(self, X, y=None):
        CountedForest.fits += 1
        self.seen_ = X
        return super().fit(X)

    def score_samples(self, X):
        CountedForest.scorings += 1
        return super().score_samples(X)


class Failing(PCADetector):
    """Fails in training."""

    def fit(self, X, y=None):
        raise ValueError("too few moons")


FOREST = CountedForest(n_estimators=5, random_state=0)
OF_ROWS = [
    ("pca", PCADetector(n_components=2, random_state=0)),
    ("nearest", NearestWindowDetector()),
    ("forest", FOREST),
]


def of_series():
    """Members with windows of their own; the last one joins the channels."""
    apart = {"channel_model": "separate", "validation_split": 0}
    pca = PCADetector(n_components=2, random_state=0, **apart)
    shingler = Shingler(12, align="center", pad="period", flatten=False)
    nearest = make_pipeline(Shingler(6, flatten=False), NearestWindowDetector(**apart))
    return [
        ("pca", make_pipeline(shingler, pca)),
        ("nearest", nearest),
        ("forest", make_pipeline(Shingler(8), clone(FOREST))),
    ]


@parametrize_with_checks(
    [
        EnsembleDetector([("pca", PCADetector()), OF_ROWS[1]], threshold="sigma:3"),
        EnsembleDetector([*OF_ROWS[1:], ("out", "drop")], weights=[1, 2, 0], power=1),
    ]
)
def test_it_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


# The formula.


def naive_level(error, training):
    middle, high = np.median(training), np.quantile(training, 0.99)
    spread = max(high - middle, np.log(100) / len(training))
    return np.log2(1 + max(0.0, error - middle) / spread)


def naive_total(members, training, row, *, power, weights):
    """Power mean over members and channels, for one row of each assessment."""
    n_channels = max(one.shape[1] for one in training)
    total = 0.0
    for apart, known, weight in zip(members, training, weights, strict=True):
        for c in range(n_channels):
            column = min(c, apart.shape[1] - 1)
            level = naive_level(apart[row, column], known[:, column])
            total += weight * level**power / sum(weights) / n_channels
    return total ** (1 / power)


def naive_errors(ensemble, X, training, *, power, weights):
    """Errors of X, by asking each member by itself."""
    known, new = (
        [ask(one, rows).apart for one in ensemble.estimators_] for rows in (training, X)
    )
    params = {"power": power, "weights": weights}
    before = [naive_total(known, known, i, **params) for i in range(len(training))]
    usual = np.quantile(before, 0.99)
    totals = [naive_total(new, known, i, **params) for i in range(len(X))]
    return np.array(totals) / usual


@pytest.mark.parametrize("power", [1, 4.0, 30])
@pytest.mark.parametrize("weights", [None, [3, 1, 0.5], [0, 1, 0]])
def test_scores_are_those_of_the_formula(power, weights):
    series, new = wave(120, CHANNELS, noise=0.3), wave(60, CHANNELS, noise=0.3, seed=1)
    new[30] += 4
    ensemble = EnsembleDetector(of_series(), power=power, weights=weights).fit(series)
    for X in (series, new):
        expected = naive_errors(
            ensemble, X, series, power=power, weights=weights or [1, 1, 1]
        )
        np.testing.assert_allclose(-ensemble.score_samples(X), expected, rtol=1e-6)


def test_the_order_of_members_does_not_matter():
    """A member that joins the channels counts alike before and after the others."""
    X, new = wave(150, CHANNELS, noise=0.3), wave(60, CHANNELS, noise=0.3, seed=1)
    members = of_series()
    first, *others = (
        ask(EnsembleDetector(order).fit(X), new)
        for order in (members, members[::-1], [members[i] for i in (1, 2, 0)])
    )
    for other in others:
        for kind in ("errors", "apart", "expected", "own_errors"):
            expected = getattr(first, kind)
            np.testing.assert_allclose(getattr(other, kind), expected, rtol=1e-9)


def test_members_on_rows_are_those_of_the_formula():
    X, new = records(60), records(30, seed=2)
    ensemble = EnsembleDetector(OF_ROWS).fit(X)
    expected = naive_errors(ensemble, new, X, power=4, weights=[1, 1, 1])
    np.testing.assert_allclose(-ensemble.score_samples(new), expected, rtol=1e-6)
    assert ensemble.score_channels(new).shape == (30, 1)


@pytest.fixture(scope="module")
def fitted():
    return EnsembleDetector(of_series(), threshold="sigma:4").fit(
        wave(300, CHANNELS, noise=0.3)
    )


def test_one_in_a_hundred_training_rows_is_beyond_one(fitted):
    scores = fitted.score_samples(wave(300, CHANNELS, noise=0.3))
    assert np.quantile(-scores, 0.99) == pytest.approx(1, rel=1e-6)
    assert (scores <= 0).all()


def test_signs_and_shapes(fitted):
    X = wave(80, CHANNELS, noise=0.3, seed=1)
    X[40] += 5
    scores, channels = fitted.score_samples(X), fitted.score_channels(X)
    assert scores.shape == (80,)
    assert channels.shape == (80, CHANNELS)
    assert (channels >= 0).all()
    np.testing.assert_allclose(channels.sum(axis=1), -scores, rtol=1e-12)
    np.testing.assert_allclose(fitted.decision_function(X), scores - fitted.offset_)
    labels = fitted.predict(X)
    np.testing.assert_array_equal(labels, np.where(scores < fitted.offset_, -1, 1))
    assert set(labels) == {-1, 1}
    assert abs(scores.argmin() - 40) <= 4


def test_the_channel_to_blame_has_the_larger_error(fitted):
    for c in range(CHANNELS):
        X = wave(80, CHANNELS, noise=0.3, seed=1)
        X[40, c] += 5
        worst = fitted.score_samples(X).argmin()
        assert fitted.score_channels(X)[worst].argmax() == c


def test_errors_of_channels_apart_are_those_of_an_ensemble_of_each(fitted):
    """Without the member that joins the channels."""
    X, new = wave(150, CHANNELS, noise=0.3), wave(60, CHANNELS, noise=0.3, seed=1)
    members = of_series()[:2]
    both = EnsembleDetector(members).fit(X)
    apart = both.assess(new).apart
    for c in range(CHANNELS):
        one = EnsembleDetector(members).fit(X[:, [c]])
        expected = -one.score_samples(new[:, [c]])
        ratio = apart[:, c] / np.where(expected > 0, expected, 1)
        np.testing.assert_allclose(ratio[expected > 0], ratio[expected > 0][0], 1e-6)
        assert (apart[expected == 0, c] == 0).all()


def test_equal_channels_have_the_error_of_one_and_equal_parts():
    X, new = wave(150, noise=0.3), wave(60, noise=0.3, seed=1)
    members = of_series()[:2]
    one = EnsembleDetector(members).fit(X)
    twice = EnsembleDetector(members).fit(np.hstack([X, X]))
    found = twice.assess(np.hstack([new, new]))
    scores = one.score_samples(new)
    np.testing.assert_allclose(found.scores, scores, rtol=1e-6, atol=1e-12)
    for errors, part in ((found.apart, 1), (found.errors, 2)):
        expected = np.column_stack([-scores, -scores]) / part
        np.testing.assert_allclose(errors, expected, rtol=1e-6, atol=1e-12)


def test_a_certain_member_outweighs_those_that_see_nothing():
    X = records(200, 4)
    odd = X[:1] + np.array([[0, 0, 0, 40.0]])

    def score(**params):
        members = [
            ("nearest", NearestWindowDetector()),
            ("blind", make_pipeline(FunctionTransformer(first_two), PCADetector())),
            ("blind_too", make_pipeline(FunctionTransformer(first_two), FOREST)),
        ]
        return EnsembleDetector(members, **params).fit(X).score_samples(odd)[0]

    assert score(power=1) > score(power=4) > score(power=50)
    assert score(weights=[1, 0, 0]) < score() < score(weights=[0, 1, 1])


def first_two(X):
    return X[:, :2]


@pytest.mark.parametrize("power", [50, 100])
def test_a_large_power_is_close_to_the_maximum(power):
    X = records(100)
    odd = 10 * records(20, seed=2)
    ensemble = EnsembleDetector(OF_ROWS[:2], power=power).fit(X)
    levels = []
    for member in ensemble.estimators_:
        known, new = (ask(member, rows).apart[:, 0] for rows in (X, odd))
        levels.append([[naive_level(e, known) for e in one] for one in (known, new)])
    usual = np.quantile(np.max([known for known, _ in levels], axis=0), 0.99)
    expected = np.max([new for _, new in levels], axis=0) / usual
    np.testing.assert_allclose(-ensemble.score_samples(odd), expected, rtol=0.05)


def test_values_beyond_the_range_of_members_are_finite_and_abnormal():
    X = records(100)
    ensemble = EnsembleDetector([OF_ROWS[0], OF_ROWS[2]]).fit(X)
    far = X[:5] * 1e30
    scores = ensemble.score_samples(far)
    assert np.isfinite(scores).all()
    assert (scores < ensemble.score_samples(X).min()).all()


# Members.


def test_members_are_clones_by_their_names():
    members = of_series()
    ensemble = EnsembleDetector(members).fit(wave(100, CHANNELS))
    assert list(ensemble.named_estimators_) == ["pca", "nearest", "forest"]
    for (name, given), fitted in zip(members, ensemble.estimators_, strict=True):
        assert ensemble.named_estimators_[name] is fitted
        assert fitted is not given
        assert not hasattr(given[-1], "n_features_in_")


def test_a_dropped_member_is_as_if_it_was_not_there():
    X, new = records(60), records(30, seed=2)
    without = [OF_ROWS[0], OF_ROWS[2]]
    plain = EnsembleDetector(without, weights=[1, 3]).fit(X)
    dropped = EnsembleDetector(OF_ROWS, weights=[1, 9, 3]).set_params(nearest="drop")
    dropped.fit(X)
    assert list(dropped.named_estimators_) == ["pca", "forest"]
    np.testing.assert_allclose(dropped.score_samples(new), plain.score_samples(new))
    assert dropped.offset_ == pytest.approx(plain.offset_)


def test_a_fitted_ensemble_scores_after_its_parameters_are_changed():
    X = records(60)
    ensemble = EnsembleDetector(OF_ROWS).fit(X)
    before = ensemble.score_samples(X)
    ensemble.set_params(nearest="drop")
    np.testing.assert_array_equal(ensemble.score_samples(X), before)


def test_parameters_of_members():
    ensemble = EnsembleDetector(list(OF_ROWS), threshold=SigmaThreshold(k=5))
    params = ensemble.get_params()
    assert params["pca"] is OF_ROWS[0][1]
    assert params["pca__n_components"] == 2
    assert params["threshold__k"] == 5
    assert "pca" not in ensemble.get_params(deep=False)
    changed = clone(ensemble).set_params(pca__n_components=3, threshold__k=2, power=2)
    changed.fit(records(60))
    assert changed.named_estimators_["pca"].pca_.n_components_ == 3
    assert changed.threshold.k == 2
    assert ensemble.get_params()["pca__n_components"] == 2
    changed.set_params(forest=PCADetector(n_components=1))
    assert isinstance(dict(changed.estimators)["forest"], PCADetector)
    assert isinstance(dict(ensemble.estimators)["forest"], IsolationForest)
    with pytest.raises(ValueError, match="Invalid parameter 'lof'"):
        changed.set_params(lof=PCADetector())


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"estimators": []}, "no member to fit"),
        ({"estimators": [("pca", "drop")]}, "no member to fit"),
        ({"estimators": [OF_ROWS[0], OF_ROWS[0]]}, "not unique.*pca"),
        ({"estimators": [("power", PCADetector())]}, "conflict.*power"),
        ({"estimators": [("a__b", PCADetector())]}, "must not contain __"),
        ({"estimators": None}, "estimators"),
        ({"estimators": [PCADetector()]}, r"item PCADetector\(\).*pair of a name"),
        ({"estimators": [("pca", None)]}, r"item \('pca', None\).*pair of a name"),
        ({"estimators": [(1, PCADetector())]}, "pair of a name"),
        ({"weights": [1, 2]}, "weights must be 3 numbers.*\\[1, 2\\]"),
        ({"weights": [1, 2, -1]}, "weights must be 3 numbers"),
        ({"weights": [1, 2, np.nan]}, "weights must be 3 numbers"),
        ({"weights": [0, 0, 0]}, "weights are 0 for all"),
        ({"power": 0.5}, "power"),
        ({"threshold": "sgma:3"}, "threshold.*sgma"),
        ({"threshold": None}, "threshold"),
        ({"validation_split": 1.0}, "validation_split"),
    ],
)
def test_bad_parameters_are_refused_in_fit(params, message):
    ensemble = EnsembleDetector(**{"estimators": OF_ROWS, **params})
    with pytest.raises(ValueError, match=message):
        ensemble.fit(records())


def test_weights_of_dropped_members_do_not_count():
    members = [*OF_ROWS[:2], ("out", "drop")]
    with pytest.raises(ValueError, match="weights are 0 for all"):
        EnsembleDetector(members, weights=[0, 0, 1]).fit(records())


def test_a_member_that_fails_is_named():
    members = [OF_ROWS[0], ("odd_one", Failing())]
    ensemble = EnsembleDetector(OF_ROWS).fit(records())
    ensemble.set_params(estimators=members)
    with pytest.raises(ValueError, match="'odd_one' failed: too few moo"):
        ensemble.fit(records())
    # A failed fit leaves no fitted ensemble.
    assert not hasattr(ensemble, "offset_")
    with pytest.raises(Exception, match="not fitted"):
        ensemble.predict(records())


def test_members_with_other_channels_are_refused():
    members = [
        ("three", PCADetector(n_channels=3)),
        ("two", PCADetector(n_channels=2)),
    ]
    with pytest.raises(ValueError, match="'two' has errors of 2 channels.* 3"):
        EnsembleDetector(members).fit(records())


def every_other(X):
    return X[::2]


def test_members_with_other_rows_are_refused():
    half = make_pipeline(FunctionTransformer(every_other), PCADetector())
    with pytest.raises(ValueError, match="'half' has scores for 20 of 40 rows"):
        EnsembleDetector([("half", half)]).fit(records())


def test_a_member_without_scores_is_refused_with_advice():
    with pytest.raises(ValueError, match="StandardScaler has no score_samples"):
        EnsembleDetector([("scaler", StandardScaler())]).fit(records())


# Held-out rows.


def test_held_out_rows_do_not_influence_members():
    series, new = wave(1200, CHANNELS, noise=0.3), wave(60, CHANNELS, seed=1)
    before = EnsembleDetector(of_series()).fit(series)
    changed = series.copy()
    changed[1080:] = 50
    after = EnsembleDetector(of_series()).fit(changed)
    # Not the rows that share samples with training rows.
    assert before.n_held_out_ == 120 - 12
    for name, member in before.named_estimators_.items():
        other = after.named_estimators_[name]
        np.testing.assert_array_equal(
            member.score_samples(new), other.score_samples(new)
        )
    plain = clone(of_series()[0][1]).fit(series[:1080])
    np.testing.assert_array_equal(
        before.named_estimators_["pca"].score_samples(new), plain.score_samples(new)
    )


@pytest.mark.parametrize("rule", ["quantile:0.1", "sigma:2", "max:0.1", -0.5])
@pytest.mark.parametrize("split", [0, 0.1, 0.3])
def test_the_offset_is_what_the_rule_learns_from_held_out_rows(rule, split):
    X = records(200)
    ensemble = EnsembleDetector(OF_ROWS, threshold=rule, validation_split=split).fit(X)
    assert ensemble.n_held_out_ == round(200 * split)
    scores = ensemble.score_samples(X)[-round(200 * split) :]  # -0: all
    expected = resolve_threshold(rule).fit(scores).offset_
    assert ensemble.offset_ == pytest.approx(expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("windows", ["2 periods", (200,)])
def test_a_quiet_end_of_the_training_part_is_no_threshold(seed, windows):
    """A few windows may all be below the median, where levels are 0."""
    X = np.random.default_rng(seed).normal(size=(4000, 1))
    pipeline = make_detector("ensemble", members="pca", windows=windows).fit(X[:2000])
    assert pipeline[-1].n_held_out_ == 0
    assert pipeline[-1].offset_ <= -1
    assert (pipeline.predict(X[:2000]) == -1).mean() <= 0.01
    assert (pipeline.predict(X[2000:]) == -1).mean() < 0.1


def test_padding_at_the_ends_does_not_set_the_threshold():
    X = 10 + wave(1000, noise=0.3)
    pipeline = make_detector("ensemble", online=True, threshold="max:0", random_state=0)
    scores = pipeline.fit(X).score_samples(X)
    assert pipeline[-1].n_held_out_ == 0
    assert pipeline[-1].offset_ == pytest.approx(scores[127:].min())
    assert pipeline[-1].offset_ > scores[:127].min()


@pytest.mark.parametrize("n", [450, 900])
def test_rows_without_padding_set_the_threshold(n):
    """Half of a window around the first and the last sample is padding."""
    X = 10 + wave(n, noise=0.3)
    X[:5] += 5  # in the padded windows alone
    pipeline = make_detector(
        "ensemble", members="pca", windows=(101,), threshold="max:0", random_state=0
    )
    scores = pipeline.fit(X).score_samples(X)
    assert pipeline[-1].offset_ == pytest.approx(scores[100:-100].min())
    assert pipeline[-1].offset_ > scores[:100].min()


@pytest.mark.parametrize("length", [30, 120])
def test_an_anomaly_in_training_does_not_hide_the_next_one(length):
    X = 10 + wave(6000, noise=0.3)
    rng = np.random.default_rng(1)
    for start in (1500, 4500):
        X[start : start + length] += 3 * rng.normal(size=(length, 1))
    pipeline = make_detector("ensemble", random_state=0).fit(X[:3000])
    found = detect(pipeline, X, n_train=3000, threshold="fit").events
    assert any(one.start < 4500 + length and one.stop > 4500 for one in found)


def test_windows_across_the_held_out_rows_are_neither():
    X = rows_of(wave(200, noise=0.3))
    ensemble = EnsembleDetector(OF_ROWS, threshold="max:0").fit(X)
    n = ensemble.n_held_out_
    assert n == round(0.1 * len(X))
    assert ensemble.offset_ == pytest.approx(ensemble.score_samples(X)[-n:].min())
    seen = ensemble.named_estimators_["forest"].seen_
    np.testing.assert_array_equal(seen, X[: len(X) - n - (WINDOW - 1)])


def test_few_rows_are_not_held_out():
    assert EnsembleDetector(OF_ROWS).fit(records(40)).n_held_out_ == 0


# Copies.


def kept(folder):
    return len(list(folder.rglob("output.pkl")))


def test_what_is_remembered_is_what_was_learned(tmp_path):
    series, new = wave(100, CHANNELS, noise=0.3), wave(60, CHANNELS, seed=1)
    plain = EnsembleDetector(of_series()).fit(series)
    expected = plain.assess(new)
    CountedForest.fits = CountedForest.scorings = 0
    for memory in (tmp_path, str(tmp_path), Memory(str(tmp_path), verbose=0)):
        ensemble = EnsembleDetector(of_series(), memory=memory).fit(series.copy())
        assert ensemble.offset_ == plain.offset_
        assert ensemble.n_held_out_ == plain.n_held_out_
        found = ensemble.assess(new.copy())
        np.testing.assert_array_equal(found.errors, expected.errors)
        np.testing.assert_array_equal(found.expected, expected.expected)
    assert (CountedForest.fits, CountedForest.scorings) == (1, 2)
    assert kept(tmp_path) == 2
    unseen = wave(60, CHANNELS, seed=2)
    np.testing.assert_array_equal(
        ensemble.score_samples(unseen), plain.score_samples(unseen)
    )
    # Another threshold is learned from the errors that are known.
    other = EnsembleDetector(of_series(), memory=tmp_path, threshold="max").fit(series)
    assert CountedForest.fits == 1
    assert other.offset_ != plain.offset_


@pytest.mark.parametrize(
    "change",
    [{"weights": [1, 2, 3]}, {"power": 2}, {"pca__pcadetector__n_components": 1}],
    ids=str,
)
def test_other_parameters_are_fitted_anew(change, tmp_path):
    series = wave(100, CHANNELS, noise=0.3)
    EnsembleDetector(of_series(), memory=tmp_path).fit(series).score_samples(series)
    ensemble = EnsembleDetector(of_series(), memory=tmp_path).set_params(**change)
    plain = clone(ensemble).set_params(memory=None).fit(series)
    np.testing.assert_array_equal(
        ensemble.fit(series).score_samples(series), plain.score_samples(series)
    )


def test_a_stored_ensemble_gives_identical_scores(fitted):
    X = wave(60, CHANNELS, seed=1)
    stored = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(stored.score_channels(X), fitted.score_channels(X))
    np.testing.assert_array_equal(stored.predict(X), fitted.predict(X))


def test_a_clone_fits_to_identical_scores(fitted):
    X = wave(300, CHANNELS, noise=0.3)
    other = clone(fitted)
    assert not hasattr(other, "offset_")
    np.testing.assert_array_equal(
        other.fit(X).score_samples(X), fitted.score_samples(X)
    )
    threads = clone(fitted).set_params(n_jobs=2).fit(X)
    np.testing.assert_array_equal(threads.score_samples(X), fitted.score_samples(X))


def test_names_of_columns():
    frame = pd.DataFrame(records(60, 3), columns=["a", "b", "c"])
    ensemble = EnsembleDetector(OF_ROWS).fit(frame)
    assert list(ensemble.feature_names_in_) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        ensemble.predict(frame[["c", "b", "a"]])


def test_three_dimensions_reach_the_members():
    cube = rows_of(wave(100, CHANNELS)).reshape(-1, WINDOW, CHANNELS)
    ensemble = EnsembleDetector(OF_ROWS[:2]).fit(cube)
    assert ensemble.score_channels(cube).shape == (len(cube), CHANNELS)
    np.testing.assert_allclose(
        ensemble.score_samples(cube.copy()), ensemble.score_samples(cube), rtol=1e-5
    )


# Expected values.


def test_expected_values_are_the_median_of_those_of_the_longest_windows():
    X, new = wave(150, CHANNELS, noise=0.3), wave(80, CHANNELS, noise=0.3, seed=1)
    detectors = [PCADetector(n_components=n) for n in (1, 2, 5)]
    longest = [
        (str(one), make_pipeline(Shingler(20, flatten=False), one)) for one in detectors
    ]
    ensemble = EnsembleDetector([*of_series(), *longest]).fit(X)
    found = ask(ensemble, new)
    # Those with the longest windows know most of what surrounds a sample.
    members = [ask(one, new) for one in ensemble.estimators_[-3:]]
    expected = np.median([one.expected for one in members], axis=0)
    np.testing.assert_allclose(found.expected, expected)
    np.testing.assert_allclose(found.expected + found.residuals, new, rtol=1e-5)
    known = [ask(one, X).own_errors for one in ensemble.estimators_[-3:]]
    own = [
        one.own_errors / np.quantile(before, 0.99, axis=0)
        for one, before in zip(members, known, strict=True)
    ]
    expected = np.mean(own, axis=0) / CHANNELS
    np.testing.assert_allclose(found.own_errors, expected, rtol=1e-6)


def test_members_that_expect_nothing_lead_to_no_expected_values():
    ensemble = EnsembleDetector(of_series()[2:]).fit(wave(80, CHANNELS))
    found = ask(ensemble, wave(80, CHANNELS))
    assert found.expected is found.residuals is found.own_errors is None


def test_members_on_windows_expect_the_sample_of_their_row():
    X = LEVEL + SIZE * wave(150, CHANNELS)
    members = [
        ("pca", PCADetector(validation_split=0)),
        ("nearest", NearestWindowDetector(validation_split=0)),
    ]
    pipeline = make_pipeline(
        StandardScaler(),
        Shingler(12, align="center", flatten=False),
        EnsembleDetector(members),
    ).fit(X)
    found = detect(pipeline, X)
    assert found.expected is not None
    assert np.abs(found.expected - X)[12:-12].mean() < 0.3 * SIZE


# The recommended ensemble.

QUICK = {"members": ("pca", "nearest_window"), "windows": (8, 16)}


def test_members_of_the_recipe_have_their_windows():
    ensemble = make_detector(
        "ensemble",
        members=("pca", "kernel_features"),
        windows=(8, "2 periods"),
        power=2,
        threshold="max",
        random_state=3,
        memory="folder",
    )[-1]
    assert [name for name, _ in ensemble.estimators] == [
        "pca_8",
        "pca_2_periods",
        "kernel_features_64",
    ]
    assert (ensemble.power, ensemble.threshold, ensemble.memory) == (2, "max", "folder")
    seeds = {one[-1].random_state for _, one in ensemble.estimators}
    assert seeds == {3}
    one = make_detector("ensemble", members=("pca",), window=9)[-1]
    assert [name for name, _ in one.estimators] == ["pca_9"]
    # The model sees the window, in all positions that contain the sample.
    assert one.estimators[0][1][0].window == 17
    fitted = one.fit(wave(400)).estimators_[0]
    assert (fitted[0].window_, fitted[-1]._view.context) == (17, 9)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"members": ("pcaa",)}, ValueError, "'pcaa' is unknown.*mean 'pca'"),
        ({"members": ("ensemble",)}, ValueError, "'ensemble' is unknown"),
        ({"windows": ("2 days",)}, ValueError, "'2 days' is neither"),
        ({"windows": ("-1 periods",)}, ValueError, "'-1 periods' is neither"),
        ({"windows": (0,)}, ValueError, "0 is neither"),
        ({"windows": (2.5,)}, ValueError, "2.5 is neither"),
        ({"epochs": 3}, TypeError, "EnsembleDetector has no parameter 'epochs'"),
        ({"member": ("pca",)}, TypeError, "'member'.*mean 'members'"),
    ],
)
def test_bad_parameters_of_the_recipe(params, error, message):
    with pytest.raises(error, match=message):
        make_detector("ensemble", **params)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_a_detection_is_in_the_unit_of_the_series(n_channels):
    X = LEVEL + SIZE * wave(200, n_channels, noise=0.05)
    pipeline = make_detector("ensemble", **QUICK).fit(X)
    new = LEVEL + SIZE * wave(200, n_channels, noise=0.05, seed=1)
    normal = detect(pipeline, new)
    new[100, -1] += 6 * SIZE
    found = detect(pipeline, new)
    assert found.expected.shape == new.shape
    assert np.abs(found.expected - new)[20:90].max() < 0.6 * SIZE
    assert abs(found.expected[100, -1] - new[100, -1]) > 2 * SIZE
    assert abs(found.expected[100, -1] - normal.expected[100, -1]) < 4 * SIZE
    assert found.own_errors.shape == new.shape
    assert found.own_errors[:, -1].argmax() == 100
    assert [event.start <= 100 < event.stop for event in found.events].count(True) == 1
    if n_channels > 1:
        errors = found.channel_errors
        np.testing.assert_allclose(errors.sum(axis=1), -found.scores)
        assert errors[found.scores.argmin()].argmax() == n_channels - 1


def test_the_unit_does_not_matter():
    X, new = wave(150, 2), wave(100, 2, seed=1)
    unit = np.array([1000.0, 0.01])
    scores = make_detector("ensemble", **QUICK).fit(X).score_samples(new)
    pipeline = make_detector("ensemble", **QUICK).fit(LEVEL + unit * X)
    found = pipeline.score_samples(LEVEL + unit * new)
    np.testing.assert_allclose(found, scores, rtol=1e-2, atol=1e-3)


def test_online_scores_do_not_depend_on_later_samples():
    X, new = wave(200, 2), wave(150, 2, seed=1)
    params = {"members": ("pca", "nearest_window", "kernel_features"), "windows": (8,)}
    params["random_state"] = 0
    for online in (True, False):
        pipeline = make_detector("ensemble", online=online, **params).fit(X)
        scores = pipeline.score_samples(new)
        for first in (3, 60):  # at the start, windows are padded
            later = new.copy()
            later[first:] += 3
            changed = pipeline.score_samples(later)[: first + 1]
            same = np.isclose(changed, scores[: first + 1], rtol=1e-4, atol=1e-6)
            assert same[:-1].all() == online
            assert not same[-1]


@pytest.mark.parametrize("online", [False, True])
def test_windows_of_periods(online):
    X = wave(400)  # of period 10
    pipeline = make_detector(
        "ensemble",
        members=("pca",),
        windows=("2 periods", "3 periods"),
        online=online,
    ).fit(X)
    found = [one[0].window_ for one in pipeline[-1].estimators_]
    assert found == ([20, 30] if online else [40, 60])
    seen = [one[-1]._view.context for one in pipeline[-1].estimators_]
    assert seen == [20, 30]


def test_a_series_shorter_than_its_windows_is_scored():
    pipeline = make_detector("ensemble", **QUICK).fit(wave(100, 2))
    with pytest.warns(UserWarning, match="shorter than the window"):
        assert np.isfinite(pipeline.score_samples(wave(5, 2))).all()


def test_one_bad_channel_of_many_is_seen():
    """A power mean divides a lone alarm, and the second calibration restores it."""
    X, new = wave(600, 38, noise=0.3), wave(300, 38, noise=0.3, seed=1)
    new[150:158, 17] = 2.5
    members = ("pca", "nearest_window", "kernel_features")
    params = {"members": members, "windows": (16,), "random_state": 0}
    pipeline = make_detector("ensemble", **params).fit(X)
    scores = pipeline.score_samples(new)
    assert 142 <= scores.argmin() < 166
    assert scores.min() < 1.5 * np.delete(scores, range(130, 180)).min()
    channels = pipeline[-1].score_channels(pipeline[:-1].transform(new))
    assert channels[scores.argmin()].argmax() == 17


def test_models_see_at_most_a_quarter_of_the_training_part():
    X = wave(200)  # of period 10
    windows = ("2 periods", "8 periods")
    pipeline = make_detector("ensemble", members=("pca",), windows=windows).fit(X)
    seen = [one[-1]._view.context for one in pipeline[-1].estimators_]
    assert seen == [20, 45]  # of the 180 samples that are not held out


def test_a_single_window_or_member_needs_no_list():
    for window, name in ((16, "pca_16"), ("2 periods", "pca_2_periods")):
        pipeline = make_detector("ensemble", members="pca", windows=window)
        assert [one for one, _ in pipeline[-1].estimators] == [name]
    with pytest.raises(TypeError, match="either window or windows"):
        make_detector("ensemble", window=24, windows=(16,))


def test_metadata_that_nobody_passes_on_is_refused():
    weights = np.ones(40)
    with config_context(enable_metadata_routing=True):
        forest = IsolationForest(n_estimators=5).set_fit_request(sample_weight=True)
        scaler = FunctionTransformer()
        pipeline = make_pipeline(scaler, EnsembleDetector([("one", forest)]))
        with pytest.raises(TypeError, match="sample_weight"):
            pipeline.fit(records(40), sample_weight=weights)


@pytest.mark.parametrize("size", [0.05, 0.5, 5.0])
def test_a_constant_channel_that_moves_is_ranked_first_at_any_size(size):
    X = np.hstack([wave(400, 1, noise=0.2), np.zeros((400, 1))])
    pipeline = make_detector("ensemble", **QUICK)
    with pytest.warns(UserWarning, match="channel 1 is constant"):
        pipeline.fit(X)
    new = np.hstack([wave(200, 1, noise=0.2, seed=1), np.zeros((200, 1))])
    new[100:104, 1] = size
    channels = pipeline[-1].score_channels(pipeline[:-1].transform(new))
    assert 100 <= channels[:, 1].argmax() < 104
    assert 90 <= pipeline.score_samples(new).argmin() < 114


# Memory.


def peak_of(function, *args):
    """Largest memory while a function runs, relative to its first argument."""
    tracemalloc.start()
    function(*args)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / args[0].nbytes


def test_memory_does_not_grow_with_the_number_of_members():
    X = wave(50_000, noise=0.3)
    few, many = (
        EnsembleDetector(
            [
                (f"pca_{i}", make_pipeline(Shingler(8), PCADetector()))
                for i in range(n_members)
            ]
        )
        for n_members in (2, 12)
    )
    # Expected values of all members are there at once for their median.
    for question, per_member in (
        ("fit", 0.1),
        ("score_samples", 0.1),
        ("score_channels", 0.1),
        ("assess", 1.1),
    ):
        of_few, of_many = (peak_of(getattr(one, question), X) for one in (few, many))
        assert of_many - of_few < 10 * per_member, question
        assert of_few < 25, question
