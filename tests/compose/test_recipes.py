"""The pipelines that are recommended, from a series to labels."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

import skanomaly
from skanomaly import (
    AutoencoderDetector,
    DenseForecastDetector,
    EnsembleDetector,
    Shingler,
    SigmaThreshold,
    ThresholdDetector,
    find_events,
    make_detector,
)
from skanomaly.compose import detector_names
from skanomaly.detection import ask
from skanomaly.detectors import BaseDetector
from tests.detectors.common import records, wave

LEVEL, SIZE = 5000.0, 300.0

# Public detectors without a recipe, with the reason.
WITHOUT_RECIPE = {
    "RecurrentForecastDetector": "'lstm' and 'gru' are this detector with a fixed cell",
}


def parameters_of(name):
    return make_detector(name)[-1].get_params(deep=False)


# Ours learn a threshold themselves; the others have it from a ThresholdDetector.
OTHERS = [name for name in detector_names() if "estimator" in parameters_of(name)]
OURS = [name for name in detector_names() if name not in OTHERS]
# They compare what occurs in a window with what is usual, and expect no values.
WITHOUT_VALUES = ["kernel_features", "conv_features"]
AHEAD = ["dense", "cnn", "lstm", "gru"]
# Recipes whose automatic window does not depend on the period.
FIXED = dict.fromkeys(WITHOUT_VALUES, 127) | dict.fromkeys(AHEAD, 128)
# They have learnt enough long before the training ends.
SLOW = ["recurrent_autoencoder", "seq2seq"]
WITH_VALUES = [name for name in OURS if name not in WITHOUT_VALUES]


def quick(name, **params):
    if "epochs" in parameters_of(name):
        params = {"epochs": 1, **params}
    if name == "conv_features":  # 20 steps of the optimizer instead of 400
        params = {"batch_size": 1280, "n_filters": 4, **params}
    if name == "ensemble":  # without networks, which have tests of their own
        params = {"members": ("pca", "nearest_window", "kernel_features"), **params}
    return make_detector(name, **{"random_state": 0, **params})


def fitted_ones(names):
    return pytest.mark.parametrize(
        "fitted",
        [(name, n) for name in names for n in (1, 3)],
        indirect=True,
        ids=lambda param: f"{param[0]}-{param[1]}",
    )


@pytest.fixture(scope="module")
def fitted(request):
    name, n_channels = request.param
    return quick(name, window=16).fit(LEVEL + SIZE * wave(150, n_channels))


def n_channels_of(pipeline):
    return pipeline[0].n_features_in_


@fitted_ones(detector_names())
def test_every_sample_gets_a_score_and_a_label(fitted):
    X = LEVEL + SIZE * wave(130, n_channels_of(fitted), seed=1)
    labels = fitted.predict(X)
    assert labels.shape == fitted.score_samples(X).shape == (130,)
    assert set(labels) <= {-1, 1}


@fitted_ones(OURS)
def test_every_channel_gets_its_part_of_the_error(fitted):
    X = LEVEL + SIZE * wave(130, n_channels_of(fitted), seed=1)
    assert fitted[-1].score_channels(fitted[:-1].transform(X)).shape == (
        130,
        n_channels_of(fitted),
    )


@fitted_ones(detector_names())
def test_a_series_shorter_than_the_window_is_scored(fitted):
    X = LEVEL + SIZE * wave(5, n_channels_of(fitted))
    with pytest.warns(UserWarning, match="shorter than the window"):
        assert fitted.predict(X).shape == (5,)


def test_the_unit_does_not_matter():
    X = LEVEL + SIZE * wave(120, 3)
    pipeline = make_detector("autoencoder", window=16, epochs=1, random_state=0)
    scores = pipeline.fit(X).score_samples(X)
    in_other_unit = clone(pipeline).fit(X / 1000)
    np.testing.assert_allclose(in_other_unit.score_samples(X / 1000), scores, rtol=1e-2)


@fitted_ones(WITH_VALUES)
def test_expected_values_have_shape_and_unit_of_the_series(fitted):
    X = LEVEL + SIZE * wave(130, n_channels_of(fitted), seed=1)
    expected = ask(fitted, X).expected
    assert expected.shape == X.shape
    assert (np.abs(expected - LEVEL) < 3 * SIZE).all()


@pytest.fixture(scope="module", params=WITH_VALUES)
def of_sine(request):
    """A pipeline that has learnt a sine well."""
    pipeline = make_detector(request.param, window=20, random_state=0)
    if request.param == "ensemble":
        pipeline = quick("ensemble", window=20)
    if "learning_rate" in parameters_of(request.param):
        pipeline[-1].set_params(learning_rate=0.01)
    if request.param in SLOW:
        pipeline[-1].set_params(epochs=10)
    return pipeline.fit(LEVEL + SIZE * wave(400, noise=0))


def test_what_is_expected_of_a_sine_is_a_sine(of_sine):
    X = LEVEL + SIZE * wave(400, noise=0)
    error = np.abs(ask(of_sine, X).expected - X)[20:-20].mean()
    assert error < 0.2 * np.abs(X - LEVEL).mean()


def test_what_is_expected_of_a_spike_is_no_spike(of_sine):
    X = LEVEL + SIZE * wave(400, noise=0)
    normal = ask(of_sine, X).expected[300]
    X[300] += 8 * SIZE
    expected = ask(of_sine, X).expected[300]
    # It is the sample's own value that is expected, not that of one of its neighbours.
    assert np.abs(expected - X[300]) > 2 * SIZE
    assert np.abs(expected - normal) < 6 * SIZE


def test_the_forecast_of_a_sample_is_the_last_of_its_row():
    X = wave(80)
    detector = DenseForecastDetector(horizon=3, epochs=1, random_state=0)
    pipeline = make_pipeline(Shingler(12), detector).fit(X)
    rows = pipeline[:-1].transform(X)
    np.testing.assert_allclose(
        ask(pipeline, X).expected[:, 0], pipeline[-1].forecast(rows)[:, -1], rtol=1e-9
    )


def test_some_pipelines_expect_nothing():
    X = wave(100)
    forest = IsolationForest(n_estimators=5, random_state=0)
    pipeline = make_pipeline(StandardScaler(), Shingler(10), forest).fit(X)
    assert ask(pipeline, X).expected is None
    table = records()
    tabular = make_pipeline(StandardScaler(), AutoencoderDetector(epochs=1))
    assert ask(tabular.fit(table), table).expected is None


def test_every_public_detector_has_a_recipe():
    with_recipe = {type(make_detector(name)[-1]).__name__ for name in OURS}
    assert not with_recipe & set(WITHOUT_RECIPE)
    public = set(skanomaly._PUBLIC["detectors"]) | {"EnsembleDetector"}
    assert with_recipe | set(WITHOUT_RECIPE) == public
    assert all(WITHOUT_RECIPE.values())


def test_the_docstring_names_every_recipe():
    (parameter,) = re.findall(
        "    name : str\n(.*?)    window : ", make_detector.__doc__, re.DOTALL
    )
    named = re.findall('``"(\\w+)"``', parameter)
    assert sorted(named) == sorted(detector_names())


def test_the_guide_has_a_section_for_every_recipe():
    guide = Path(skanomaly.__file__).parent.parent / "docs" / "choosing.md"
    headings = re.findall("^### (`.*)$", guide.read_text("utf-8"), re.MULTILINE)
    described = []
    for heading in headings:
        named = re.findall("`(\\w+)`", heading)
        names = [name for name in named if name in detector_names()]
        classes = {type(make_detector(name)[-1]).__name__ for name in names}
        assert set(named) - set(names) == classes - {"ThresholdDetector"}
        described += names
    assert sorted(described) == sorted(detector_names())


def test_every_recipe_is_a_detector_of_ours_or_in_one_of_ours():
    assert set(OTHERS) == {"isolation_forest", "one_class_svm", "local_outlier_factor"}
    for name in detector_names():
        pipeline = make_detector(name)
        if name == "ensemble":
            assert isinstance(pipeline[-1], EnsembleDetector)
            continue
        kind = ThresholdDetector if name in OTHERS else BaseDetector
        assert isinstance(pipeline[-1], kind)
        window = pipeline.named_steps["shingler"].window
        assert window == FIXED.get(name, "auto")


@fitted_ones(OTHERS)
def test_detectors_of_others_expect_nothing(fitted):
    assert ask(fitted, wave(130, n_channels_of(fitted))).expected is None


@pytest.mark.parametrize("name", OTHERS)
def test_detectors_of_others_find_a_plain_anomaly(name):
    X = LEVEL + SIZE * wave(600, 2)
    X[500:510, 1] += 3 * SIZE
    pipeline = make_detector(name, random_state=0).fit(X[:400])
    events = find_events(pipeline.decision_function(X))
    assert any(event.start < 510 and event.stop > 500 for event in events)
    far = pipeline.predict(X)[:450]
    assert (far == 1).mean() > 0.98


@pytest.mark.parametrize("name", OTHERS)
def test_the_level_does_not_matter_to_detectors_of_others(name):
    X = wave(200, 2)
    pipeline = make_detector(name, window=16, random_state=0).fit(X)
    moved = X + np.array([70.0, -5.0])
    np.testing.assert_allclose(
        pipeline.score_samples(moved), pipeline.score_samples(X), rtol=1e-6
    )


@pytest.mark.parametrize("name", OTHERS)
def test_the_default_threshold_is_that_of_the_recipe(name):
    assert make_detector(name)[-1].threshold.startswith("sigma:")
    assert make_detector(name, threshold="mad:9")[-1].threshold == "mad:9"
    assert make_detector("autoencoder")[-1].threshold == "auto"
    rule = SigmaThreshold(k=2)
    assert make_detector(name, threshold=rule)[-1].threshold is rule


def test_parameters_reach_the_detectors_of_others():
    def inner(name, **params):
        return make_detector(name, **params)[-1].estimator[-1]

    forest = inner("isolation_forest", n_estimators=7, random_state=3)
    assert (forest.n_estimators, forest.random_state) == (7, 3)
    assert inner("one_class_svm", nu=0.5, random_state=3).nu == 0.5
    assert inner("local_outlier_factor", n_neighbors=4).n_neighbors == 4
    with pytest.raises(TypeError, match="epochs"):
        make_detector("isolation_forest", epochs=3)
    for name in detector_names():
        assert make_detector(name, memory="folder", random_state=0)[-1].memory


@pytest.mark.parametrize("name", ["one_class_svm", "local_outlier_factor"])
def test_detectors_of_others_learn_from_a_bounded_number_of_rows(name):
    X = wave(900)
    pipeline = make_detector(name, window=4)
    assert pipeline[-1].max_rows == 10_000
    pipeline.set_params(thresholddetector__max_rows=70).fit(X)
    inner = pipeline[-1].estimator_[-1]
    n_seen = getattr(inner, "n_samples_fit_", None) or inner.shape_fit_[0]
    assert n_seen == 70


def test_an_automatic_window_holds_two_periods_or_half_a_one():
    X = np.sin(np.arange(1000)[:, np.newaxis] * 2 * np.pi / 40)
    for name in {*detector_names()} - {*FIXED, "ensemble"}:
        pipeline = make_detector(name)
        window = pipeline[:-1].fit(X).named_steps["shingler"].window_
        assert window == (20 if name in {"recurrent_autoencoder", "seq2seq"} else 80)


@pytest.mark.parametrize("name", AHEAD)
@pytest.mark.parametrize("window", [16, 25])
def test_a_forecaster_averages_errors_around_the_sample(name, window):
    X = LEVEL + SIZE * wave(120, noise=0)
    changed = X.copy()
    changed[60] += SIZE
    for online in (False, True):
        pipeline = quick(name, window=window, online=online).fit(X)
        before, after = (pipeline.score_samples(one) for one in (X, changed))
        scored = pipeline[-1].horizon_
        assert scored == round(window * (0.25 if online else 0.5))
        # Padding depends on all of the series.
        inner = np.arange(window, len(X) - window)
        affected = inner[(before != after)[inner]]
        # Its own forecast is wrong, and then those that see it.
        first = affected.min()
        if online:
            assert first == 60
        else:
            assert abs((60 - first) - scored / 2) <= 1


def test_a_forecaster_expects_a_value_of_each_sample():
    X = LEVEL + SIZE * wave(400, noise=0)
    pipeline = make_detector("dense", random_state=0).fit(X)
    found = ask(pipeline, X)
    np.testing.assert_allclose(found.expected[150:300], X[150:300], atol=0.05 * SIZE)


def test_parameters_reach_the_detector():
    rule = SigmaThreshold(k=5)
    detector = make_detector("lstm", threshold=rule, units=7, epochs=2)[-1]
    assert (detector.units, detector.epochs) == (7, 2)
    assert detector.threshold is rule
    with pytest.raises(TypeError, match="LSTMDetector has no parameter 'beta'.$"):
        make_detector("lstm", beta=3)
    with pytest.raises(TypeError, match=r"'epoch'. Did you mean 'epochs'\?$"):
        make_detector("vae", epoch=3)


@pytest.mark.parametrize(
    ("name", "close"),
    [("lsmt", "lstm"), ("auto-encoder", "autoencoder"), ("ccn", "cnn")],
)
def test_an_unknown_name_gets_a_suggestion(name, close):
    with pytest.raises(ValueError, match=rf"'{name}' is unknown.*mean '{close}'\?"):
        make_detector(name)


def test_a_name_like_no_other_gets_the_list():
    with pytest.raises(ValueError, match="Valid names are: .*lstm") as caught:
        make_detector("prophet")
    assert "mean" not in str(caught.value)
    assert all(name in str(caught.value) for name in detector_names())


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"members": ()}, r"members must be .* at least one, but is \(\)"),
        ({"members": None}, "members must be .* but is None"),
        ({"members": ("ensemble",)}, "'ensemble' is unknown"),
        ({"members": ("pac",)}, "'pac' is unknown.*mean 'pca'"),
        ({"windows": []}, r"windows must be .* at least one, but is \[\]"),
        ({"windows": 2.5}, "windows must be .* but is 2.5"),
        ({"windows": (16, 0)}, "window 0 is neither"),
        ({"windows": "2 days"}, "window '2 days' is neither"),
    ],
    ids=str,
)
def test_what_no_ensemble_can_be_made_of_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_detector("ensemble", **params)


@pytest.mark.parametrize("n_training", [60, 100, 200])
@pytest.mark.parametrize("name", ["ensemble", "kernel_features", "pca"])
def test_a_short_training_series_does_not_make_all_others_abnormal(name, n_training):
    shares = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        wave_of_19 = np.sin(np.arange(2 * n_training) / 3)
        for X in (
            wave_of_19 + 0.1 * rng.normal(size=2 * n_training),
            rng.normal(size=400),
        ):
            series = X[: 2 * n_training, np.newaxis]
            pipeline = make_detector(name, random_state=0).fit(series[:n_training])
            shares.append(np.mean(pipeline.predict(series[n_training:]) == -1))
    assert np.mean(shares) < 0.1


def test_the_shortest_window_sees_channels_together():
    def joint(**params):
        members = make_detector("ensemble", **params)[-1].estimators
        return {name for name, one in members if one[-1].channel_model == "joint"}

    assert joint() == {"pca_16", "nearest_window_16"}
    assert joint(online=True) == {"pca_16", "nearest_window_16"}
    assert joint(windows=(64, 20)) == {"pca_20", "nearest_window_20"}
    assert joint(windows=(64, 40)) == joint(windows="2 periods") == set()


def test_members_are_those_of_the_table():
    names = [name for name, _ in make_detector("ensemble")[-1].estimators]
    windows = ("16", "64", "2_periods")
    both = [f"{kind}_{w}" for kind in ("pca", "nearest_window") for w in windows]
    assert names == [*both, "kernel_features_64"]
    online = [name for name, _ in make_detector("ensemble", online=True)[-1].estimators]
    kinds = ("pca", "nearest_window", "kernel_features")
    assert online == [f"{kind}_{w}" for kind in kinds for w in (16, 32, 64, 128)]
    same = make_detector("ensemble", windows=np.array([16, 64, 16]))[-1].estimators
    assert [name for name, _ in same][:2] == ["pca_16", "pca_64"]


def related_channels(seed):
    """A wave of irregular speed in two channels, one of which repeats its past."""
    rng = np.random.default_rng(seed)
    phase = rng.normal(0.1, 0.15, size=3000).cumsum()
    X = np.sin(phase[:, np.newaxis] + [0, 0.5]) + 0.1 * rng.normal(size=(3000, 2))
    y = np.zeros(3000, dtype=bool)
    for start in (2000, 2300, 2600):
        y[start : start + 60] = True
    X[y, 1] = X[np.flatnonzero(y) - 700, 1]
    return X, y


def test_an_ensemble_sees_what_channels_have_in_common():
    """Each channel by itself is normal all the time."""
    found = []
    for seed in range(3):
        X, y = related_channels(seed)
        together, apart = (quick("ensemble", random_state=0) for _ in range(2))
        apart[-1].set_params(
            pca_16__pcadetector__channel_model="separate",
            nearest_window_16__nearestwindowdetector__channel_model="separate",
        )
        ranked = [
            average_precision_score(y[1500:], -one.score_samples(X)[1500:])
            for one in (together.fit(X[:1500]), apart.fit(X[:1500]))
        ]
        found.append(ranked)
    mean_together, mean_apart = np.mean(found, axis=0)
    assert mean_together > 0.5
    assert mean_together > mean_apart + 0.15


@pytest.mark.parametrize("name", ["epochs", "estimators"])
def test_what_an_ensemble_does_not_take_is_refused_with_advice(name):
    with pytest.raises(TypeError, match=f"no parameter '{name}'.*set_params"):
        make_detector("ensemble", **{name: 3})


def test_nothing_is_expected_where_it_cannot_be_told():
    X = LEVEL + SIZE * wave(80)
    quick = {"epochs": 1, "random_state": 0}
    pipelines = [
        make_pipeline(Shingler(12), StandardScaler(), AutoencoderDetector(**quick)),
        make_pipeline(
            Shingler(12, align="center"), DenseForecastDetector(horizon=3, **quick)
        ),
        make_pipeline(SimpleImputer(), Shingler(12), DenseForecastDetector(**quick)),
        make_pipeline(Normalizer(), Shingler(12), DenseForecastDetector(**quick)),
    ]
    for pipeline in pipelines:
        assert ask(pipeline.fit(X), X).expected is None


@pytest.mark.parametrize("name", OTHERS)
def test_the_scale_of_distances_does_not_depend_on_the_window(name):
    """Else a parameter such as gamma would mean another thing with each window."""
    spread = []
    for window, n_channels in ((10, 1), (40, 1), (40, 3)):
        X = wave(200, n_channels, noise=0)
        rows = make_detector(name, window=window)[:-1].fit_transform(X)
        shapes = make_detector(name)[-1].estimator[0].fit_transform(rows)
        assert shapes.shape == (200, window * n_channels)
        spread.append((shapes**2).sum(axis=1))
    # The mean square of standardized values, in every window of whole periods.
    np.testing.assert_allclose(np.concatenate(spread), 1, atol=0.05)


@pytest.fixture
def load_curve(data_dir):
    def read(name):
        return np.loadtxt(data_dir / "seeds" / "workshop" / name)[:, None]

    return read


def test_load_curves_behind_a_one_class_svm(load_curve):
    pipeline = make_detector("one_class_svm", window=16).fit(
        load_curve("timeseries1.csv")
    )
    for normal in ("timeseries1.csv", "timeseries3.csv", "timeseries4.csv"):
        assert (pipeline.predict(load_curve(normal)) == 1).all()
    labels = pipeline.predict(load_curve("timeseries5_anomaly.csv"))
    found = [(labels[at - 8 : at + 9] == -1).any() for at in (104, 204, 304, 422)]
    assert found == [False, True, True, True]


def test_load_curves_by_a_recurrent_autoencoder(load_curve):
    # Five steps at a time, through 23,301 parameters.
    pipeline = make_detector(
        "recurrent_autoencoder", window=5, context=None, units=50, random_state=0
    )
    pipeline.fit(load_curve("timeseries1.csv"))
    assert pipeline[-1].network_.count_params() == 23_301
    anomalies = {2: [239, 431], 3: [], 4: [], 5: [104, 204, 304, 422]}
    names = {number: f"timeseries{number}.csv" for number in (2, 3, 4)}
    names[5] = "timeseries5_anomaly.csv"
    for number, expected in anomalies.items():
        scores = pipeline.score_samples(load_curve(names[number]))
        events = find_events(scores, offset=pipeline[-1].offset_)
        peaks = [event.peak for event in events]
        assert len(peaks) == len(expected)
        np.testing.assert_allclose(peaks, expected, atol=4)


@pytest.mark.parametrize("seed", [0, 1])
def test_load_curves(load_curve, seed):
    read = load_curve
    pipeline = make_detector("autoencoder", random_state=seed)
    pipeline.fit(read("timeseries1.csv"))
    for normal in ("timeseries1.csv", "timeseries3.csv", "timeseries4.csv"):
        assert (pipeline.predict(read(normal)) == 1).all()
    scores = pipeline.score_samples(read("timeseries5_anomaly.csv"))
    events = find_events(scores, offset=pipeline[-1].offset_)
    peaks = [event.peak for event in events]
    np.testing.assert_allclose(peaks, [104, 204, 304, 422], atol=4)
