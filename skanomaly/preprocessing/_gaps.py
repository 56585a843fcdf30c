"""Interpolation of missing values."""

from typing import Any

import numpy as np

from skanomaly.preprocessing._frame import like, to_values


def interpolate_series(series: Any, *, limit: int | None = None) -> Any:
    """Fill missing values by linear interpolation.

    Suitable for short gaps. A long gap becomes a straight line, which does not resemble
    the data and may be reported as an anomaly. Exclude such gaps with `limit`, and
    split the series there.

    Parameters
    ----------
    series : array-like, Series or DataFrame of shape (n_samples[, n_channels])
        Numeric values at equal time steps. NaN and infinity are missing values.
    limit : int, default=None
        Maximum length of a gap to fill, in samples. Longer gaps are set to NaN. If
        None, all gaps are filled.

    Returns
    -------
    filled : ndarray, Series or DataFrame of the same shape as `series`
        A copy of dtype float64. Gaps at either end are filled with the nearest value.

    Raises
    ------
    ValueError
        If `series` is empty or not numeric, a channel has only missing values, or
        `limit` is below 1.

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
                f"channel {name!r} has no value, only NaN or infinity. Drop it."
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
