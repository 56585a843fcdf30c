"""The pipelines that are recommended, from a series to labels."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

import skanomaly.compose._expected as expected_module
from skanomaly import (
    AutoencoderDetector,
    DenseForecastDetector,
    Shingler,
    SigmaThreshold,
    find_events,
    make_detector,
)
from skanomaly.compose import detector_names, expected_values
from skanomaly.detectors import BaseDetector
from tests.detectors.common import records, wave

LEVEL, SIZE = 5000.0, 300.0


@pytest.fixture(
    scope="module",
    params=[(name, n) for name in detector_names() for n in (1, 3)],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def fitted(request):
    name, n_channels = request.param
    pipeline = make_detector(name, window=16, epochs=1, random_state=0)
    return pipeline.fit(LEVEL + SIZE * wave(120, n_channels))


def n_channels_of(pipeline):
    return pipeline[0].n_features_in_


def test_every_sample_gets_a_score_and_a_label(fitted):
    X = LEVEL + SIZE * wave(60, n_channels_of(fitted), seed=1)
    labels = fitted.predict(X)
    assert labels.shape == fitted.score_samples(X).shape == (60,)
    assert set(labels) <= {-1, 1}
    assert fitted[-1].score_channels(fitted[:-1].transform(X)).shape == (
        60,
        n_channels_of(fitted),
    )


def test_a_series_shorter_than_the_window_is_scored(fitted):
    X = LEVEL + SIZE * wave(5, n_channels_of(fitted))
    assert fitted.predict(X).shape == (5,)


def test_the_unit_does_not_matter():
    X = LEVEL + SIZE * wave(120, 3)
    pipeline = make_detector("autoencoder", window=16, epochs=1, random_state=0)
    scores = pipeline.fit(X).score_samples(X)
    in_other_unit = clone(pipeline).fit(X / 1000)
    np.testing.assert_allclose(in_other_unit.score_samples(X / 1000), scores, rtol=1e-2)


def test_expected_values_have_shape_and_unit_of_the_series(fitted):
    X = LEVEL + SIZE * wave(60, n_channels_of(fitted), seed=1)
    expected = expected_values(fitted, X)
    assert expected.shape == X.shape
    assert (np.abs(expected - LEVEL) < 3 * SIZE).all()


def test_expected_values_are_joined_without_a_seam(fitted, monkeypatch):
    X = LEVEL + SIZE * wave(60, n_channels_of(fitted), seed=1)
    whole = expected_values(fitted, X)
    for size in (1, 23, 59):  # but at least a window
        values = size * fitted[-1].n_features_in_
        monkeypatch.setattr(expected_module, "BLOCK_VALUES", values)
        np.testing.assert_allclose(expected_values(fitted, X), whole, rtol=1e-5)


@pytest.fixture(scope="module", params=detector_names())
def of_sine(request):
    """A pipeline that has learnt a sine well."""
    pipeline = make_detector(
        request.param, window=20, random_state=0, learning_rate=0.01
    )
    return pipeline.fit(LEVEL + SIZE * wave(400, noise=0))


def test_what_is_expected_of_a_sine_is_a_sine(of_sine):
    X = LEVEL + SIZE * wave(400, noise=0)
    error = np.abs(expected_values(of_sine, X) - X)[20:-20].mean()
    assert error < 0.2 * np.abs(X - LEVEL).mean()


def test_what_is_expected_of_a_spike_is_no_spike(of_sine):
    X = LEVEL + SIZE * wave(400, noise=0)
    normal = expected_values(of_sine, X)[300]
    X[300] += 8 * SIZE
    expected = expected_values(of_sine, X)[300]
    # It is the sample's own value that is expected, not that of one of its neighbours.
    assert np.abs(expected - X[300]) > 2 * SIZE
    assert np.abs(expected - normal) < 6 * SIZE


def test_the_reconstruction_of_a_sample_is_a_mean_over_sub_windows():
    X = wave(80)
    detector = AutoencoderDetector(context=6, epochs=1, random_state=0)
    for align, step in (("end", 11), ("center", 6)):
        pipeline = make_pipeline(Shingler(12, align=align), detector).fit(X)
        rows = pipeline[:-1].transform(X)
        np.testing.assert_allclose(
            expected_values(pipeline, X)[:, 0],
            pipeline[-1].reconstruct(rows)[:, step],
            rtol=1e-6,
        )


def test_the_forecast_of_a_sample_is_the_last_of_its_row():
    X = wave(80)
    detector = DenseForecastDetector(horizon=3, epochs=1, random_state=0)
    pipeline = make_pipeline(Shingler(12), detector).fit(X)
    rows = pipeline[:-1].transform(X)
    np.testing.assert_array_equal(
        expected_values(pipeline, X)[:, 0], pipeline[-1].forecast(rows)[:, -1]
    )


def test_some_pipelines_expect_nothing():
    X = wave(100)
    forest = IsolationForest(n_estimators=5, random_state=0)
    pipeline = make_pipeline(StandardScaler(), Shingler(10), forest).fit(X)
    assert expected_values(pipeline, X) is None
    table = records()
    tabular = make_pipeline(StandardScaler(), AutoencoderDetector(epochs=1))
    assert expected_values(tabular.fit(table), table) is None


def test_every_recipe_is_a_detector_of_ours():
    for name in detector_names():
        pipeline = make_detector(name)
        assert isinstance(pipeline[-1], BaseDetector)
        assert pipeline.named_steps["shingler"].window == "auto"


def test_an_automatic_window_holds_whole_periods():
    X = wave(200)
    for name in detector_names():
        pipeline = make_detector(name, epochs=1)
        window = pipeline[:-1].fit(X).named_steps["shingler"].window_
        assert window % 10 == 0
        assert window > 0


def test_parameters_reach_the_detector():
    rule = SigmaThreshold(k=5)
    detector = make_detector("lstm", threshold=rule, units=7, epochs=2)[-1]
    assert (detector.units, detector.epochs) == (7, 2)
    assert detector.threshold is rule
    with pytest.raises(TypeError, match="filters"):
        make_detector("lstm", filters=3)


@pytest.mark.parametrize(
    ("name", "close"),
    [("lsmt", "lstm"), ("auto-encoder", "autoencoder"), ("ccn", "cnn")],
)
def test_an_unknown_name_gets_a_suggestion(name, close):
    with pytest.raises(ValueError, match=rf"'{name}' is unknown.*mean '{close}'\?"):
        make_detector(name)


def test_a_name_like_no_other_gets_the_list():
    with pytest.raises(ValueError, match="Known are: .*lstm") as caught:
        make_detector("prophet")
    assert "mean" not in str(caught.value)
    assert all(name in str(caught.value) for name in detector_names())


def test_nothing_is_expected_where_it_cannot_be_told():
    X = LEVEL + SIZE * wave(80)
    quick = {"epochs": 1, "random_state": 0}
    pipelines = [
        make_pipeline(Shingler(12), StandardScaler(), AutoencoderDetector(**quick)),
        make_pipeline(Shingler(12, align="center"), DenseForecastDetector(**quick)),
        make_pipeline(SimpleImputer(), Shingler(12), DenseForecastDetector(**quick)),
        make_pipeline(Normalizer(), Shingler(12), DenseForecastDetector(**quick)),
    ]
    for pipeline in pipelines:
        assert expected_values(pipeline.fit(X), X) is None


@pytest.mark.parametrize("seed", [0, 1])
def test_load_curves(data_dir, seed):
    def read(name):
        return np.loadtxt(data_dir / "seeds" / "workshop" / name)[:, None]

    pipeline = make_detector("autoencoder", random_state=seed)
    pipeline.fit(read("timeseries1.csv"))
    for normal in ("timeseries1.csv", "timeseries3.csv", "timeseries4.csv"):
        assert (pipeline.predict(read(normal)) == 1).all()
    scores = pipeline.score_samples(read("timeseries5_anomaly.csv"))
    events = find_events(scores, offset=pipeline[-1].offset_)
    peaks = [event.peak for event in events]
    np.testing.assert_allclose(peaks, [104, 204, 304, 422], atol=4)
