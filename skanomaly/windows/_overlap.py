"""Means over moving windows, each of its own values and nothing else."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, StrOptions, validate_params
from skanomaly.windows._view import reach


@validate_params(
    {
        "values": ["array-like"],
        "window": [Interval(Integral, 1, None, closed="left")],
        "align": [StrOptions({"end", "center"})],
    },
    prefer_skip_nested_validation=True,
)
def overlap_mean(
    values: ArrayLike, window: int, *, align: str = "end"
) -> NDArray[np.float64]:
    """Spread one result per window over the samples that the windows cover.

    A window that holds an anomaly is abnormal wherever in the window it lies; the mean
    over all windows that cover a sample puts the blame where they meet. It smooths
    over `window` samples, so events shorter than that come out wider and lower.

    Parameters
    ----------
    values : array-like of shape (n_rows,) or (n_rows, n_outputs)
        One result for each row of :class:`~skanomaly.Shingler`, such as its score.
    window : int
        Steps in a row.
    align : {"end", "center"}, default="end"
        How the rows lie about their samples, as in :class:`~skanomaly.Shingler`.

    Returns
    -------
    means : ndarray of the shape of `values`
        For each sample, the mean over the rows whose window covers it; there are fewer
        than `window` of them near the ends.

    Raises
    ------
    ValueError
        If `values` has no rows, or neither one nor two dimensions.

    Notes
    -----
    With ``align="end"``, row i covers the samples ``i - window + 1`` to ``i``, so that
    sample t is the mean of ``values[t : t + window]``, cut at the end. Each mean is
    computed from its own values alone: an outlier leaves the means of windows that do
    not hold it unchanged to the last bit.

    Examples
    --------
    >>> from skanomaly import overlap_mean
    >>> overlap_mean([0.0, 0.0, 3.0, 3.0, 3.0, 0.0], window=3)
    array([1. , 2. , 3. , 2. , 1.5, 0. ])
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2) or len(array) == 0:
        raise ValueError(
            "values must have shape (n_rows,) or (n_rows, n_outputs) and one row at "
            f"least; got shape {array.shape}. Pass one result for each window."
        )
    # A row reaches `before` samples back, so a sample is seen by rows as far ahead.
    ahead, back = reach(window, align)
    n = len(array)
    sample = np.arange(n)
    count = np.minimum(sample + ahead + 1, n) - np.maximum(sample - back, 0)
    sums = _moving_sum(array, window, margins=(back, ahead))
    sums /= count.reshape(-1, *[1] * (array.ndim - 1))
    return sums


def moving_mean(values: NDArray[Any], width: int) -> NDArray[np.float64]:
    """Return the mean of every `width` consecutive values, in one pass.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
        Finite numbers.
    width : int
        Values in a window, at least 1.

    Returns
    -------
    means : ndarray of shape (max(n - width + 1, 0), ...)
        ``means[i]`` depends on ``values[i : i + width]`` alone, bit for bit.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.windows import moving_mean
    >>> moving_mean(np.array([1.0, 2.0, 6.0, 1e12]), 3)[0]
    np.float64(3.0)
    """
    means = _moving_sum(values, width)
    means /= width
    return means


def _moving_sum(
    values: NDArray[Any], width: int, margins: tuple[int, int] = (0, 0)
) -> NDArray[np.float64]:
    """Sum every `width` values of a series that has zeros as margins.

    A running sum would carry the rounding of a large value to all that follow. Cut
    into blocks of `width`, as van Herk (doi:10.1016/0167-8655(92)90069-C) does for the
    maximum, a window is the tail of one block and the head of the next.
    """
    before, after = margins
    n = before + len(values) + after
    n_blocks = n // width + 1
    padded = np.zeros((n_blocks * width, *values.shape[1:]))
    padded[before : before + len(values)] = values
    head = padded.reshape(n_blocks, width, *values.shape[1:])
    tail = np.empty_like(head[:-1])
    np.cumsum(head[:-1, ::-1], axis=1, out=tail[:, ::-1])
    np.cumsum(head[1:, :-1], axis=1, out=head[1:, :-1])
    tail[:, 1:] += head[1:, :-1]
    sums = tail.reshape(-1, *values.shape[1:])
    return sums[: max(n - width + 1, 0)]
