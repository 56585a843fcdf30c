"""Fit to a series that does not fit into memory."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from skanomaly._frames import named
from skanomaly._ignored import Mask
from skanomaly._validation import check_count
from skanomaly.compose import fit_ignoring
from skanomaly.preprocessing import SeriesScaler
from skanomaly.streaming._score_blocks import BLOCK
from skanomaly.streaming._sources import Ahead, Source, source_of
from skanomaly.windows import Shingler

Places = NDArray[np.intp]


def fit_blocks(
    model: Any,
    source: Any,
    *,
    n_samples: int = BLOCK,
    n_blocks: int = 16,
    columns: Sequence[str] | None = None,
    random_state: Any = None,
) -> Any:
    """Fit to evenly drawn blocks of a series, with the scale of all of it.

    The series is divided into equal parts, from each of which one block is drawn. No
    window lies across two blocks. What comes before the windows, such as a scaler,
    learns from the whole series: by ``partial_fit`` if it has that, else from as many
    single samples, one drawn from each of as many equal parts, as quantiles need.

    Parameters
    ----------
    model : estimator
        Pipeline or outlier detector, which is fitted in place.
    source : array-like, path or ParquetFile
        Training series of shape (n_samples, n_channels), as in `score_blocks`, except
        for an iterator, whose length is not known.
    n_samples : int, default=262144
        Number of samples in all blocks together, and of single samples. A series that
        is not longer is used as a whole.
    n_blocks : int, default=16
        Number of blocks. More of them see more different times; each should hold
        several periods, and many windows.
    columns : sequence of str or None, default=None
        Columns of a table; None for all, of a Parquet file for all that hold numbers.
    random_state : int, RandomState or None, default=None
        Seed of the places of the blocks.

    Returns
    -------
    model : estimator
        The fitted model.

    Raises
    ------
    ValueError
        If the length of the source is not known, or it has no samples, or a block
        would hold none.

    See Also
    --------
    score_blocks : Score a series that does not fit into memory.

    Notes
    -----
    A `SeriesScaler` is fitted to the single samples, and windows of the blocks that
    hold a glitch are left out.

    The threshold is learned as in ``fit``, where the blocks stand one behind the other.
    Detectors of this package hold out the last rows of all blocks together, by default
    a tenth (``validation_split``), and learn it from their errors: of 16 blocks, from
    the last one and a part of that before it. With ``validation_split=0``, or where too
    few rows would be held out, it is learned from the errors of the training rows, of
    all blocks, which are smaller than those of new rows. A rule such as
    ``"rate:1/week"`` needs the times of a series and is not changed here.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import fit_blocks, make_detector
    >>> rng = np.random.default_rng(0)
    >>> X = np.sin(np.arange(100_000) / 5).reshape(-1, 1)
    >>> X += 0.1 * rng.normal(size=X.shape)
    >>> pipe = fit_blocks(make_detector("pca"), X, n_samples=8000, random_state=0)
    >>> X[50_000:50_010] = 0
    >>> scores = pipe.score_samples(X)
    >>> bool(abs(scores.argmin() - 50_005) < 20 and scores.min() < pipe[-1].offset_)
    True
    """
    check_count("n_samples", n_samples, least=2)
    check_count("n_blocks", n_blocks, least=1)
    opened = source_of(source, columns)
    if opened.n_samples is None:
        raise ValueError(
            "source is an iterator, which is read only once and whose length is not "
            "known. Pass an array, also a memory map or one of Zarr or HDF5, or a "
            "Parquet file."
        )
    if opened.n_samples == 0:
        raise ValueError(
            "source has no samples. Pass a training series, at least several windows "
            "long."
        )
    if n_samples < n_blocks:
        raise ValueError(
            f"n_samples={n_samples} are fewer than n_blocks={n_blocks}. Pass more "
            "samples, several windows for each block, or fewer blocks."
        )
    if opened.n_samples <= n_samples:
        (series,) = _taken(opened, np.arange(opened.n_samples))
        return fit_ignoring(model, series, None)
    rng = check_random_state(random_state)
    blocks, ignored = _blocks(opened.n_samples, n_samples // n_blocks, n_blocks, rng)
    singles = _starts(opened.n_samples, 1, n_samples, rng)
    series, sample = _taken(opened, blocks, singles)
    n_before = _n_before_windows(model)
    head = [step for _, step in model.steps[:n_before]] if n_before else []
    for i, step in enumerate(head):
        _fit(step, head[:i], sample, opened)
        if isinstance(step, SeriesScaler):
            glitches = step.is_glitch(_through(head[:i], series))
            ignored = ignored | glitches.any(axis=1)
    tail = model[n_before:] if n_before else model
    fit_ignoring(tail, _through(head, series), ignored)
    if n_before:  # a pipeline with a cache fits clones
        model.steps[n_before:] = tail.steps
    return model


def _starts(
    n_all: int, length: int, n_blocks: int, rng: np.random.RandomState
) -> Places:
    """Return where blocks begin, one drawn from each of as many equal parts."""
    edges = np.linspace(0, n_all, n_blocks + 1).astype(np.intp)
    drawn = rng.randint(0, np.diff(edges) - length + 1)
    return np.asarray(edges[:-1] + drawn, dtype=np.intp)


def _blocks(
    n_all: int, length: int, n_blocks: int, rng: np.random.RandomState
) -> tuple[Places, Mask]:
    """Return the samples of blocks, and which of them are ignored.

    The last sample of a block is repeated and then ignored, so that windows that reach
    into the next block are left out.
    """
    steps = np.minimum(np.arange(length + 1), length - 1)
    ignored = np.arange(length + 1) == length
    samples = _starts(n_all, length, n_blocks, rng)[:, np.newaxis] + steps
    return samples.ravel(), np.tile(ignored, n_blocks)


def _pieces(source: Source) -> Iterator[tuple[int, Any]]:
    """Yield all samples, piece by piece, and where each piece begins."""
    ahead = Ahead(source.pieces(BLOCK), source.columns, check=True)
    start = 0
    while (stop := ahead.read_to(start + 1)) > start:
        yield start, ahead.part(start, stop)
        ahead.drop_to(stop)
        start = stop


def _taken(source: Source, *several: Places) -> list[Any]:
    """Return samples at positions, which are in order, in a single pass."""
    found: list[list[NDArray[Any]]] = [[] for _ in several]
    for start, piece in _pieces(source):
        values = np.asarray(piece)
        for some, positions in zip(found, several, strict=True):
            first, last = np.searchsorted(positions, [start, start + len(values)])
            some.append(values[positions[first:last] - start])
    return [named(np.concatenate(some), source.columns) for some in found]


def _n_before_windows(model: Any) -> int:
    """Return the number of steps that treat each sample by itself."""
    steps = [step for _, step in getattr(model, "steps", ())]
    cuts = [i for i, step in enumerate(steps) if isinstance(step, Shingler)]
    return min(cuts, default=max(0, len(steps) - 1))


def _fit(step: Any, before: list[Any], sample: Any, source: Source) -> None:
    """Fit a step to the whole series if it can be fitted further, or to a sample."""
    if not hasattr(step, "partial_fit"):
        if hasattr(step, "fit"):
            step.fit(_through(before, sample))
        return
    for start, piece in _pieces(source):
        rows = _through(before, piece)
        if start == 0:
            step.fit(rows)
        else:
            step.partial_fit(rows)


def _through(steps: list[Any], series: Any) -> Any:
    """Return a series after some steps; those without ``transform`` do nothing."""
    series = series.copy()  # The steps may work in place.
    for step in steps:
        if hasattr(step, "transform"):
            series = step.transform(series)
    return series
