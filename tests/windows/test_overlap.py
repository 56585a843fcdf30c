import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from skanomaly import overlap_mean
from skanomaly.windows import moving_mean
from tests import naive

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
shapes = st.one_of(
    st.tuples(st.integers(1, 40)), st.tuples(st.integers(1, 40), st.integers(1, 3))
)
arrays = hnp.arrays(np.float64, shapes, elements=numbers)


@given(arrays, st.integers(1, 60))
def test_moving_mean_is_the_mean_of_each_window(values, width):
    means = moving_mean(values, width)
    expected = np.reshape(naive.moving_mean(values, width), (-1, *values.shape[1:]))
    assert means.dtype == np.float64
    np.testing.assert_allclose(means, expected, rtol=1e-12, atol=1e-7)


@given(st.integers(1, 30), st.integers(0, 199), st.sampled_from([1e12, -1e300, 1e-300]))
def test_moving_mean_knows_nothing_beyond_its_window(width, place, spike):
    values = np.random.default_rng(width).normal(size=200)
    spiked = values.copy()
    spiked[place] = spike
    start = np.arange(200 - width + 1)
    apart = (place < start) | (place >= start + width)
    np.testing.assert_array_equal(
        moving_mean(values, width)[apart], moving_mean(spiked, width)[apart]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_moving_mean_is_float64(dtype):
    means = moving_mean(np.ones(5, dtype=dtype), 2)
    assert means.dtype == np.float64
    np.testing.assert_array_equal(means, np.ones(4))


def test_moving_mean_leaves_its_input_alone():
    values = np.arange(12.0)
    moving_mean(values, 3)
    np.testing.assert_array_equal(values, np.arange(12.0))


@pytest.mark.parametrize("align", ["end", "center", 0.75])
@given(values=arrays, window=st.integers(1, 60))
def test_overlap_mean_asks_every_row_that_covers_the_sample(align, values, window):
    np.testing.assert_allclose(
        overlap_mean(values, window, align=align),
        naive.overlap_mean(values, window, align=align),
        rtol=1e-12,
        atol=1e-7,
    )


@given(arrays, st.integers(1, 60), st.sampled_from(["end", "center"]))
def test_overlap_mean_of_equal_values_is_that_value(values, window, align):
    equal = np.broadcast_to(values[:1], values.shape)
    means = overlap_mean(equal, window, align=align)
    np.testing.assert_allclose(means, equal, rtol=1e-12)


def test_overlap_mean_of_window_one_changes_nothing():
    values = np.random.default_rng(0).normal(size=30)
    np.testing.assert_array_equal(overlap_mean(values, 1), values)


@pytest.mark.parametrize("bad", [[], 1.0, np.ones((2, 2, 2))], ids=["0", "0-D", "3-D"])
def test_overlap_mean_says_which_shape_it_wants(bad):
    with pytest.raises(ValueError, match=r"n_rows|array-like"):
        overlap_mean(bad, 2)


@pytest.mark.parametrize("arguments", [{"window": 0}, {"window": 2, "align": "start"}])
def test_overlap_mean_refuses_other_parameters(arguments):
    with pytest.raises(ValueError, match="parameter of overlap_mean must be"):
        overlap_mean([1.0, 2.0], **arguments)
