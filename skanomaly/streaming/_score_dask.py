"""Scores of a Dask array, as a Dask array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly.streaming._score_blocks import Reach, columns_of


def score_dask(model: Any, array: Any) -> Any:
    """Return the scores of a Dask array as one, without computing them.

    Each chunk is scored with as many samples around it as its scores depend on, so that
    the scores are those of the whole series, up to rounding.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector, as in `score_blocks`.
    array : dask.array.Array of shape (n_samples, n_channels)
        Series. Chunks should be much longer than a window: what lies around each of
        them is scored twice.

    Returns
    -------
    scores : dask.array.Array of shape (n_samples,)
        The lower, the more abnormal. It has the chunks of the series.

    Raises
    ------
    ImportError
        If Dask is not installed.
    ValueError
        If `array` is no Dask array of two dimensions with chunks of known lengths, or
        the model carries a state along the series.

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
    if not isinstance(array, da.Array) or array.ndim != 2:
        raise ValueError(
            f"array must be a Dask array of shape (n_samples, n_channels), got "
            f"{type(array).__name__} of shape {np.shape(array)}. Other series are "
            "scored by score_blocks."
        )
    lengths = array.chunks[0]
    if np.isnan(lengths).any():
        raise ValueError(
            "The chunks of array have unknown lengths, on which windows depend. Call "
            "array.compute_chunk_sizes() before."
        )
    columns_of(model)
    reach, held = Reach.of(model), dask.delayed(model, pure=False)
    part = dask.delayed(_part, pure=False)
    stops = np.cumsum(lengths).tolist()
    parts = []
    for stop, length in zip(stops, lengths, strict=True):
        first, last = reach.around(stop - length, stop, stops[-1])
        skipped = stop - length - first
        scores = part(held, array[first:last], slice(skipped, skipped + length))
        parts.append(da.from_delayed(scores, (length,), dtype=np.float64))
    return da.concatenate(parts)


def _part(model: Any, series: NDArray[Any], rows: slice) -> NDArray[np.float64]:
    """Return the scores of some rows of a series."""
    # Transformers may work in place, and other chunks hold some of the samples too.
    return np.asarray(model.score_samples(np.array(series))[rows], dtype=np.float64)
