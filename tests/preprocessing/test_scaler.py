"""Scaling whatever is wrong with a channel."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skanomaly import SeriesScaler, make_detector


def noise(n=1000, n_channels=1, seed=0):
    return np.random.default_rng(seed).normal(3, 2, size=(n, n_channels))


def quiet(X):
    with warnings.catch_warnings(action="ignore"):
        return SeriesScaler().fit(X)


@parametrize_with_checks([SeriesScaler()])
def test_it_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def test_ordinary_channels_are_standardized():
    X = noise(n_channels=3) * [1, 1e-6, 1e6]
    scaler = SeriesScaler().fit(X)
    scaled = scaler.transform(X)
    # Apart from the hundredths at both ends, which are limited.
    np.testing.assert_allclose(scaled, StandardScaler().fit_transform(X), atol=0.2)
    np.testing.assert_allclose(scaled.std(axis=0), 1.02, atol=0.02)
    np.testing.assert_allclose(scaler.fit_transform(X), scaled)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), X)


@pytest.mark.parametrize("size", [10, 30, 300])
def test_anomalies_in_training_hardly_set_the_scale(size):
    X = noise()
    clean = SeriesScaler().fit(X)
    X[[100, 333, 334, 700, 999]] += size * 2
    scaler = quiet(X)
    np.testing.assert_allclose(scaler.scale_, clean.scale_, rtol=0.02)


def test_ordinary_channels_have_no_peculiarities():
    scaler = SeriesScaler().fit(noise())
    assert not scaler.steady_.any()
    assert len(scaler.glitches_) == 0


@pytest.mark.parametrize("glitch", [-9999.0, 1e9, 1e300])
def test_glitches_do_not_set_the_scale(glitch):
    X = noise()
    clean = SeriesScaler().fit(X)
    rows = [100, 333, 334, 700, 999]
    X[rows] = glitch
    with pytest.warns(UserWarning, match=r"5 value\(s\).* in row 100: .*channel 0 is"):
        scaler = SeriesScaler().fit(X)
    assert scaler.glitches_[:, 0].tolist() == rows
    np.testing.assert_allclose(scaler.scale_, clean.scale_, rtol=0.01)
    # They stay what they are where the series is scored, and nothing learns from them.
    assert np.abs(scaler.transform(X)[rows]).min() > 1000
    learned = clone(scaler)
    with warnings.catch_warnings(action="ignore"):
        training = learned.fit_transform(X)
    assert np.abs(training).max() < 5
    assert training[333, 0] == pytest.approx(
        scaler.transform(X[332:333])[0, 0] * 2 / 3
        + scaler.transform(X[335:336])[0, 0] / 3
    )


def test_a_channel_with_many_extremes_has_no_glitches():
    """What one sample in ten does is no glitch."""
    X = noise()
    X[::10] = 1e6
    scaler = SeriesScaler().fit(X)
    assert len(scaler.glitches_) == 0
    assert scaler.scale_[0] == pytest.approx(X.std())


@pytest.mark.parametrize("unit", [1e-12, 0.05, 1.0, 1e9])
@pytest.mark.parametrize("level", [0.0, 0.1, -70.0])
def test_a_change_of_a_constant_channel_has_a_size_without_unit(unit, level):
    if abs(level) * 1e-15 > unit:
        pytest.skip("the change is within the rounding of the level")
    with pytest.warns(UserWarning, match="channel 0 is constant in the training"):
        scaler = SeriesScaler().fit(np.full((500, 1), level))
    assert scaler.constant_.all()
    later = scaler.transform(level + np.array([[0], [1], [-1], [1000]]) * unit)[:, 0]
    assert later[0] == 0
    np.testing.assert_allclose(later[1:], [1, -1, 1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_rounding_of_a_constant_is_no_change(dtype):
    X = np.full((500, 1), 0.1, dtype=dtype)
    X[::7] = dtype(0.3) - dtype(0.2)
    assert len(np.unique(X)) == 2
    scaler = quiet(X)
    assert scaler.constant_.all()
    assert not scaler.transform(X).any()


def test_rare_changes_count_by_their_logarithm():
    X = np.zeros((1000, 2))
    X[::100, 0] = 5.0
    X[::20, 1] = 5.0
    scaler = quiet(X)
    assert scaler.steady_.tolist() == [True, False]
    found = scaler.transform([[5.0, 0], [10.0, 0], [-40.0, 0], [0.1, 0]])[:, 0]
    np.testing.assert_allclose(found, [1, 2, -4, 1])


def test_the_inverse_leads_back():
    X = np.zeros((1000, 1))
    X[::100] = 5.0
    scaler = quiet(X)
    back = scaler.inverse_transform(scaler.transform([[0.0], [5.0], [-20.0]]))
    np.testing.assert_allclose(back, [[0.0], [5.0], [-20.0]], atol=1e-12)
    constant = quiet(np.full((50, 1), 3.0))
    assert (constant.inverse_transform([[0.2], [1.0], [-7.0]]) == 3.0).all()


@pytest.mark.parametrize("unit", [1e-300, 1e-12, 1e12, 1e300])
def test_the_unit_of_a_channel_does_not_matter(unit):
    X = noise()
    expected = SeriesScaler().fit_transform(X)
    np.testing.assert_allclose(SeriesScaler().fit_transform(X * unit), expected)


@pytest.mark.parametrize("n", [20, 60, 99])
def test_one_odd_value_of_few_does_not_set_the_scale(n):
    X = noise(n)
    usual = SeriesScaler().fit(X).scale_
    X[n // 2] = 1000
    assert quiet(X).scale_ == pytest.approx(usual, rel=0.2)


def test_very_few_values_are_all_usual():
    assert SeriesScaler().fit([[1.0], [2.0], [3.0], [4.0]]).scale_ == np.std(range(4))
    assert quiet([[7.0]]).transform([[7.0], [8.0]]).tolist() == [[0.0], [1.0]]


def test_a_state_that_lasts_is_no_glitch():
    X = noise(2000) / 100
    X[500:580] = 50.0
    scaler = SeriesScaler().fit(X)
    assert len(scaler.glitches_) == 0
    np.testing.assert_array_equal(scaler.fit_transform(X), scaler.transform(X))


def test_a_small_deviation_at_a_high_level_has_a_scale():
    X = 1.7e9 + 0.05 * np.random.default_rng(0).normal(size=(20_000, 1))
    assert SeriesScaler().fit(X).scale_ == pytest.approx(0.05, rel=0.03)


def test_single_precision_stays_what_it_is():
    X = noise().astype(np.float32)
    assert SeriesScaler().fit_transform(X).dtype == np.float32


def test_huge_values_are_refused_in_training_and_limited_later():
    with pytest.raises(ValueError, match="too large for a mean"):
        SeriesScaler().fit(np.tile([[1e307], [1.7e308]], (50, 1)))
    assert np.isfinite(SeriesScaler().fit(noise() * 1e-9).transform([[1e305]])).all()


def test_the_inverse_keeps_gaps_and_checks_channels():
    scaler = SeriesScaler().fit(noise())
    assert np.isnan(scaler.inverse_transform([[0.0], [np.nan]])).tolist() == [
        [False],
        [True],
    ]
    with pytest.raises(ValueError, match=r"2 channels, but the training series had 1"):
        scaler.inverse_transform([[0.0, 1.0]])


def test_the_inverse_takes_values_without_names():
    frame = pd.DataFrame(noise(), columns=["load"])
    scaler = SeriesScaler().fit(frame)
    back = scaler.inverse_transform(scaler.transform(frame))
    np.testing.assert_allclose(back, frame)


def test_warnings_name_channels():
    frame = pd.DataFrame(noise(n_channels=2), columns=["load", "valve"])
    frame["valve"] = 1.0
    frame.loc[40, "load"] = -1e6
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        SeriesScaler().fit(frame)
    texts = [str(one.message) for one in caught]
    assert any("channel 'valve' is constant" in text for text in texts)
    assert any("in row 40: -1e+06" in text and "'load'" in text for text in texts)


@pytest.mark.parametrize("move", [0.05, 5.0])
@pytest.mark.parametrize("name", ["pca", "nearest_window"])
def test_what_was_constant_and_moves_is_found(name, move):
    wave = np.sin(np.arange(2000) * 2 * np.pi / 50)
    X = np.column_stack([wave + noise(2000)[:, 0] / 20, np.zeros(2000)])
    X[1500:1520, 1] = move
    pipeline = make_detector(
        "ensemble", members=(name,), windows=(16, 64), random_state=0
    )
    with pytest.warns(UserWarning, match="channel 1 is constant"):
        pipeline.fit(X[:1000])
    scores = pipeline.score_samples(X)
    assert 1500 <= scores.argmin() < 1520
