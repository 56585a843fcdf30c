import re
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_array

from skanomaly import Shingler
from skanomaly.windows import as_series
from tests import naive

floats = st.floats(-1e9, 1e9, width=32)
all_series = hnp.arrays(
    st.sampled_from([np.float64, np.float32]),
    st.tuples(st.integers(1, 25), st.integers(1, 3)),
    elements=floats,
)
ALIGNED = st.one_of(st.sampled_from(["end", "center"]), st.floats(0, 1))
shinglers = st.builds(
    Shingler,
    window=st.integers(1, 30),
    align=ALIGNED,
    pad=st.sampled_from(["edge", "reflect", "period"]),
    flatten=st.booleans(),
)

# Short series are among those that hypothesis draws.
padded = pytest.mark.filterwarnings("ignore:The series of:UserWarning")


@padded
@given(all_series, shinglers)
def test_each_sample_gets_its_window(series, shingler):
    windows = shingler.fit_transform(series)
    expected = naive.windows(
        series,
        shingler.window,
        align=shingler.align,
        pad=shingler.pad,
        period=shingler.period_,
    )
    np.testing.assert_array_equal(windows, np.reshape(expected, windows.shape))
    assert windows.shape[0] == len(series)
    assert windows.ndim == (2 if shingler.flatten else 3)
    assert windows.dtype == series.dtype
    assert not windows.flags.writeable


@padded
@given(all_series, shinglers)
def test_inverse_is_exact(series, shingler):
    windows = shingler.fit_transform(series)
    back = shingler.inverse_transform(windows)
    np.testing.assert_array_equal(back, series)
    assert back.dtype == series.dtype


@padded
@given(all_series, shinglers, st.integers(0, 99))
def test_inverse_is_the_mean_over_overlapping_windows(series, shingler, seed):
    n, n_channels = series.shape
    shingler.fit(series)
    shape = (n, shingler.window_, n_channels)
    windows = np.random.default_rng(seed).normal(size=shape)
    before = naive.before(shingler.window_, shingler.align)
    assert shingler.own_step_ == before
    found = [[] for _ in range(n)]
    for i in range(n):
        for s in range(shingler.window_):
            if 0 <= i + s - before < n:
                found[i + s - before].append(windows[i, s])
    expected = [np.mean(values, axis=0) for values in found]
    np.testing.assert_allclose(shingler.inverse_transform(windows), expected, atol=1e-9)
    flat = windows.reshape(n, -1)
    np.testing.assert_allclose(shingler.inverse_transform(flat), expected, atol=1e-9)


@padded
@given(all_series, shinglers)
def test_rows_are_recognised_as_a_series(series, shingler):
    windows = shingler.set_params(flatten=True).fit_transform(series)
    recognised = as_series(windows, series.shape[1])
    if len(series) > 1 and shingler.window_ > 1:
        assert np.shares_memory(recognised, windows)


@pytest.mark.parametrize(
    ("pad", "first"),
    [("edge", [1, 1, 1, 1]), ("reflect", [4, 3, 2, 1]), ("period", [4, 3, 2, 1])],
)
def test_what_the_first_row_sees(pad, first):
    X = np.array([[1.0], [2.0], [3.0], [4.0]])
    np.testing.assert_array_equal(Shingler(4, pad=pad).fit_transform(X)[0], first)


@pytest.mark.parametrize("align", ["end", "center"])
@pytest.mark.parametrize("window", [7, 20, 33, 90])
def test_a_period_goes_on_beyond_the_ends(window, align):
    wave = np.tile(np.arange(20.0) ** 2, 12)[:, None]
    shingler = Shingler(window, align=align, pad="period").fit(wave)
    assert shingler.period_ == 20
    longer = shingler.transform(np.tile(wave, (3, 1)))[len(wave) : 2 * len(wave)]
    np.testing.assert_array_equal(shingler.transform(wave), longer)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_rows_pass_through_a_pipeline_uncopied(order, n_channels):
    X = np.random.default_rng(0).normal(size=(200, n_channels))
    X = np.array(X, order=order)
    through = FunctionTransformer(validate=True)
    shingler = Shingler(30)
    pipe = make_pipeline(StandardScaler(), shingler, through, through).fit(X)
    rows = pipe.transform(X)
    assert rows.shape == (200, 30 * n_channels)
    assert rows.strides == (8 * n_channels, 8)
    assert np.shares_memory(rows, check_array(rows))


def test_memory_and_time_are_those_of_the_series():
    X = np.random.default_rng(0).normal(size=(1_000_000, 1))
    shingler = Shingler(400).fit(X)
    start = time.perf_counter()
    tracemalloc.start()
    rows = shingler.transform(X)
    as_series(rows, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows.shape == (1_000_000, 400)
    assert peak < 2 * X.nbytes
    assert time.perf_counter() - start < 1


def test_inverse_of_many_windows_takes_the_memory_of_few_series():
    X = np.random.default_rng(0).normal(size=(50_000, 1))
    shingler = Shingler(50, align="center").fit(X)
    rows = shingler.transform(X)
    tracemalloc.start()
    shingler.inverse_transform(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * X.nbytes


def test_names_say_channel_and_lag():
    X = np.zeros((400, 2))
    names = Shingler(2).fit(X).get_feature_names_out()
    assert list(names) == ["x0_lag1", "x1_lag1", "x0_lag0", "x1_lag0"]
    names = Shingler(4, align="center").fit(X[:, :1]).get_feature_names_out()
    assert list(names) == ["x0_lag2", "x0_lag1", "x0_lag0", "x0_lead1"]
    names = Shingler(400).fit(X[:, :1]).get_feature_names_out(["load"])
    assert (names[0], names[-1]) == ("load_lag399", "load_lag0")


@pytest.mark.parametrize("align", ["end", "center"])
def test_names_are_those_of_the_values(align):
    X = np.arange(10.0).reshape(-1, 1)
    shingler = Shingler(5, align=align)
    row = shingler.fit_transform(X)[5]
    for name, value in zip(shingler.get_feature_names_out(), row, strict=True):
        kind, steps = re.fullmatch(r"x0_(lag|lead)(\d+)", name).groups()
        assert value == 5 + int(steps) * {"lag": -1, "lead": 1}[kind]


def test_names_need_a_fit():
    with pytest.raises(NotFittedError):
        Shingler().get_feature_names_out()


def test_data_frame_in_and_out():
    pd = pytest.importorskip("pandas")
    index = pd.date_range("2024-01-01", periods=6, freq="h")
    frame = pd.DataFrame({"load": np.arange(6.0), "heat": 1.0}, index=index)
    shingler = Shingler(2).set_output(transform="pandas")
    rows = shingler.fit_transform(frame)
    assert list(rows) == ["load_lag1", "heat_lag1", "load_lag0", "heat_lag0"]
    assert rows.index.equals(index)
    np.testing.assert_array_equal(as_series(rows.to_numpy(), 2)[1:], frame.to_numpy())
    np.testing.assert_array_equal(shingler.inverse_transform(rows), frame)


def test_three_dimensions_fit_no_data_frame():
    shingler = Shingler(2, flatten=False)
    with pytest.raises(ValueError, match="flatten=True"):
        shingler.set_output(transform="pandas")
    assert shingler.set_output(transform="default") is shingler
    assert not hasattr(shingler, "get_feature_names_out")
    late = Shingler(2).set_output(transform="pandas").set_params(flatten=False)
    assert late.fit_transform(np.zeros((5, 2))).shape == (5, 2, 2)


def test_auto_window_is_a_number_of_periods():
    t = np.arange(600)
    X = np.sin(2 * np.pi * t / 24)[:, None]
    assert Shingler().fit(X).window_ == 24
    assert Shingler(periods=3).fit(X).window_ == 72
    # An eighth of the series at most, but one period at least.
    assert Shingler(periods=3).fit(X[:400]).window_ == 48
    assert Shingler(periods=3).fit(X[:110]).window_ == 24
    assert Shingler(periods=3).fit(np.zeros((50, 1))).window_ == 5
    assert Shingler(7, periods=3).fit(X).window_ == 7
    # Or a part of one.
    assert Shingler(periods=0.75).fit(X).window_ == 18
    assert Shingler(periods=1.5).fit(X).window_ == 36
    # Fewer windows in the training part may be longer.
    assert Shingler(periods=3, min_windows=4).fit(X[:400]).window_ == 72


def test_automatic_windows_are_neither_noise_nor_endless():
    wave = np.sin(np.arange(4000)[:, np.newaxis] * 2 * np.pi / 3)
    assert Shingler(periods=2).fit(wave).period_ == 3
    assert Shingler(periods=2).fit(wave).window_ == 16
    assert Shingler(periods=0.01).fit(wave).window_ == 16
    long = np.sin(np.arange(100_000)[:, np.newaxis] * 2 * np.pi / 1500)
    assert Shingler(periods=2).fit(long).window_ == 3000
    assert Shingler(periods=4).fit(long).window_ == 4096
    assert Shingler(periods=4, max_window=200).fit(long).window_ == 200
    assert Shingler(5000).fit(long).window_ == 5000


def test_a_fraction_of_the_window_lies_before_the_sample():
    X = np.arange(20.0)[:, None]
    for align, name in ((0.5, "center"), (1.0, "end")):
        for window in (1, 4, 7):
            np.testing.assert_array_equal(
                Shingler(window, align=align).fit_transform(X),
                Shingler(window, align=name).fit_transform(X),
            )
    shingler = Shingler(8, align=0.75).fit(X)
    assert shingler.transform(X)[10].tolist() == [4, 5, 6, 7, 8, 9, 10, 11]
    assert shingler.get_feature_names_out()[[0, -1]].tolist() == ["x0_lag6", "x0_lead1"]


def test_a_series_without_a_whole_window_is_padded_with_a_warning():
    X = np.arange(10.0).reshape(-1, 1)
    with pytest.warns(UserWarning, match="of 10 sample.*window of 11.*shorter window"):
        short = Shingler(11).fit(X)
    short.transform(X)  # without a second warning
    shingler = Shingler(10).fit(X)
    shingler.transform(X)
    with pytest.warns(UserWarning, match="of 9 sample.*window of 10.*those before"):
        shingler.transform(X[:9])


def test_fit_decides_the_window_and_set_params_does_not():
    X = np.zeros((20, 1))
    shingler = Shingler(5).fit(X).set_params(window=7)
    assert shingler.transform(X).shape == (20, 5)
    assert not hasattr(clone(shingler), "window_")


@pytest.mark.parametrize(
    "parameters",
    [
        {"window": 0},
        {"window": 2.5},
        {"window": "day"},
        {"periods": 0},
        {"align": "start"},
        {"align": 1.5},
        {"pad": "zero"},
        {"flatten": "no"},
    ],
    ids=repr,
)
def test_parameters_out_of_range_are_refused(parameters):
    name = next(iter(parameters))
    with pytest.raises(ValueError, match=f"'{name}' parameter of Shingler must be"):
        Shingler(**parameters).fit(np.zeros((10, 1)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gaps_are_refused_with_their_place(bad):
    X = np.zeros((10, 1))
    shingler = Shingler(3).fit(X)
    X[4] = bad
    for call in (shingler.transform, Shingler(3).fit):
        with pytest.raises(ValueError, match=r"row 4.*interpolate_series"):
            call(X)


def test_wrong_number_of_channels_is_refused():
    shingler = Shingler(3).fit(np.zeros((10, 2)))
    with pytest.raises(ValueError, match="expecting 2 features"):
        shingler.transform(np.zeros((10, 3)))
    with pytest.raises(ValueError, match=r"\(n_samples, 6\)"):
        shingler.inverse_transform(np.zeros((10, 5)))


@pytest.mark.parametrize("n_days", [100, 101, 102, 103])
def test_days_of_a_week_go_on_as_a_week(n_days):
    hours = np.arange(24 * (n_days + 8))
    free = (hours // 24) % 7 >= 5
    days = (1 + 0.6 * np.sin(2 * np.pi * hours / 24)) * np.where(free, 0.6, 1.0)
    noisy = days * np.random.default_rng(0).normal(1, 0.05, len(hours))
    first, stop = 24 * 7, 24 * (7 + n_days)
    X = noisy[first:stop, np.newaxis]
    shingler = Shingler(48, align="center", pad="period").fit(X)
    assert shingler.period_ == 24
    rows = shingler.transform(X)
    np.testing.assert_allclose(rows[-1][-23:], days[stop:][:23], atol=0.3)
    np.testing.assert_allclose(rows[0][:24], days[first - 24 : first], atol=0.3)


def test_equal_anomalies_are_no_repetition():
    X = np.sin(2 * np.pi * np.arange(600)[:, np.newaxis] / 20)
    clean = X + 0.05 * np.random.default_rng(0).normal(size=X.shape)
    X = clean.copy()
    for start in (250, 400, 550):
        X[start : start + 10] = 0.5
    shingler = Shingler(20, align="center", pad="period").fit(clean)
    last = shingler.transform(X)[-1]
    np.testing.assert_allclose(last, shingler.transform(clean)[-1], atol=0.3)


@pytest.mark.parametrize("seed", range(4))
def test_two_anomalies_are_no_repetition(seed):
    noise = 0.1 * np.random.default_rng(seed).normal(size=(4000, 1))
    clean = np.sin(2 * np.pi * np.arange(4000)[:, np.newaxis] / 50) + noise
    X = clean.copy()
    X[3000:3020] += 3
    X[3500:3540] = 0
    shingler = Shingler(100, align="center", pad="period").fit(clean[:2000])
    last = shingler.transform(X)[-1]
    np.testing.assert_allclose(last, shingler.transform(clean)[-1], atol=0.3)


def test_a_period_is_continued():
    period = np.array([0.0, 2.0, 5.0, 1.0, -3.0, -1.0, 0.5, 0.2])
    noise = np.random.default_rng(0).normal(0, 0.1, (320, 1))
    X = np.tile(period, 40)[:, np.newaxis] + noise
    rows = Shingler(8, align=0.0, pad="period").fit(X).transform(X)
    np.testing.assert_allclose(rows[-1][1:], period[:-1], atol=0.5)


@pytest.mark.parametrize("n_recent", [1, 3])
@pytest.mark.parametrize("anomaly", ["spike", "flat", "level"])
def test_anomalies_at_the_ends_are_not_repeated(anomaly, n_recent):
    rng = np.random.default_rng(0)
    usual = np.sin(2 * np.pi * np.arange(1000) / 20) + 0.05 * rng.normal(size=1000)
    series = usual.copy()
    there = np.s_[-n_recent * 20 - 12 : -12 if n_recent > 1 else -14]
    size = {"spike": 5.0, "flat": 0.0, "level": series[there] + 3}
    series[there] = size[anomaly]
    shingler = Shingler(21, align="center", pad="period").fit(usual[:, None])
    margin = shingler.transform(series[:, None])[-1, 11:]
    expected = np.sin(2 * np.pi * np.arange(1000, 1010) / 20)
    np.testing.assert_allclose(margin, expected, atol=0.25)


def test_what_changed_for_good_is_repeated():
    rng = np.random.default_rng(0)
    series = np.sin(2 * np.pi * np.arange(1000) / 20) + 0.05 * rng.normal(size=1000)
    series[-180:] += 3
    shingler = Shingler(21, align="center", pad="period").fit(series[:700, None])
    margin = shingler.transform(series[:, None])[-1, 11:]
    np.testing.assert_array_equal(margin, series[-20:-10])


def test_anomalies_are_not_taken_for_a_week():
    """Two of ten days are unusual; no day is like the one twenty days before it."""
    rng = np.random.default_rng(0)
    days = np.sin(2 * np.pi * np.arange(40 * 24) / 24) + 0.1 * rng.normal(size=960)
    for day in (22, 29, 37):
        days[day * 24 : day * 24 + 24] += 2
    shingler = Shingler(25, align="center", pad="period").fit(days[:480, None])
    margin = shingler.transform(days[:, None])[-1, 13:]
    np.testing.assert_array_equal(margin, days[-24:-12])
