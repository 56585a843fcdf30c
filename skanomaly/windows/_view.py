"""Windows as a view of a series, and the series of given windows."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray

# Number of rows in the first comparison, which is enough to recognise tabular data, and
# of values in each later one, so that temporaries stay small.
_FIRST_ROWS = 8
_BLOCK_VALUES = 1 << 18


# Fraction of a window that lies before the sample of its row.
_SHARES = {"end": 1.0, "center": 0.5}


def reach(window: int, align: float | str) -> tuple[int, int]:
    """Return the number of samples that a row spans before and after its own sample."""
    share = _SHARES[align] if isinstance(align, str) else align
    before = min(int(share * window), window - 1)
    return before, window - 1 - before


def sliding_view(series: NDArray[Any], window: int) -> NDArray[Any]:
    """Return all windows of a series as rows of a read-only view.

    Parameters
    ----------
    series : ndarray of shape (n_samples, n_channels)
        Series in C order; another order costs a copy.
    window : int
        Number of steps in a row, at most `n_samples`.

    Returns
    -------
    rows : ndarray of shape (n_samples - window + 1, window * n_channels)
        View, oldest step first with the channels of a step side by side.

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


def as_series(
    X: NDArray[Any], n_channels: int, *, gaps: bool = False
) -> NDArray[Any] | None:
    """Return the series whose consecutive windows the rows are, or None.

    The result depends on the values and not on their memory layout, so that a copy of
    the windows is recognised as well as a view, which is only faster. A single row, or
    rows of a single step, have no overlap and are not recognised.

    Parameters
    ----------
    X : ndarray of shape (n_rows, window * n_channels)
        Rows, oldest step first.
    n_channels : int
        Number of values per step.
    gaps : bool, default=False
        Whether rows may overlap in values that are NaN.

    Returns
    -------
    series : ndarray of shape (n_rows + window - 1, n_channels) or None
        Read-only view if the rows overlap in memory, else a copy. None if the rows are
        independent records.

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
            f"does not match n_channels={n_channels}. For windows of a series of "
            f"{advance} channels, set n_channels={advance} or pass the "
            "three-dimensional windows of Shingler(flatten=False). For independent "
            "records, pass X.copy()."
        )
    if n_columns <= n_channels:
        return None
    window = n_columns // n_channels
    if advance:
        return as_strided(
            X, (n_rows + window - 1, n_channels), X.strides, writeable=False
        )
    if not _rows_overlap(X, n_channels, gaps):
        return None
    return np.concatenate([X[0].reshape(window, n_channels), X[1:, -n_channels:]])


def row_advance(X: NDArray[Any], *, gaps: bool = False) -> int:
    """Return the number of values by which each row advances from the previous one.

    For the windows of a series, this is the number of channels. If they do not overlap
    in memory, it is the smallest number that is consistent with their values.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Rows, oldest step first.
    gaps : bool, default=False
        Whether rows may overlap in values that are NaN.

    Returns
    -------
    advance : int
        Number of values. 0 if the rows are independent records, or do not overlap.

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
    overlapping = (n for n in steps if _rows_overlap(X, n, gaps))
    return _memory_advance(X) or next(overlapping, 0)


def _memory_advance(X: NDArray[Any]) -> int:
    """Return the number of values by which rows advance in memory, else 0."""
    along_rows, along_columns = X.strides
    if along_columns == 0:
        return 0
    advance, rest = divmod(along_rows, along_columns)
    return advance if rest == 0 and 0 < advance < X.shape[1] else 0


def _rows_overlap(X: NDArray[Any], n_channels: int, gaps: bool) -> bool:
    """Return whether each row is the previous row, advanced by one step."""
    last = len(X) - 1
    block = max(_FIRST_ROWS, _BLOCK_VALUES // X.shape[1])
    start, stop = 0, min(_FIRST_ROWS, last)
    while start < last:
        later = X[start + 1 : stop + 1, :-n_channels]
        if not np.array_equal(later, X[start:stop, n_channels:], equal_nan=gaps):
            return False
        start, stop = stop, min(stop + block, last)
    return True
