"""Moving means, each of which depends only on the values of its window."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, StrOptions, validate_params
from skanomaly.windows._view import reach


@validate_params(
    {
        "values": ["array-like"],
        "window": [Interval(Integral, 1, None, closed="left")],
        "align": [StrOptions({"end", "center"}), Interval(Real, 0, 1, closed="both")],
    },
    prefer_skip_nested_validation=True,
)
def overlap_mean(
    values: ArrayLike, window: int, *, align: float | str = "end"
) -> NDArray[np.float64]:
    """Spread one result per window over the samples that the windows cover.

    A window that contains an anomaly is abnormal wherever in the window the anomaly
    lies. The mean over all windows that cover a sample is largest where they overlap.
    It smooths over `window` samples, so that shorter events become wider and lower.

    Parameters
    ----------
    values : array-like of shape (n_rows,) or (n_rows, n_outputs)
        One result for each row of :class:`~skanomaly.Shingler`, such as its score.
    window : int
        Number of steps in a row.
    align : {"end", "center"} or float, default="end"
        Position of a row's sample in its window, as in :class:`~skanomaly.Shingler`.

    Returns
    -------
    means : ndarray of the shape of `values`
        For each sample, the mean over the rows whose window covers it. Near the ends
        these are fewer than `window` rows.

    Raises
    ------
    ValueError
        If `values` has no rows, or neither one nor two dimensions.

    Notes
    -----
    With ``align="end"``, row i covers the samples ``i - window + 1`` to ``i``, so that
    the mean at sample t is that of ``values[t : t + window]``, truncated at the end.
    Each mean is computed from its own values alone: an outlier leaves the means that do
    not include it unchanged to the last bit.

    Examples
    --------
    >>> from skanomaly import overlap_mean
    >>> overlap_mean([0.0, 0.0, 3.0, 3.0, 3.0, 0.0], window=3)
    array([1. , 2. , 3. , 2. , 1.5, 0. ])
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2) or len(array) == 0:
        raise ValueError(
            "values must have shape (n_rows,) or (n_rows, n_outputs) and at least one "
            f"row, but has shape {array.shape}. Pass one result per window."
        )
    # A row that reaches n samples back covers a sample n rows before it.
    ahead, back = reach(window, align)
    n = len(array)
    sample = np.arange(n)
    count = np.minimum(sample + ahead + 1, n) - np.maximum(sample - back, 0)
    sums = _moving_sum(array, window, margins=(back, ahead))
    sums /= count.reshape(-1, *[1] * (array.ndim - 1))
    return sums


def moving_mean(values: NDArray[Any], width: int) -> NDArray[np.float64]:
    """Return the means of all `width` consecutive values in a single pass.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
        Finite numbers.
    width : int
        Number of values in a window, at least 1.

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
    """Return the sums of all `width` consecutive values, with zeros as margins.

    A running sum would carry the rounding error of a large value to all later sums. In
    a series that is cut into blocks of `width` values, each window is the tail of one
    block and the head of the next, as in van Herk's moving maximum [1]_.

    References
    ----------
    .. [1] van Herk, M. (1992). A fast algorithm for local minimum and maximum filters
       on rectangular and octagonal kernels. Pattern Recognition Letters 13(7), 517-521.
       https://doi.org/10.1016/0167-8655(92)90069-C
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
