import csv
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.signal import lfilter, sawtooth, square
from sklearn.pipeline import make_pipeline

from skanomaly import (
    DenseForecastDetector,
    SeriesScaler,
    Shingler,
    make_detector,
)
from skanomaly.windows import find_period
from skanomaly.windows._period import usual_length

T = np.arange(3000)
SHAPES = {
    "sine": lambda t, p: np.sin(2 * np.pi * t / p),
    "square": lambda t, p: square(2 * np.pi * t / p),
    "sawtooth": lambda t, p: sawtooth(2 * np.pi * t / p),
    "pulses": lambda t, p: (t % p < p / 8).astype(float),
    "harmonics": lambda t, p: np.sin(2 * np.pi * t / p) + np.cos(6 * np.pi * t / p),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@given(
    period=st.integers(8, 300),
    seed=st.integers(0, 99),
    trend=st.floats(-0.1, 0.1),
    scale=st.sampled_from([1e-9, 1.0, 1e9]),
)
def test_finds_a_noisy_period_on_a_trend(shape, period, seed, trend, scale):
    noise = np.random.default_rng(seed).normal(size=3000)
    x = shape(T, period)
    x = x / x.std() + 0.5 * noise + trend * T
    assert abs(find_period(scale * x + scale) - period) <= max(1, 0.01 * period)


@given(st.integers(3, 300))
def test_finds_a_clean_period_exactly(period):
    assert find_period(np.sin(2 * np.pi * T / period)) == period


@given(st.integers(10, 100), st.lists(st.integers(0, 2999), max_size=8), st.booleans())
def test_outliers_do_not_matter(period, places, has_trend):
    x = np.sin(2 * np.pi * T / period) + 0.1 * T * has_trend
    x[places] = 1e12
    assert find_period(x) == period


def test_channels_are_put_together():
    rng = np.random.default_rng(0)
    periodic = 1e-6 * np.sin(2 * np.pi * T / 60) + 7
    X = np.c_[np.zeros(3000), periodic, np.full(3000, 0.1), 1e6 * rng.normal(size=3000)]
    assert find_period(X) == 60


@pytest.mark.parametrize(
    "x",
    [
        np.zeros(1000),
        np.full(1000, 0.1),
        np.arange(1000.0),
        np.arange(1000.0) ** 2,
        np.log1p(np.arange(1000.0)),
        np.r_[np.zeros(500), 1.0, np.zeros(499)],
        np.r_[np.zeros(500), np.ones(500)],
        np.sin(2 * np.pi * np.arange(1000) / 400),
        np.array([1.0]),
        np.array([1.0, 2.0, 1.0, 2.0]),
    ],
    ids=[
        *["zero", "constant", "line", "square", "log", "spike", "step"],
        *["too few cycles", "one sample", "four samples"],
    ],
)
def test_no_period_is_none(x):
    assert find_period(x) is None


NOISE = {
    "white": lambda x: x,
    "walk": np.cumsum,
    "coloured": lambda x: lfilter([1], [1, -0.9], x),
    "spiky": lambda x: np.where(x > 1.2, np.exp(3 * x), 0),
}


@pytest.mark.parametrize("colour", NOISE.values(), ids=NOISE)
def test_noise_seldom_has_a_period(colour):
    rng = np.random.default_rng(0)
    found = [find_period(colour(rng.normal(size=2000))) for _ in range(50)]
    assert sum(period is not None for period in found) <= 5


def test_max_period_bounds_the_search():
    x = np.sin(2 * np.pi * T / 60) + np.sin(2 * np.pi * T / 600)
    assert find_period(x, max_period=100) == 60
    assert find_period(np.sin(2 * np.pi * T / 600), max_period=500) is None


def test_fallback():
    noise = np.random.default_rng(0).normal(size=5000)
    assert [usual_length(n) for n in (len(noise), 300, 3)] == [100, 30, 2]


def test_does_not_change_its_input():
    x = np.sin(T / 5.0)
    before = x.copy()
    find_period(x)
    np.testing.assert_array_equal(x, before)


def test_waveform(data_dir):
    x = np.loadtxt(data_dir / "seeds/waveform/normal.csv", delimiter=",")
    assert find_period(x) == 400
    assert Shingler(periods=2).fit(x[:, None]).window_ == 800


@pytest.mark.parametrize("i", [1, 3, 4])
def test_half_hours_of_a_day(data_dir, i):
    assert find_period(np.loadtxt(data_dir / f"seeds/workshop/timeseries{i}.csv")) == 48


def test_flow_logs_have_no_period(data_dir):
    bytes_per_minute = np.zeros(1980)
    with open(data_dir / "seeds/vpc-flow-logs/data_example.csv") as file:
        rows = list(csv.DictReader(file))
    minute = [datetime.fromisoformat(row["Start"]).timestamp() // 60 for row in rows]
    for m, row in zip(minute, rows, strict=True):
        bytes_per_minute[int(m - min(minute))] += float(row["ABBytes"])
    assert find_period(bytes_per_minute) is None
    assert find_period(bytes_per_minute[:1584]) is None


def test_the_steps_of_a_pipeline_find_the_period_once(monkeypatch):
    from skanomaly.windows import _period

    searched = []
    search = _period._search

    def counted(recent, longest):
        searched.append(recent.shape)
        return search(recent, longest)

    monkeypatch.setattr(_period, "_search", counted)
    rng = np.random.default_rng(7)
    t = np.arange(600)[:, None]
    series = np.sin(2 * np.pi * t / 25) + 0.1 * rng.normal(size=(600, 1))
    detector = DenseForecastDetector(epochs=1, random_state=0)
    shingler = Shingler(periods=2, pad="period", flatten=False)
    pipe = make_pipeline(SeriesScaler(), shingler, detector).fit(series)
    assert len(searched) == 1
    assert pipe[-1].horizon_ == pipe[1].period_ == 25
    make_detector("pca").fit(series)
    assert len(searched) == 1
