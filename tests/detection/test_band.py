"""The band around expected values, beyond which a sample alone is an anomaly."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    BiGANDetector,
    EnsembleDetector,
    NearestWindowDetector,
    PCADetector,
    SeriesScaler,
    Shingler,
    detect,
    make_detector,
)
from skanomaly.datasets import make_periodic
from skanomaly.detection import ask
from skanomaly.detectors import OwnErrorCurve
from skanomaly.events import STRONG
from tests.detectors.common import quick, rows_of, wave
from tests.naive import size

N_TRAIN = 600


@pytest.fixture(scope="module")
def made():
    return make_periodic(
        1200, period=25, n_channels=2, n_anomalies=5, noise=0.05, random_state=0
    )


def found_by(pipe, made):
    return detect(pipe.fit(made.X[:N_TRAIN]), made.X, n_train=N_TRAIN)


@pytest.fixture(scope="module", params=["pca", "nearest_window", "ensemble"])
def found(request, made):
    return found_by(make_detector(request.param, random_state=0), made)


def test_a_value_beyond_the_band_has_the_own_error_of_an_event(found):
    """And one within has not, unless the other channel has."""
    lower, upper = found.expected_band
    assert (lower <= found.expected).all()
    assert (found.expected <= upper).all()
    level = STRONG * found.usual_error
    beyond = (found.series.values < lower) | (found.series.values > upper)
    large = found.own_errors > level
    assert 10 < beyond.sum() < 0.5 * beyond.size
    assert (beyond == large).mean() > 0.995


def test_most_normal_samples_are_within_the_band(found):
    values = found.series.values[:N_TRAIN]
    lower, upper = (end[:N_TRAIN] for end in found.expected_band)
    assert ((lower < values) & (values < upper)).mean() > 0.97


@pytest.mark.parametrize("name", ["dense", "cnn"])
def test_a_forecast_sample_at_the_band_has_the_error_when_it_is_scored(name, made):
    epochs = {"epochs": 2, "random_state": 0}
    pipe = make_detector(name, window=50, **epochs)
    found = found_by(pipe, made)
    level = STRONG * found.usual_error
    for ends in found.expected_band:
        for sample, channel in ((700, 0), (900, 1), (1100, 0)):
            series = made.X.copy()
            series[sample, channel] = ends[sample, channel]
            own = ask(pipe, series).own_errors[sample, channel]
            assert own == pytest.approx(level, rel=0.01)


def test_the_error_with_fixed_predictions_is_the_level():
    """Add up the errors of all windows that cover a sample, as the detector does."""
    context, step, window = 5, 6, 12
    series = wave(400, 2, noise=0.2)
    model = quick(PCADetector, n_channels=2, context=context).fit(rows_of(series))
    rows = rows_of(series).reshape(-1, window, 2)
    assessed = model.assess(rows, step=step)
    level = 3 * np.quantile(assessed.own_errors, 0.99, axis=0)
    for one in level:
        for ends in assessed.curve.limits(one):
            own, total = np.zeros((2, *ends.shape))
            for first in range(step - context + 1, step + 1):
                values = rows[:, first : first + context]
                mean = values.mean(axis=1, keepdims=True)
                flat = (values - mean).reshape(len(rows), -1)
                back = model.pca_.inverse_transform(model.pca_.transform(flat))
                expected = back.reshape(values.shape) + mean
                weight = size(values - expected).mean(axis=1) ** -2.0
                own += weight * size(ends - expected[:, step - first])
                total += weight
            own /= total * model._combination.unit
            np.testing.assert_allclose(own, one, rtol=0.01)


def test_the_error_of_an_ensemble_is_the_mean_of_those_of_its_members():
    series = wave(400, 2, noise=0.2)
    rows = rows_of(series).reshape(-1, 12, 2)
    members = [
        ("pca", PCADetector(n_channels=2)),
        ("nearest", NearestWindowDetector(n_channels=2, max_windows=60)),
    ]
    ensemble = EnsembleDetector(members).fit(rows)
    assessed = ensemble.assess(rows, step=6)
    level = STRONG * np.quantile(assessed.own_errors.sum(axis=1), 0.99)
    lower, upper = assessed.curve.limits(level)
    assert (lower < upper).all()
    for ends in (lower, upper):
        own = np.zeros(ends.shape)
        for member in ensemble._members:
            model = member.estimator
            expected = model.assess(rows, step=6).expected
            unit = model._combination.unit * member.usual_own_errors
            own += size(ends - expected) / unit / (2 * len(members))
        np.testing.assert_allclose(own, level, rtol=0.01)


def test_a_curve_is_exact_for_two_predictions():
    """Of any distance and weights, and for one, with residuals on both sides of 1."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=(5000, 1))
    second = first + rng.choice([0, 0.1, 0.5, 1, 1.5, 4], size=first.shape)
    share = rng.uniform(0.05, 0.95, size=first.shape)

    def own(values):
        return share * size(values - first) + (1 - share) * size(values - second)

    powers = [share * first**n + (1 - share) * second**n for n in (1, 2, 3)]
    curve = OwnErrorCurve(*powers, 2.0)
    for level in (0.01, 0.2, 0.5, 1.0, 3.0, 1e6):
        lower, upper = curve.limits(level)
        is_open = own(powers[0]) < 2 * level
        np.testing.assert_allclose(own(lower)[is_open], 2 * level, rtol=1e-4)
        np.testing.assert_allclose(own(upper)[is_open], 2 * level, rtol=1e-4)
        for ends in (lower, upper):
            np.testing.assert_array_equal(ends[~is_open], powers[0][~is_open])
        assert (lower[is_open] < upper[is_open]).all()


def test_the_band_has_the_unit_of_the_series(made):
    pipe = make_detector("pca", random_state=0)
    found = found_by(pipe, made)
    scaled = replace(made, X=made.X * [10, -0.1] + [5, 7])
    other = found_by(pipe, scaled)
    lower, upper = (end * [10, -0.1] + [5, 7] for end in found.expected_band)
    np.testing.assert_allclose(other.expected_lower[:, 0], lower[:, 0], rtol=1e-4)
    np.testing.assert_allclose(other.expected_lower[:, 1], upper[:, 1], rtol=1e-4)
    np.testing.assert_allclose(other.expected_upper[:, 1], lower[:, 1], rtol=1e-4)


def test_no_band_where_own_errors_are_not_of_the_residual(made):
    pipes = {
        "a discriminator": make_pipeline(
            SeriesScaler(), Shingler(25), quick(BiGANDetector, n_channels=2)
        ),
        "no expected value": make_detector("isolation_forest"),
        "channels that were joined": make_pipeline(
            PCA(2), Shingler(25), PCADetector(n_channels=2)
        ),
        "members with scales of their own": EnsembleDetector(
            [
                (
                    "one",
                    make_pipeline(
                        StandardScaler(), Shingler(25), PCADetector(n_channels=2)
                    ),
                )
            ]
        ),
    }
    for pipe in pipes.values():
        found = found_by(pipe, made)
        assert found.expected_band is found.expected_lower is None


def test_a_table_has_the_band_whatever_channels_are_called(made):
    found = found_by(make_detector("pca", random_state=0), made)
    named = replace(found.series, channel_names=("x", "lower_x"))
    frame = replace(found, series=named).to_frame()
    assert frame.columns.is_unique
    np.testing.assert_array_equal(frame["expected_upper_x"], found.expected_upper[:, 0])
    np.testing.assert_array_equal(frame["expected_lower_x"], found.expected[:, 1])
    columns = ["expected_lower_x_value", "expected_lower_lower_x"]
    np.testing.assert_array_equal(frame[columns], found.expected_lower)
