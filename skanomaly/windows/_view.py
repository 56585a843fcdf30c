"""A series seen as its windows, and windows recognised as a series: no copies."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray

# Rows compared at first, and values compared at once later on: tabular data is told
# from a series by its first rows, and temporaries stay small.
_FIRST_ROWS = 8
_BLOCK_VALUES = 1 << 18


def reach(window: int, align: str) -> tuple[int, int]:
    """Return how many samples a row spans before and after its own sample."""
    before = window - 1 if align == "end" else window // 2
    return before, window - 1 - before


def sliding_view(series: NDArray[Any], window: int) -> NDArray[Any]:
    """Return all windows of a series as rows of a read-only view.

    Parameters
    ----------
    series : ndarray of shape (n_samples, n_channels)
        Values in C order (another order would cost a copy).
    window : int
        Steps in a row, at most `n_samples`.

    Returns
    -------
    rows : ndarray of shape (n_samples - window + 1, window * n_channels)
        Oldest step first, the channels of a step side by side. Nothing is copied.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import sliding_view
    >>> sliding_view(np.arange(5.0).reshape(-1, 1), 3)
    array([[0., 1., 2.],
           [1., 2., 3.],
           [2., 3., 4.]])
    """
    n_channels = series.shape[1]
    values = np.ascontiguousarray(series).reshape(-1)
    return sliding_window_view(values, window * n_channels)[::n_channels]


def as_series(X: NDArray[Any], n_channels: int) -> NDArray[Any] | None:
    """Return the series that the rows are consecutive windows of, if there is one.

    It is the values that decide, not the memory, so a copy of the windows is
    recognised as well as the view; memory only makes the answer quicker. One row, or
    rows of a single step, have no overlap that could show a series.

    Parameters
    ----------
    X : ndarray of shape (n_rows, window * n_channels)
        Rows, oldest step first.
    n_channels : int
        Values a step.

    Returns
    -------
    series : ndarray of shape (n_rows + window - 1, n_channels) or None
        A read-only view where the memory allows it, else a copy; None where the rows
        are independent records.

    Raises
    ------
    ValueError
        If the rows overlap in memory and advance by another number of values.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import as_series, sliding_view
    >>> rows = sliding_view(np.arange(5.0).reshape(-1, 1), 3)
    >>> as_series(rows.copy(), 1).ravel()
    array([0., 1., 2., 3., 4.])
    >>> as_series(np.eye(3), 1) is None
    True
    """
    n_rows, n_columns = X.shape
    if n_rows < 2:
        return None
    advance = _memory_advance(X)
    if advance and advance != n_channels:
        raise ValueError(
            f"The rows of X overlap in memory and advance by {advance} values, which "
            f"does not go with n_channels={n_channels}. If they are the windows of a "
            f"series of {advance} channels, say so with n_channels={advance} or pass "
            "the three-dimensional windows of Shingler(flatten=False); if they are "
            "independent records, pass X.copy()."
        )
    if n_columns <= n_channels:
        return None
    window = n_columns // n_channels
    if advance:
        return as_strided(
            X, (n_rows + window - 1, n_channels), X.strides, writeable=False
        )
    if not _rows_overlap(X, n_channels):
        return None
    return np.concatenate([X[0].reshape(window, n_channels), X[1:, -n_channels:]])


def row_advance(X: NDArray[Any]) -> int:
    """Return by how many values each row moves on from the row before it.

    For windows whose number of channels nobody told. Where they do not overlap in
    memory either, it is the least number of channels that explains their values.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Rows, oldest step first.

    Returns
    -------
    advance : int
        0 where the rows are independent records, or do not overlap.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import row_advance, sliding_view
    >>> rows = sliding_view(np.arange(12.0).reshape(-1, 2), 3)
    >>> row_advance(rows), row_advance(rows.copy()), row_advance(np.eye(3))
    (2, 2, 0)
    """
    n_rows, n_columns = X.shape
    if n_rows < 2:
        return 0
    steps = (n for n in range(1, n_columns // 2 + 1) if n_columns % n == 0)
    return _memory_advance(X) or next((n for n in steps if _rows_overlap(X, n)), 0)


def _memory_advance(X: NDArray[Any]) -> int:
    """Return by how many values overlapping rows advance in memory, else 0."""
    along_rows, along_columns = X.strides
    if along_columns == 0:
        return 0
    advance, rest = divmod(along_rows, along_columns)
    return advance if rest == 0 and 0 < advance < X.shape[1] else 0


def _rows_overlap(X: NDArray[Any], n_channels: int) -> bool:
    """Tell whether each row is the row before it, moved on by one step."""
    last = len(X) - 1
    block = max(_FIRST_ROWS, _BLOCK_VALUES // X.shape[1])
    start, stop = 0, min(_FIRST_ROWS, last)
    while start < last:
        later = X[start + 1 : stop + 1, :-n_channels]
        if not np.array_equal(later, X[start:stop, n_channels:]):
            return False
        start, stop = stop, min(stop + block, last)
    return True
