import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from skanomaly.plotting._decimate import decimate

SERIES = st.integers(1, 400).flatmap(
    lambda n: arrays(np.float64, n, elements=st.floats(-1e6, 1e6))
)


@given(SERIES, st.integers(1, 40))
def test_keeps_ends_extremes_and_order(values, n_columns):
    kept = decimate(values, n_columns)
    assert kept[0] == 0
    assert kept[-1] == len(values) - 1
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= 4 * n_columns
    assert values[kept].min() == values.min()
    assert values[kept].max() == values.max()


@given(SERIES, st.integers(1, 40))
def test_each_column_keeps_its_extremes(values, n_columns):
    kept = decimate(values, n_columns)
    width = -(-len(values) // n_columns)
    for start in range(0, len(values), width):
        inside = kept[(kept >= start) & (kept < start + width)]
        column = values[start : start + width]
        assert values[inside].min() == column.min()
        assert values[inside].max() == column.max()


def test_short_series_is_kept_whole():
    np.testing.assert_array_equal(decimate(np.zeros(50), 20), np.arange(50))


@given(st.integers(0, 99_999))
def test_one_sample_among_missing_ones_is_kept(position):
    values = np.full(100_000, np.nan)
    values[position] = 3
    assert position in decimate(values, 100)
