"""Missing values."""

from typing import Any

import numpy as np

from skanomaly.preprocessing._frame import like, to_values


def interpolate_series(series: Any, *, limit: int | None = None) -> Any:
    """Fill missing values along straight lines.

    Works for short gaps. A long gap becomes a line that resembles no data and may be
    reported as an anomaly: leave such gaps with `limit`, and split the series there.

    Parameters
    ----------
    series : array-like, Series or DataFrame of shape (n_samples[, n_channels])
        Numbers at equal steps of time. NaN and infinity count as missing.
    limit : int, default=None
        Longest gap to fill, in samples; longer ones become NaN. None fills all.

    Returns
    -------
    filled : ndarray, Series or DataFrame of the shape of `series`
        A copy, of type float64. Gaps at either end hold the nearest value.

    Raises
    ------
    ValueError
        If a channel has no value at all.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import interpolate_series
    >>> interpolate_series([np.nan, 1.0, np.nan, np.nan, 4.0])
    array([1., 1., 2., 3., 4.])
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be None or at least 1 sample, got {limit!r}.")
    values = to_values(series)
    steps = np.arange(len(values))
    for channel, column in enumerate(values.T):
        known = np.isfinite(column)
        if not known.any():
            name = getattr(series, "columns", range(values.shape[1]))[channel]
            raise ValueError(
                f"channel {name!r} has no value, only NaN or infinity: drop it."
            )
        column[~known] = np.interp(steps[~known], steps[known], column[known])
        if limit is not None:
            for start, stop in _gaps(known):
                if stop - start > limit:
                    column[start:stop] = np.nan
    return like(series, values)


def _gaps(known: np.ndarray[Any, np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(known, prepend=True, append=True))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
