"""Scores of a Dask array, as a Dask array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly._frames import columns_of, named
from skanomaly.streaming._score_blocks import Reach
from skanomaly.streaming._sources import check_columns


def score_dask(model: Any, array: Any) -> Any:
    """Return the scores of a Dask array as one, without computing them.

    Each chunk is scored with as many samples around it as its scores depend on, so that
    the scores are those of the whole series, up to rounding.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector, as in `score_blocks`.
    array : dask.array.Array or DataFrame of shape (n_samples, n_channels)
        Series. Chunks should be much longer than a window: what lies around each of
        them is scored twice. The columns of an array are those that the model was
        fitted to, in their order; those of a frame are taken by their names, and the
        lengths of its partitions are computed.

    Returns
    -------
    scores : dask.array.Array of shape (n_samples,)
        The lower, the more abnormal. It has the chunks of the series.

    Raises
    ------
    ImportError
        If Dask is not installed.
    ValueError
        If `array` is no Dask array of two dimensions with chunks of known lengths, if
        it has no samples, if it lacks a channel that the model was fitted to, or if the
        model carries a state along the series.

    See Also
    --------
    score_blocks : Score a series block by block.

    Examples
    --------
    >>> import numpy as np, pytest
    >>> da = pytest.importorskip("dask.array")
    >>> from skanomaly import make_detector, score_dask
    >>> X = np.sin(np.arange(5000) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca").fit(X[:2000])
    >>> scores = score_dask(pipe, da.from_array(X, chunks=(1000, 1)))
    >>> scores.chunks
    ((1000, 1000, 1000, 1000, 1000),)
    >>> bool(np.allclose(scores, pipe.score_samples(X), rtol=1e-6, atol=1e-9))
    True
    """
    da = import_extra("dask.array", extra="dask")
    dask = import_extra("dask", extra="dask")
    columns = columns_of(model)
    array = _checked(da, _as_array(array, columns), columns)
    reach, held = Reach.of(model), dask.delayed(model, pure=False)
    part = dask.delayed(_part, pure=False)
    lengths = array.chunks[0]
    stops = np.cumsum(lengths).tolist()
    parts = []
    for stop, length in zip(stops, lengths, strict=True):
        first, last = reach.around(stop - length, stop, stops[-1])
        skipped = stop - length - first
        rows = slice(skipped, skipped + length)
        scores = part(held, array[first:last], columns, rows)
        parts.append(da.from_delayed(scores, (length,), dtype=np.float64))
    return da.concatenate(parts)


def _as_array(series: Any, columns: list[str] | None) -> Any:
    """Return the columns of a Dask frame as an array; an array as it is."""
    if not hasattr(series, "to_dask_array"):
        return series
    if series.ndim == 1:
        raise ValueError(
            "array is a single column of a Dask frame. Pass a frame of one column, "
            "such as frame[['cpu']]."
        )
    names = list(series.columns)
    check_columns(columns or (), names)
    return series[columns or names].to_dask_array(lengths=True)


def _checked(da: Any, array: Any, columns: list[str] | None) -> Any:
    """Return a Dask array, or raise if it cannot be scored."""
    if not isinstance(array, da.Array) or array.ndim != 2:
        raise ValueError(
            f"array must be a Dask array of shape (n_samples, n_channels), got "
            f"{type(array).__name__} of shape {np.shape(array)}. Other series are "
            "scored by score_blocks."
        )
    if columns is not None and array.shape[1] != len(columns):
        raise ValueError(
            f"array has {array.shape[1]} channels, but the model was fitted to "
            f"{len(columns)}: {', '.join(map(str, columns))}. Pass these, in their "
            "order."
        )
    if np.isnan(array.chunks[0]).any():
        raise ValueError(
            "The chunks of array have unknown lengths, on which windows depend. Call "
            "array.compute_chunk_sizes() before."
        )
    if not array.shape[0]:
        raise ValueError("array has no samples. Pass a series with at least one.")
    return array


def _part(
    model: Any, series: NDArray[Any], columns: list[str] | None, rows: slice
) -> NDArray[np.float64]:
    """Return the scores of some rows of a series."""
    # Transformers may work in place, and other chunks hold some of the samples too.
    own = named(np.array(series), columns)
    return np.asarray(model.score_samples(own)[rows], dtype=np.float64)
