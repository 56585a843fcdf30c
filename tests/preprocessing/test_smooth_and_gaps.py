import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from skanomaly.preprocessing import interpolate_series, smooth_series

METHODS = [{"method": "mean"}, {"method": "lowpass"}]
methods = pytest.mark.parametrize("options", METHODS, ids=["mean", "lowpass"])
values = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.integers(1, 3)),
    elements=st.floats(-1e3, 1e3),
)
FRAME = pd.DataFrame(
    {"a": [1.0, 2.0, 4.0], "b": [3, 5, 7]}, index=pd.date_range("2024", periods=3)
)
FORMS = [FRAME, FRAME["a"], FRAME.to_numpy(), FRAME["a"].to_numpy()]


def assert_same_form(result, series):
    assert type(result) is type(series)
    assert result.shape == series.shape
    if hasattr(series, "index"):
        assert result.index.equals(series.index)
        assert getattr(result, "name", 0) == getattr(series, "name", 0)


@methods
@pytest.mark.parametrize("series", FORMS, ids=["frame", "series", "2d", "1d"])
def test_smoothing_keeps_the_form(series, options):
    before = series.copy()
    assert_same_form(smooth_series(series, **options), series)
    assert np.array_equal(series, before)


@pytest.mark.parametrize("series", FORMS, ids=["frame", "series", "2d", "1d"])
def test_filling_keeps_the_form(series):
    assert_same_form(interpolate_series(series), series)


@methods
@given(series=values)
def test_smoothing_treats_each_channel_by_itself(series, options):
    smoothed = smooth_series(series, **options)
    assert np.isfinite(smoothed).all()
    alone = smooth_series(series[:, -1], **options)
    np.testing.assert_allclose(smoothed[:, -1], alone, atol=1e-8)


@methods
def test_smoothing_is_symmetric_in_time(options):
    impulse = np.zeros(401)
    impulse[200] = 1.0
    smoothed = smooth_series(impulse, **options)
    assert smoothed[200] == pytest.approx(smoothed.max())
    np.testing.assert_allclose(smoothed, smoothed[::-1], atol=1e-9)


@methods
@given(level=st.floats(-1e6, 1e6), n=st.integers(1, 50))
def test_a_constant_stays(level, n, options):
    smoothed = smooth_series(np.full(n, level), **options)
    np.testing.assert_allclose(smoothed, level, rtol=1e-9, atol=1e-9)


@given(series=values, window=st.integers(1, 30))
def test_moving_average_is_the_mean_of_the_mirrored_series(series, window):
    mirrored = np.concatenate([series[::-1], series, series[::-1]])
    for _ in range(4):
        # Mirrored over and over, as the window may be longer than the series.
        mirrored = np.concatenate([mirrored[::-1], mirrored, mirrored[::-1]])
    first = (len(mirrored) - len(series)) // 2 - window // 2
    expected = [
        mirrored[first + i : first + i + window].mean(axis=0)
        for i in range(len(series))
    ]
    np.testing.assert_allclose(
        smooth_series(series, window=window), expected, atol=1e-9
    )


@given(series=values, half=st.integers(0, 15))
def test_moving_average_of_an_odd_window_preserves_the_sum(series, half):
    smoothed = smooth_series(series, window=2 * half + 1)
    np.testing.assert_allclose(smoothed.sum(axis=0), series.sum(axis=0), atol=1e-7)


def test_lowpass_separates_slow_from_fast_without_delay():
    steps = np.arange(2000)
    slow, fast = np.sin(2 * np.pi * steps / 100), np.sin(2 * np.pi * steps / 5)
    smoothed = smooth_series(slow + fast, method="lowpass", cutoff=1 / 20)
    np.testing.assert_allclose(smoothed[200:-200], slow[200:-200], atol=0.01)


def test_lowpass_halves_the_amplitude_at_the_cutoff():
    wave = np.sin(2 * np.pi * np.arange(4000) / 20)
    smoothed = smooth_series(wave, method="lowpass", cutoff=1 / 20)
    assert np.abs(smoothed[500:-500]).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        ([1.0, 2.0], {"method": "median"}, "'median'"),
        ([1.0, 2.0], {"window": 0}, "window must be"),
        ([1.0, 2.0], {"window": 2.5}, "window must be"),
        ([1.0, 2.0], {"method": "lowpass", "cutoff": 0.5}, "cutoff must lie"),
        ([1.0, 2.0], {"method": "lowpass", "cutoff": 0}, "cutoff must lie"),
        ([1.0, np.nan], {}, "NaN.*row 1"),
        (["a"], {}, "numbers only"),
        ([], {}, "at least one sample"),
        (np.zeros((2, 2, 2)), {}, r"\(2, 2, 2\)"),
    ],
)
def test_bad_input_to_smoothing_is_refused(series, options, message):
    with pytest.raises(ValueError, match=message):
        smooth_series(series, **options)


@given(series=values, seed=st.integers(0, 99))
def test_filling_touches_gaps_only(series, seed):
    rng = np.random.default_rng(seed)
    broken = np.where(rng.random(series.shape) < 0.4, np.nan, series)
    broken[rng.integers(len(series))] = series[0]
    filled = interpolate_series(broken)
    known = ~np.isnan(broken)
    np.testing.assert_array_equal(filled[known], broken[known])
    assert np.isfinite(filled).all()
    assert (filled >= np.nanmin(broken, axis=0) - 1e-9).all()
    assert (filled <= np.nanmax(broken, axis=0) + 1e-9).all()


def test_a_line_with_gaps_becomes_the_line():
    line = np.linspace(0, 3, 31)
    broken = line.copy()
    broken[[3, 4, 5, 17]] = [np.nan, np.inf, -np.inf, np.nan]
    np.testing.assert_allclose(interpolate_series(broken), line)


def test_edges_hold_the_nearest_value():
    nan = np.nan
    filled = interpolate_series([nan, 2.0, nan, 4.0, nan])
    assert filled.tolist() == [2.0, 2.0, 3.0, 4.0, 4.0]


def test_gaps_beyond_the_limit_stay():
    nan = np.nan
    filled = interpolate_series([0.0, nan, 2.0, np.inf, nan, 5.0, nan], limit=1)
    np.testing.assert_array_equal(filled, [0.0, 1.0, 2.0, nan, nan, 5.0, 5.0])


def test_a_channel_without_a_value_is_refused():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.inf]})
    with pytest.raises(ValueError, match="channel 'b' has no value"):
        interpolate_series(frame)
    with pytest.raises(ValueError, match="channel 0 has no value"):
        interpolate_series([np.nan])
    with pytest.raises(ValueError, match="limit must be"):
        interpolate_series([1.0], limit=0)
