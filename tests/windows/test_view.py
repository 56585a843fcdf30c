import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from skanomaly.windows import as_series, row_advance, sliding_view


@st.composite
def series_and_window(draw):
    n = draw(st.integers(3, 40))
    n_channels = draw(st.integers(1, 4))
    dtype = draw(st.sampled_from([np.float64, np.float32, np.int64, np.int8]))
    series = draw(hnp.arrays(dtype, (n, n_channels), elements=st.integers(-99, 99)))
    return series, draw(st.integers(2, n - 1))


COPIES = {
    "view": lambda rows: rows,
    "copy": np.copy,
    "fortran": np.asfortranarray,
    "pickle": lambda rows: pickle.loads(pickle.dumps(rows)),
    "float32": lambda rows: rows.astype(np.float32),
    "part of a wider table": lambda rows: np.c_[rows, rows][:, : rows.shape[1]],
}


@given(series_and_window())
def test_rows_are_the_windows(given_series):
    series, window = given_series
    rows = sliding_view(series, window)
    expected = [series[i : i + window].ravel() for i in range(len(series) - window + 1)]
    np.testing.assert_array_equal(rows, expected)
    assert np.shares_memory(rows, series)
    assert not rows.flags.writeable


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@given(given_series=series_and_window())
def test_series_comes_back_from_its_windows(copy, given_series):
    series, window = given_series
    recognised = as_series(copy(sliding_view(series, window)), series.shape[1])
    np.testing.assert_array_equal(recognised, series)


@given(series_and_window())
def test_series_comes_back_from_a_data_frame(given_series):
    pd = pytest.importorskip("pandas")
    series, window = given_series
    frame = pd.DataFrame(sliding_view(series, window))
    np.testing.assert_array_equal(as_series(frame.to_numpy(), series.shape[1]), series)


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@given(given_series=series_and_window())
def test_the_advance_explains_the_rows(copy, given_series):
    series, window = given_series
    rows = copy(sliding_view(series, window))
    advance = row_advance(rows)
    assert 0 < advance <= series.shape[1]  # less where the values repeat themselves
    np.testing.assert_array_equal(rows[1:, :-advance], rows[:-1, advance:])


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@given(given_series=series_and_window())
def test_the_advance_tells_the_channels(copy, given_series):
    series, window = given_series
    distinct = np.arange(series.size, dtype=np.float64).reshape(series.shape)
    assert row_advance(copy(sliding_view(distinct**2, window))) == series.shape[1]


@pytest.mark.parametrize(
    "rows",
    [np.eye(4), np.zeros((1, 4)), np.arange(12.0).reshape(3, 4), np.ones((3, 1))],
    ids=["records", "one row", "rows without overlap", "single steps"],
)
def test_records_do_not_advance(rows):
    assert row_advance(rows) == 0


def test_a_view_of_every_second_window_advances_by_two_steps():
    rows = sliding_view(np.arange(30.0).reshape(-1, 1), 6)[::2]
    assert row_advance(rows) == 2


def test_view_is_recognised_without_a_copy():
    series = np.arange(24.0).reshape(12, 2)
    recognised = as_series(sliding_view(series, 4), 2)
    assert np.shares_memory(recognised, series)
    assert not recognised.flags.writeable


def test_reversed_view_is_a_series_backwards():
    series = np.arange(10.0).reshape(-1, 1)
    backwards = sliding_view(series, 3)[::-1, ::-1]
    np.testing.assert_array_equal(as_series(backwards, 1), series[::-1])


RECORDS = {
    "noise": np.random.default_rng(0).normal(size=(50, 6)),
    "fortran noise": np.asfortranarray(np.random.default_rng(1).normal(size=(50, 6))),
    "rows in reverse": sliding_view(np.arange(20.0).reshape(-1, 1), 4)[::-1],
    "columns in reverse": sliding_view(np.arange(20.0).reshape(-1, 1), 4)[:, ::-1],
    "one row": np.arange(6.0).reshape(1, 6),
    "one column": np.arange(6.0).reshape(6, 1),
    "equal rows": np.broadcast_to(np.arange(6.0), (5, 6)),
    "equal columns": np.broadcast_to(np.arange(5.0)[:, None], (5, 6)),
    "NaN": np.full((5, 6), np.nan),
    "text": np.array([["a", "b"], ["c", "d"]], dtype=object),
}


def test_windows_with_gaps_are_recognised_where_gaps_are_expected():
    rows = sliding_view(np.arange(30.0).reshape(-1, 1), 4).copy()
    rows[np.isin(rows, (7, 8, 20))] = np.nan
    assert as_series(rows, 1) is None
    assert row_advance(rows) == 0
    series = as_series(rows, 1, gaps=True)
    assert np.flatnonzero(np.isnan(series[:, 0])).tolist() == [7, 8, 20]
    assert row_advance(rows, gaps=True) == 1


@pytest.mark.parametrize("X", RECORDS.values(), ids=RECORDS)
def test_records_are_no_series(X):
    assert as_series(X, 1) is None


@pytest.mark.parametrize("window", [2, 4_000])  # blocks of many rows and of few
def test_one_break_makes_records_of_windows(window):
    series = np.random.default_rng(0).normal(size=(window + 120, 1))
    for row in range(1, 100):
        rows = sliding_view(series, window)
        X = np.concatenate([rows[:row], rows[row + 1 : row + 20]])
        assert as_series(X, 1) is None


def test_single_steps_show_no_series():
    assert as_series(np.arange(12.0).reshape(4, 3), 3) is None


@pytest.mark.parametrize("wrong", [1, 2, 4, 12])
def test_rows_that_advance_otherwise_are_an_error_that_names_the_mends(wrong):
    rows = sliding_view(np.arange(60.0).reshape(20, 3), 4)
    with pytest.raises(ValueError, match="n_channels=3") as error:
        as_series(rows, wrong)
    assert "Shingler(flatten=False)" in str(error.value)
    assert "copy()" in str(error.value)
    as_series(rows.copy(), wrong)  # the mend mends


def test_flattened_windows_are_still_a_view():
    series = np.arange(60.0).reshape(20, 3)
    windows = sliding_view(series, 4).reshape(17, 4, 3)
    assert np.shares_memory(as_series(windows.reshape(17, 12), 3), series)


def test_two_rows_of_a_step_apart():
    rows = np.array([[1.0, 2.0], [2.0, 3.0]])
    np.testing.assert_array_equal(as_series(rows, 1), [[1.0], [2.0], [3.0]])
