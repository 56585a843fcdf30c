"""Distance to the nearest window of the training part."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.windows import Examples, Sequences, padded

Hashes = NDArray[np.uint64]


class NearestModel:
    """Reference windows, with the interface of a network that reconstructs.

    A window of the training part is not compared with references that overlap it by
    more than half, which would be near it by necessity. Windows of the training part
    are recognised by their values, so that the result for a window depends on its
    values alone.

    Parameters
    ----------
    examples : Examples
        Windows of the training part.
    references : Examples
        Some of them, which others are compared with.
    """

    _pads = True  # inputs, so that a distance does not depend on the others

    def __init__(self, examples: Examples, references: Examples) -> None:
        all_of_them = np.arange(references.count)
        inputs, _ = references.take(all_of_them)
        rows = inputs.reshape(len(inputs), -1)
        self._starts = references.starts(all_of_them)
        self._set_references(rows)
        self._radius = max(1, examples.n_inputs // 2)
        self._known, self._known_starts = _first_of_each(examples)

    def _set_references(self, rows: Float32s) -> None:
        # Distances are computed as differences of products, exactly near the origin.
        self._origin = rows.mean(axis=0)
        self._references = rows
        self._centered = rows - self._origin
        self._half_norms = (self._centered**2).sum(axis=1) / 2

    def with_references(self, examples: Examples) -> Self:
        """Return a model with further references, which no known window overlaps."""
        model = copy(self)
        inputs, _ = examples.take(np.arange(examples.count))
        rows = inputs.reshape(len(inputs), -1)
        elsewhere = np.full(len(rows), -self._radius)
        model._starts = np.concatenate([self._starts, elsewhere])
        model._set_references(np.concatenate([self._references, rows]))
        return model

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and the reference that is nearest to each input."""
        for inputs, targets in examples.blocks():
            block = padded(inputs, examples.block_size) if self._pads else inputs
            block = block.reshape(len(block), -1)
            products = (block - self._origin) @ self._centered.T
            far = self._half_norms - products[: len(inputs)]
            nearest = self._without_overlap(far, inputs).argmin(axis=1)
            yield inputs, targets, self._references[nearest].reshape(inputs.shape)

    def quick(self, *, plain: bool = True) -> Self:
        """Return a model whose outputs for few inputs take little time."""
        model = copy(self)
        model._pads = False
        return model

    def _without_overlap(self, far: Float32s, inputs: Float32s) -> Float32s:
        """Return distances, infinite to the references that a known window overlaps."""
        hashes = _hashes(inputs)
        place = np.searchsorted(self._known, hashes)
        place[place == len(self._known)] = 0
        (known,) = np.nonzero(self._known[place] == hashes)
        start = self._known_starts[place[known], np.newaxis]
        overlaps = np.abs(start - self._starts) < self._radius
        overlaps[overlaps.all(axis=1)] = False
        far[known] = np.where(overlaps, np.inf, far[known])
        return far


def _first_of_each(examples: Examples) -> tuple[Hashes, NDArray[np.intp]]:
    """Return the sorted hashes of all windows, and where the first of each begins."""
    hashes = np.concatenate([_hashes(inputs) for inputs, _ in examples.blocks()])
    known, first = np.unique(hashes, return_index=True)
    return known, examples.starts(first)


def _hashes(windows: Float32s) -> Hashes:
    """Return a hash of the bits of each window [1]_.

    References
    ----------
    .. [1] Carter, J. L. and Wegman, M. N. (1979). Universal classes of hash functions.
       Journal of Computer and System Sciences 18(2), 143-154.
       https://doi.org/10.1016/0022-0000(79)90044-8
    """
    rows = windows.reshape(len(windows), -1) + np.float32(0)  # without negative zeros
    random = np.random.default_rng(0)
    factors = random.integers(2**64, size=rows.shape[1], dtype=np.uint64)
    hashes: Hashes = rows.view(np.uint32).astype(np.uint64) @ factors
    return hashes


@parameters
class NearestWindowDetector(BaseReconstructionDetector):
    """Detect rows that are far from all windows of the training part.

    The nearest neighbour of a window, its discord distance in the literature [1]_,
    finds shapes that never occurred before. It survives anomalies in the training part,
    since one wrong neighbour misleads only windows like it, and needs training data
    that hold all normal shapes. Time and memory grow with `max_windows`.

    Parameters
    ----------
    max_windows : int, default=1000
        Number of training windows to compare with, evenly spaced over all of them.
    %(context)s
    %(shared)s

    Attributes
    ----------
    %(fitted)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    With the residual r of a row minus its nearest window, the error is the mean of
    ``r**2 if abs(r) < 1 else 2 * abs(r) - 1`` (twice Huber's loss) over steps and
    channels. The nearest window is that of the smallest Euclidean distance [2]_.

    A window that occurs in the training part is compared with reference windows that
    overlap it by at most half [1]_. It is recognised by its values, wherever it is
    scored.

    References
    ----------
    .. [1] Keogh, E., Lin, J. and Fu, A. (2005). HOT SAX: efficiently finding the most
       unusual time series subsequence. ICDM 2005.
       https://doi.org/10.1109/ICDM.2005.79
    .. [2] Ramaswamy, S., Rastogi, R. and Shim, K. (2000). Efficient algorithms for
       mining outliers from large data sets. SIGMOD 2000.
       https://doi.org/10.1145/342009.335437

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import NearestWindowDetector, Shingler, find_events
    >>> rng = np.random.default_rng(0)
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> series += 0.05 * rng.normal(size=series.shape)
    >>> detector = NearestWindowDetector(threshold="auto")
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    max_windows: int = parameter(1000, COUNT)

    _models: Sequence[NearestModel] = fitted()

    def add_references(self, X: ArrayLike) -> Self:
        """Learn rows as normal: all of their windows become further references.

        For shapes that were reported and are no anomalies. Rows like them are no longer
        far from all windows; others remain as far as they were. Scale, period and
        threshold stay.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows, such as the windows of the samples of an event.

        Returns
        -------
        self : object
            The detector.

        See Also
        --------
        skanomaly.Detection.dismiss : Raise the threshold instead.

        Examples
        --------
        >>> import numpy as np
        >>> from skanomaly import detect, make_detector
        >>> X = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
        >>> X[510:530] = X[710:730] = 0.5  # a stop that is planned
        >>> pipe = make_detector("nearest_window").fit(X[:400])
        >>> first, second = detect(pipe, X, n_train=400, threshold=0.1).events
        >>> rows = pipe[:-1].transform(X)[first.start : first.stop]
        >>> pipe[-1].add_references(rows)
        NearestWindowDetector(context=0.5, threshold='auto')
        >>> detect(pipe, X, n_train=400, threshold=0.1).events
        ()
        """
        rows = self._check_rows(X)
        self._models = [
            model.with_references(self._view.training(part))
            for part, model in zip(self._layout.parts(rows), self._models, strict=True)
        ]
        # What `memory` keeps are scores without them.
        self._identity = None
        return self

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: NearestModel | None,
        *,
        partial: bool,
    ) -> NearestModel:
        examples = self._view.training(training)
        model = NearestModel(examples, self._spread(examples))
        if self._left_out:
            kept = self._trimmed(model, examples)
            model = NearestModel(examples, self._spread(kept))
        return model

    def _spread(self, examples: Examples) -> Examples:
        last, count = examples.count - 1, min(examples.count, self.max_windows)
        return examples.subset(np.linspace(0, last, count).round().astype(np.intp))
