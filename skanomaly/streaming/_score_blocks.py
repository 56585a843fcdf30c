"""Scores of a series that does not fit into memory, block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly._frames import columns_of
from skanomaly._validation import check_count
from skanomaly.detection import ends_of, innermost, reach_of
from skanomaly.streaming._sources import Ahead, Source, let_go, source_of

Floats = NDArray[np.float64]

# Number of samples that are scored at once.
BLOCK = 2**18


def score_blocks(
    model: Any, source: Any, *, block: int = BLOCK, out: Any = None
) -> Any:
    """Score a series of any length, block by block, in constant memory.

    The score of a sample depends on the samples within its windows. Each block is
    scored together with so many samples before and after it, so that the scores are
    those of ``model.score_samples`` for the whole series, up to rounding.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector. Transformers before its `Shingler` must
        treat each sample by itself, as scalers do.
    source : array-like, path, ParquetFile or iterable
        Series of shape (n_samples, n_channels): a NumPy array or memory map, an array
        of Zarr or HDF5, a data frame, a file ``.parquet`` or ``.npy``, or an iterator
        of arrays, data frames or Arrow's record batches of any lengths. Tables are read
        by the names of the columns that the model was fitted to; of a Parquet file, all
        columns of numbers if it was fitted to an array.
    block : int, default=262144
        Number of samples that are scored at once. Longer blocks need more memory,
        shorter ones more time, above all those that are shorter than the windows.
    out : array-like of shape (n_samples,) or None, default=None
        Where the scores are written: an array, a memory map, or anything that takes
        slices. None is a new array, which takes eight bytes per sample.

    Returns
    -------
    scores : ndarray of shape (n_samples,), or `out`
        The lower, the more abnormal.

    Raises
    ------
    ValueError
        If the source has no samples, another number of channels than the series that
        the model was fitted to, or NaN or infinity; if `out` has another length, or
        does not hold floats; or if the model carries a state along the series
        (``stateful=True``).

    See Also
    --------
    iter_scores : Yield the scores of one block after the other.
    fit_blocks : Fit to a series that does not fit into memory.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector, score_blocks
    >>> X = np.sin(np.arange(5000) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca").fit(X[:2000])
    >>> scores = score_blocks(pipe, X, block=500)
    >>> bool(np.allclose(scores, pipe.score_samples(X), rtol=1e-6, atol=1e-9))
    True
    """
    _check_out(out)
    opened = source_of(source, columns_of(model))
    n_samples = opened.n_samples
    if out is None and n_samples is None:
        return np.concatenate(list(_scored(model, opened, block)))
    scores = np.empty(n_samples or 0) if out is None else out
    n_places, stop = scores.shape[0], 0
    if n_samples not in (None, n_places):
        raise ValueError(
            f"out holds {n_places} scores, but source has {n_samples} samples. Pass an "
            "array with one score per sample."
        )
    for some in _scored(model, opened, block):
        start, stop = stop, stop + len(some)
        if stop > n_places:
            raise ValueError(
                f"out holds {n_places} scores, but source has more samples. Its scores "
                f"up to sample {start} are there."
            )
        scores[start:stop] = some
        let_go(scores)
    if stop < n_places:
        raise ValueError(
            f"out holds {n_places} scores, but source has only {stop} samples. Their "
            "scores are there."
        )
    return scores


def _check_out(out: Any) -> None:
    """Raise unless scores can be written as they are."""
    if out is None:
        return
    shape, dtype = getattr(out, "shape", None), getattr(out, "dtype", None)
    if shape is None or len(shape) != 1 or np.dtype(dtype).kind != "f":
        what = type(out).__name__ if shape is None else f"{dtype} of shape {shape}"
        raise ValueError(
            f"out must be an array of floats of shape (n_samples,), but is {what}."
        )


def iter_scores(model: Any, source: Any, *, block: int = BLOCK) -> Iterator[Floats]:
    """Yield the scores of a series of any length, block by block.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector, as in `score_blocks`.
    source : array-like, path, ParquetFile or iterable
        Series of shape (n_samples, n_channels), as in `score_blocks`.
    block : int, default=262144
        Number of samples that are scored at once.

    Yields
    ------
    scores : ndarray of shape (block,)
        Scores of the next samples; the last ones may be fewer.

    Raises
    ------
    ValueError
        As in `score_blocks`.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.streaming import iter_scores
    >>> X = np.sin(np.arange(2500) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca").fit(X)
    >>> [len(scores) for scores in iter_scores(pipe, X, block=1000)]
    [1000, 1000, 500]
    """
    return _scored(model, source_of(source, columns_of(model)), block)


@dataclass(frozen=True)
class Reach:
    """Samples that the scores of a block depend on.

    Parameters
    ----------
    before, after : int
        Number of samples before and after a sample.
    ends : int
        Number of samples at an end of the series that decide on what lies beyond it.
    """

    before: int
    after: int
    ends: int

    @classmethod
    def of(cls, model: Any) -> Self:
        """Return the reach of a fitted model, or raise if it has no bounds."""
        _check_bounded(model)
        return cls(*reach_of(model), ends_of(model))

    def around(self, start: int, stop: int, end: int) -> tuple[int, int]:
        """Return the first sample that a block depends on, and the one after the last.

        Parameters
        ----------
        start, stop : int
            The block.
        end : int
            Number of samples of the series, as far as it is known. At both ends, the
            values beyond must be those of the whole series.
        """
        first, last = max(0, start - self.before), min(stop + self.after, end)
        if first == 0:
            last = min(max(last, self.ends), end)
        if last == end:
            first = max(0, min(first, end - self.ends))
        return first, last


def _check_bounded(model: Any) -> None:
    """Raise if a score depends on all samples before it."""
    inner = innermost(model)
    for member in getattr(inner, "estimators_", ()):
        _check_bounded(member)
    if getattr(inner, "stateful", False):
        raise ValueError(
            f"{type(inner).__name__}(stateful=True) carries its state along the whole "
            "series, which cannot be scored in blocks. Fit with stateful=False."
        )


def _scored(model: Any, source: Source, block: int) -> Iterator[Floats]:
    """Yield the scores of one block after the other."""
    check_count("block", block, least=1)
    reach = Reach.of(model)
    ahead = Ahead(source.pieces(block), columns_of(model), check=reach.ends > 0)
    start = 0
    # One sample more shows that what is needed does not end with the series.
    while ahead.read_to(max(start + block + reach.after, reach.ends) + 1) > start:
        stop = min(start + block, ahead.stop)
        first, last = reach.around(start, stop, ahead.stop)
        scores = model.score_samples(ahead.part(first, last))
        yield np.asarray(scores[start - first : stop - first], dtype=np.float64)
        start = stop
        ahead.drop_to(start - max(reach.before, reach.ends))
    if start == 0:
        raise ValueError("source has no samples. Pass a series with at least one.")
