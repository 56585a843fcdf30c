"""Models of several channels, and errors of channels that become one."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA

import skanomaly.detectors._base as base
from skanomaly import (
    AutoencoderDetector,
    CNNForecastDetector,
    ConvFeatureDetector,
    DenseForecastDetector,
    LSTMDetector,
    NearestWindowDetector,
    PCADetector,
)
from skanomaly.detectors import Calibration
from skanomaly.windows import Sequences
from tests import naive
from tests.detectors.common import WINDOW, records, rows_of, wave

CHANNELS, HORIZON = 3, 3
MODELS = ("joint", "shared", "separate")
RULES = ("mean", "power", "max")
FAMILIES = {
    "pca": PCADetector(n_components=2, random_state=0),
    "nearest": NearestWindowDetector(),
    "network": AutoencoderDetector(context=6, epochs=1, random_state=0),
    "kernels": ConvFeatureDetector(context=8, training=None, random_state=0),
    "dense": DenseForecastDetector(horizon=HORIZON, epochs=1, random_state=0),
    "cnn": CNNForecastDetector(horizon=HORIZON, epochs=1, random_state=0),
}
FORECASTERS = (
    DenseForecastDetector(horizon=HORIZON, epochs=1, random_state=0),
    CNNForecastDetector(horizon=HORIZON, epochs=1, random_state=0),
    LSTMDetector(horizon=HORIZON, epochs=1, units=4, random_state=0),
    DenseForecastDetector(horizon=HORIZON, strategy="direct", epochs=1, random_state=0),
)
each_model = pytest.mark.parametrize("model", MODELS)
each_rule = pytest.mark.parametrize("rule", RULES)


def series_of(n_samples=90, n_channels=CHANNELS, *, seed=0):
    """Channels with units and noise of their own."""
    units = 1.0 + np.arange(n_channels)
    return units * wave(n_samples, n_channels, noise=0.3, seed=seed)


def channel(rows, c, n_channels=CHANNELS):
    """Rows of one channel alone."""
    return np.ascontiguousarray(rows.reshape(len(rows), -1, n_channels)[:, :, c])


def fit(detector, series=None, **params):
    series = series_of() if series is None else series
    detector = clone(detector).set_params(n_channels=series.shape[1], **params)
    return detector.fit(rows_of(series))


@pytest.fixture(
    scope="module",
    params=[(family, model) for family in FAMILIES for model in MODELS],
    ids=lambda param: "-".join(param),
)
def fitted(request):
    family, model = request.param
    return fit(FAMILIES[family], channel_model=model, channels="power")


# What each model sees.


def test_channels_sum_to_the_error(fitted):
    X = rows_of(series_of(seed=1))
    found = fitted.assess(X, step=WINDOW - 1)
    for errors in (found.errors, found.apart, fitted.score_channels(X)):
        assert errors.shape == (len(X), CHANNELS)
        assert np.isfinite(errors).all()
        assert (errors >= 0).all()
    np.testing.assert_allclose(found.errors.sum(axis=1), -found.scores, rtol=1e-12)
    np.testing.assert_array_equal(fitted.score_samples(X), found.scores)
    if found.expected is not None:
        own = series_of(seed=1)[WINDOW - 1 :]
        np.testing.assert_allclose(found.expected + found.residuals, own, rtol=1e-5)
        assert found.own_errors.shape == (len(X), CHANNELS)


def test_rows_of_any_kind_have_equal_errors(fitted):
    X = rows_of(series_of(seed=1))
    known = fitted.assess(X).apart
    cube = X.reshape(len(X), WINDOW, CHANNELS)
    for rows in (X.copy(), cube, X[::-1].copy()[::-1], cube[:, :, :].copy()):
        np.testing.assert_allclose(fitted.assess(rows).apart, known, rtol=1e-4)
    for i in (0, 50):
        alone = fitted.assess(X[i : i + 1].copy()).apart
        np.testing.assert_allclose(alone[0], known[i], rtol=1e-4)


def test_a_stored_detector_has_the_errors_of_all_its_models(fitted):
    X = rows_of(series_of(seed=1))
    stored = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(stored.score_channels(X), fitted.score_channels(X))
    assert stored.offset_ == fitted.offset_


def test_a_changed_model_takes_effect_with_the_next_fit(fitted):
    X = rows_of(series_of(seed=1))
    before, own = fitted.assess(X), fitted.channel_model
    for model in (*MODELS, own):
        fitted.set_params(channel_model=model)
        np.testing.assert_array_equal(fitted.assess(X).apart, before.apart)


@pytest.mark.parametrize("family", FAMILIES)
def test_separate_models_are_those_of_each_channel_alone(family):
    X = rows_of(series_of(seed=1))
    detector = fit(FAMILIES[family], channel_model="separate")
    apart = detector.assess(X).apart
    for c in range(CHANNELS):
        alone = fit(FAMILIES[family], series_of()[:, [c]])
        expected = -alone.score_samples(channel(X, c))
        np.testing.assert_allclose(apart[:, c], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "kernels"])
def test_a_shared_model_treats_all_channels_alike(family):
    detector = fit(FAMILIES[family], channel_model="shared")
    X = rows_of(series_of(seed=1))
    order = [2, 0, 1]
    moved = rows_of(series_of(seed=1)[:, order])
    errors = detector.assess(X).apart
    np.testing.assert_allclose(
        detector.assess(moved).apart, errors[:, order], rtol=1e-4, atol=1e-6
    )
    others = fit(FAMILIES[family], channel_model="joint").assess
    assert not np.allclose(others(moved).apart, others(X).apart[:, order], rtol=1e-2)


def test_shared_components_are_those_of_the_windows_of_all_channels():
    X = rows_of(series_of())
    detector = fit(FAMILIES["pca"], channel_model="shared", validation_split=0)
    windows = np.float32(np.concatenate([channel(X, c) for c in range(CHANNELS)]))
    windows = np.float64(windows - windows.mean(axis=1, keepdims=True))
    pca = PCA(2).fit(windows)
    residuals = windows - pca.inverse_transform(pca.transform(windows))
    expected = naive.size(residuals).mean(axis=1).reshape(CHANNELS, -1).T
    np.testing.assert_allclose(detector.assess(X).apart, expected, rtol=1e-4)


def test_a_shared_network_sees_each_channel_alone():
    detector = fit(FAMILIES["network"], channel_model="shared")
    assert detector.network_.input_shape == (None, 6, 1)
    X = rows_of(series_of(seed=1))
    errors = detector.assess(X).apart
    for c in range(CHANNELS):
        for i in (0, 40, len(X) - 1):
            row = channel(X, c)[i][:, np.newaxis]
            (expected,) = naive.reconstruction_errors(
                detector.network_, row, context=6, center=True
            )
            assert errors[i, c] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("family", ["pca", "nearest", "network"])
@each_model
def test_records_have_channels_too(family, model):
    cube = records(40, WINDOW * CHANNELS).reshape(40, WINDOW, CHANNELS)
    detector = clone(FAMILIES[family]).set_params(channel_model=model)
    if "context" in detector.get_params():
        detector.set_params(context=None)
    detector.fit(cube)
    errors = detector.assess(cube).apart
    alone = np.concatenate([detector.assess(row[None]).apart for row in cube])
    np.testing.assert_allclose(alone, errors, rtol=1e-4, atol=1e-6)
    rebuilt = detector.reconstruct(cube).reshape(cube.shape)
    sizes = naive.size(rebuilt - cube).mean(axis=1)
    if family == "network":  # its errors, or those of components if they are larger
        assert (errors.sum(axis=1) > 0.999 * sizes.sum(axis=1)).all()
        assert np.isclose(errors, sizes, rtol=1e-3).all(axis=1).any()
    else:
        np.testing.assert_allclose(sizes, errors, rtol=1e-3, atol=1e-6)


@each_model
def test_further_training_goes_on_with_all_models(model):
    X = rows_of(series_of())
    detector = fit(FAMILIES["network"], channel_model=model)
    before = detector.assess(X).apart
    after = detector.partial_fit(X).assess(X).apart
    assert (np.abs(after - before).max(axis=0) > 1e-6).all()


def test_separate_models_are_no_single_one():
    network = fit(FAMILIES["network"], channel_model="separate")
    for name in ("network_", "history_", "training_loop_"):
        with pytest.raises(
            AttributeError, match="'separate' has a model for each.*'shared'"
        ):
            getattr(network, name)
    with pytest.raises(AttributeError, match="'separate' has a model"):
        _ = fit(FAMILIES["pca"], channel_model="separate").pca_
    one = fit(FAMILIES["network"], series_of(n_channels=1), channel_model="separate")
    assert one.network_.input_shape == (None, 6, 1)


@pytest.mark.parametrize("params", [{"channel_model": "own"}, {"channels": "sum"}])
def test_unknown_ways_are_refused(params):
    (name,) = params
    with pytest.raises(ValueError, match=name):
        fit(FAMILIES["pca"], **params)


# Expected values.


@pytest.mark.parametrize("family", ["pca", "nearest", "network"])
@each_model
def test_the_reconstruction_of_each_channel_is_where_it_belongs(family, model):
    detector = fit(FAMILIES[family], channel_model=model)
    # Levels that tell the channels; centering removes them before the model.
    levels = 100.0 * np.arange(CHANNELS)
    X = rows_of(series_of(seed=1) + levels)
    rebuilt = detector.reconstruct(X)
    assert rebuilt.shape == X.shape
    by_step = rebuilt.reshape(len(X), WINDOW, CHANNELS)
    np.testing.assert_allclose(by_step.mean(axis=(0, 1)), levels, atol=2)
    for step in (0, WINDOW - 1):  # which a single sub-window covers
        expected = detector.assess(X, step=step).expected
        np.testing.assert_allclose(expected, by_step[:, step], rtol=1e-5, atol=1e-4)
    if model == "separate":
        for c in range(CHANNELS):
            alone = fit(FAMILIES[family], series_of()[:, [c]])
            np.testing.assert_allclose(
                by_step[:, :, c], alone.reconstruct(channel(X, c)), atol=1e-4
            )


@pytest.mark.parametrize("family", ["pca", "network"])
@each_model
def test_codes_of_channels_are_side_by_side(family, model):
    cube = records(30, WINDOW * CHANNELS).reshape(30, WINDOW, CHANNELS)
    detector = clone(FAMILIES[family]).set_params(context=None, channel_model=model)
    detector.fit(cube)
    codes = detector.encode(cube)
    n_parts = 1 if model == "joint" else CHANNELS
    assert codes.shape[0] == len(cube)
    assert codes.shape[1] % n_parts == 0
    if family == "pca":
        assert codes.shape[1] == 2 * n_parts
    decoded = detector.decode(codes)
    assert decoded.shape == (len(cube), WINDOW * CHANNELS)
    np.testing.assert_allclose(decoded, detector.reconstruct(cube), atol=1e-4)
    if model != "joint":
        changed = cube.copy()
        changed[:, :, 1] += 1
        moved = np.abs(detector.encode(changed) - codes).max(axis=0)
        is_of_channel = np.arange(codes.shape[1]) // (codes.shape[1] // CHANNELS) == 1
        assert (moved[~is_of_channel] == 0).all()
        assert (moved[is_of_channel] > 1e-6).any()
    with pytest.raises(ValueError, match=f"but {codes.shape[1]} were expected"):
        detector.decode(codes[:, 1:])


@pytest.mark.parametrize("detector", FORECASTERS, ids=str)
@each_model
def test_forecasts_of_each_channel_are_where_they_belong(detector, model):
    fitted = fit(detector, channel_model=model)
    series = series_of(seed=1)
    X = rows_of(series)
    forecast = fitted.forecast(X)
    assert forecast.shape == (len(X), HORIZON * CHANNELS)
    by_step = forecast.reshape(len(X), HORIZON, CHANNELS)
    residuals = by_step - X.reshape(len(X), WINDOW, CHANNELS)[:, -HORIZON:]
    errors = naive.size(residuals).mean(axis=1)
    np.testing.assert_allclose(fitted.assess(X).apart, errors, rtol=1e-3, atol=1e-6)
    if model == "shared":
        for c, i in ((0, 3), (2, 50)):
            row = channel(X, c)[i][:, np.newaxis]
            expected = naive.forecast(
                fitted.network_, row, horizon=HORIZON, strategy=fitted.strategy
            )
            np.testing.assert_allclose(by_step[i, :, [c]].T, expected, atol=1e-5)
    if model == "separate":
        for c in range(CHANNELS):
            alone = fit(detector, series_of()[:, [c]]).forecast(channel(X, c))
            np.testing.assert_allclose(by_step[:, :, c], alone, atol=1e-5)


@each_model
def test_a_convolution_over_a_long_series_is_that_of_each_row(model):
    """A pass over the series takes two chunks for each channel."""
    X = rows_of(series_of(1300, 2, seed=1))
    detector = fit(FAMILIES["cnn"], series_of(120, 2), channel_model=model)
    shuffled = np.random.default_rng(0).permutation(len(X))
    apart, forecast = detector.assess(X).apart, detector.forecast(X)
    some = X[shuffled]
    np.testing.assert_allclose(
        detector.assess(some).apart, apart[shuffled], rtol=1e-3, atol=1e-5
    )
    np.testing.assert_allclose(detector.forecast(some), forecast[shuffled], atol=1e-4)


@each_model
def test_features_of_a_long_series_are_those_of_each_row(model):
    X = rows_of(series_of(1300, 2, seed=1))
    detector = fit(FAMILIES["kernels"], series_of(120, 2), channel_model=model)
    some = [0, 500, 1012, 1013, 1023, 1024, 1100, len(X) - 1]
    np.testing.assert_allclose(
        detector.assess(X[some]).apart, detector.assess(X).apart[some], rtol=1e-4
    )


@each_model
def test_a_state_is_carried_along_each_channel_alone(model):
    detector = LSTMDetector(
        horizon=2, epochs=1, units=4, stateful=True, channel_model=model, random_state=0
    )
    fitted = fit(detector)
    series = series_of(seed=1)
    errors = fitted.assess(rows_of(series)).apart
    assert errors.shape == (len(series) - WINDOW + 1, CHANNELS)
    series[:, 1] += 5
    moved = np.abs(fitted.assess(rows_of(series)).apart - errors).max(axis=0)
    assert moved[1] > 0.1
    assert (moved[[0, 2]] == 0).all() == (model != "joint")


# Errors of channels become one.


def naive_level(error, training):
    """0 up to the median of the training errors, 1 at their 99th percentile."""
    middle = np.median(training)
    spread = np.quantile(training, 0.99) - middle
    spread = max(spread, -np.log(0.01) / len(training))
    return np.log2(1 + max(0.0, error - middle) / spread)


def naive_error(apart, training, rule):
    """Error of one row from those of its channels."""
    if rule == "mean":
        return np.mean(apart)
    levels = [naive_level(e, t) for e, t in zip(apart, training.T, strict=True)]
    if rule == "max":
        return 2 ** max(levels) - 1
    return 2 ** (np.mean(np.power(levels, 4)) ** 0.25) - 1


@each_rule
@each_model
def test_scores_are_those_of_the_formula(model, rule):
    X, new = rows_of(series_of()), rows_of(series_of(seed=1))
    params = {"channel_model": model, "channels": rule, "validation_split": 0}
    for detector in (PCADetector(n_components=2), NearestWindowDetector()):
        fitted = fit(detector, **params)
        training = fitted.assess(X).apart
        for rows in (X, new):
            found = fitted.assess(rows)
            expected = [naive_error(one, training, rule) for one in found.apart]
            np.testing.assert_allclose(-found.scores, expected, rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(
                found.errors.sum(axis=1), expected, rtol=1e-6, atol=1e-9
            )


def test_training_rows_alone_set_the_scale():
    series = series_of(300)
    detector = fit(FAMILIES["pca"], series, channels="power")
    assert detector.n_held_out_ > 0
    series[-detector.n_held_out_ :] *= 10
    again = fit(FAMILIES["pca"], series, channels="power")
    X = rows_of(series_of(seed=1))
    np.testing.assert_array_equal(again.score_samples(X), detector.score_samples(X))
    assert again.offset_ < detector.offset_


@pytest.mark.parametrize("others", RULES)
@each_rule
def test_a_fitted_detector_scores_after_its_rule_is_changed(rule, others):
    X = rows_of(series_of(seed=1))
    fitted = fit(FAMILIES["pca"], channels=rule).set_params(channels=others)
    errors = fitted.score_channels(X)
    assert np.isfinite(errors).all()
    np.testing.assert_allclose(errors.sum(axis=1), -fitted.score_samples(X))


@pytest.mark.parametrize("rule", ["power", "max"])
def test_the_largest_channel_has_the_largest_part(rule):
    fitted = fit(FAMILIES["pca"], channels=rule, channel_model="separate")
    series = series_of(seed=1)
    for c in range(CHANNELS):
        odd = series.copy()
        odd[50, c] += 30
        X = rows_of(odd)
        worst = fitted.score_samples(X).argmin()
        assert fitted.score_channels(X)[worst].argmax() == c
        assert (
            fitted.score_channels(X)[worst, c] > 0.8 * -fitted.score_samples(X)[worst]
        )


@pytest.mark.parametrize("rule", ["power", "max"])
def test_the_unit_of_another_channel_does_not_matter(rule):
    """Errors are squares below 1 and linear beyond, so that the ranks may change."""
    params = {"channel_model": "separate", "channels": rule}
    series, new = series_of(), series_of(seed=1)
    new[60, 0] += 3
    unit = np.array([1, 1000, 1])
    plain = fit(NearestWindowDetector(), series, **params)
    scaled = fit(NearestWindowDetector(), series * unit, **params)
    for detector, rows in ((plain, rows_of(new)), (scaled, rows_of(new * unit))):
        worst = np.argsort(detector.score_samples(rows))[:5]
        assert (np.abs(worst - 60 + WINDOW // 2) <= WINDOW // 2).all()
    by_mean = {**params, "channels": "mean"}
    before = fit(NearestWindowDetector(), series, **by_mean)
    after = fit(NearestWindowDetector(), series * unit, **by_mean)
    assert (
        after.score_samples(rows_of(new * unit))
        < 100 * before.score_samples(rows_of(new))
    ).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_unit_of_another_channel_does_not_reach_a_separate_model(family):
    unit = np.array([1, 7, 1])
    plain = fit(FAMILIES[family], channel_model="separate")
    scaled = fit(FAMILIES[family], series_of() * unit, channel_model="separate")
    new = series_of(seed=1)
    before = plain.assess(rows_of(new)).apart
    after = scaled.assess(rows_of(new * unit)).apart
    np.testing.assert_allclose(after[:, [0, 2]], before[:, [0, 2]], rtol=1e-6)


@pytest.mark.parametrize("model", ["shared", "separate"])
def test_one_bad_channel_of_many_is_visible(model):
    many = 38
    rng = np.random.default_rng(0)
    training, new = (wave(400, many, noise=0.3, seed=seed) for seed in (0, 1))
    # Other channels have large errors all the time, or seldom and together.
    units = np.where(np.arange(many) % 2, 1.0, 0.3)
    for series in (training, new):
        jumps = rng.random(len(series)) < 0.02
        series[jumps] += rng.normal(size=(jumps.sum(), many)) * (np.arange(many) > 19)
        series *= units
    new[200:206, 4] = 0.3 * np.array([2, -2, 2, -2, 2, -2])
    X = rows_of(new)
    ranks = {}
    for rule in RULES:
        params = {"channel_model": model, "channels": rule, "n_components": 2}
        fitted = fit(PCADetector(), training, **params)
        order = np.argsort(fitted.score_samples(X))
        around = (order > 200 - WINDOW) & (order < 206)
        ranks[rule] = int(around.argmax())
        worst = order[ranks[rule]]
        if rule != "mean":
            assert fitted.score_channels(X)[worst].argmax() == 4
    assert ranks["max"] == ranks["power"] == 0
    assert ranks["mean"] > 0


def test_own_errors_are_on_the_scale_of_errors():
    X = rows_of(series_of(seed=1))
    plain = fit(FAMILIES["pca"], channel_model="separate", channels="mean")
    power = fit(FAMILIES["pca"], channel_model="separate", channels="power")
    own = [one.assess(X, step=5).own_errors for one in (plain, power)]
    ratio = own[1] / own[0]
    # One factor per channel: the scale that its own errors have in training.
    np.testing.assert_allclose(ratio, np.tile(ratio[0], (len(X), 1)), rtol=1e-6)
    assert len(np.unique(ratio[0].round(6))) == CHANNELS


# The common scale.


def test_levels_are_those_of_the_formula():
    errors = np.random.default_rng(0).gamma(2, size=(500, 4)) * [1, 10, 0.1, 1e-4]
    errors[:, 3] += 7
    scale = Calibration.of(errors)
    new = np.concatenate([errors[:30], 3 * errors[:30], 0 * errors[:1]])
    expected = [
        [naive_level(e, t) for e, t in zip(row, errors.T, strict=True)] for row in new
    ]
    np.testing.assert_allclose(scale.levels(new), expected, rtol=1e-10)


def test_the_level_of_the_percentile_is_one_and_that_of_the_median_is_none():
    errors = np.random.default_rng(0).gamma(2, size=(1000, 3)) * [1, 10, 100]
    scale = Calibration.of(errors)
    levels = scale.levels(errors)
    np.testing.assert_allclose(np.quantile(levels, 0.99, axis=0), 1, rtol=1e-2)
    np.testing.assert_allclose(scale.levels(scale.usual[np.newaxis]), 1)
    np.testing.assert_allclose((levels == 0).mean(axis=0), 0.5, atol=1e-3)
    np.testing.assert_allclose(scale.usual, np.quantile(errors, 0.99, axis=0))


@pytest.mark.parametrize("n_rows", [1, 10, 1000, 100_000])
def test_what_never_happened_has_a_scale_from_the_number_of_rows(n_rows):
    """With a rate of at least the spread, it would have happened with 99 %."""
    scale = Calibration.of(np.zeros((n_rows, 1)))
    (spread,) = scale.spread
    assert spread == pytest.approx(np.log(100) / n_rows)
    if n_rows >= 1000:
        assert (1 - spread) ** n_rows == pytest.approx(0.01, rel=0.02)
    assert scale.levels(np.zeros((1, 1))) == 0
    higher = [scale.levels(np.full((1, 1), e))[0, 0] for e in (0.1, 1, 10)]
    assert (np.diff([0, *higher]) > 0).all()


def test_many_training_rows_are_represented_by_some(monkeypatch):
    series = series_of(2000)
    X = rows_of(series_of(seed=1))
    params = {"channels": "power", "channel_model": "separate"}
    everything = fit(FAMILIES["pca"], series, **params).score_samples(X)
    monkeypatch.setattr(base, "CALIBRATED", 640)
    some = fit(FAMILIES["pca"], series, **params).score_samples(X)
    assert not np.array_equal(some, everything)
    np.testing.assert_allclose(some, everything, rtol=0.5, atol=0.3)


# Sequences.


def test_channels_of_sequences_are_all_of_the_first_one_first():
    series = np.arange(40.0).reshape(20, 2)
    rows = Sequences.from_rows(rows_of(series, 4), 2)
    apart = rows.by_channel()
    assert apart.values.shape == (2, 20, 1)
    np.testing.assert_array_equal(apart.values[:, :, 0], series.T)
    assert apart.n_rows == 2 * rows.n_rows
    cube = np.arange(24.0).reshape(3, 4, 2)[::-1].copy()
    table = Sequences.from_rows(cube.reshape(3, 8), 2).by_channel()
    np.testing.assert_array_equal(
        table.values[:, :, 0], np.concatenate([cube[:, :, 0], cube[:, :, 1]])
    )
    for part, c in zip(table.parts(2), range(2), strict=True):
        np.testing.assert_array_equal(part.values[:, :, 0], cube[:, :, c])
        assert part.window == 4


@pytest.mark.parametrize("n_channels", [1, 3])
@pytest.mark.parametrize("n_rows", [16, 100, 480, 1000, 10_000])
def test_runs_are_evenly_spread_over_all_rows(n_rows, n_channels):
    series = np.arange(1000.0 * n_channels).reshape(n_channels, 1000).T
    rows = Sequences.from_rows(rows_of(series), n_channels).by_channel()
    runs = rows.spread(n_rows)
    found = [run.values[0, i, 0] for run in runs for i in range(run.rows_per_sequence)]
    count = sum(run.n_rows for run in runs)
    if n_rows >= rows.n_rows:
        assert len(runs) == 1
        assert count == rows.n_rows
        return
    assert len(runs) == 16
    assert (found[0], found[-1]) == (0, 1000 - WINDOW)
    assert count <= max(n_rows, 16 * n_channels)
    assert count > n_rows - 16 * n_channels
    steps = np.diff([run.values[0, 0, 0] for run in runs])
    assert steps.max() - steps.min() <= 1
    for run in runs:
        first = int(run.values[0, 0, 0])
        expected = series[first : first + run.values.shape[1]].T[..., np.newaxis]
        np.testing.assert_array_equal(run.values, expected)


def test_records_are_spread_as_they_are():
    rows = Sequences.from_rows(records(100), 1)
    (some,) = rows.spread(10)
    found = [
        int(np.abs(records(100) - row[:, 0]).sum(1).argmin()) for row in some.values
    ]
    assert (found[0], found[-1], len(found)) == (0, 99, 10)
    assert found == sorted(found)
