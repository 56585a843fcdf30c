"""Random kernels: an encoder of windows without training."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._whitening import product
from skanomaly.windows import Examples, padded

# Number of steps of a kernel, as in the reference of `RandomKernels`.
KERNEL_SIZE = 9
# Number of windows from which the thresholds of activations are drawn.
N_SEEN = 1000
# Number of features that are computed at once.
N_FEATURES = 2**18


class RandomKernels:
    """Largest activation of random kernels, and how often each exceeds a threshold.

    The kernels are those of ROCKET [1]_ without their means, so that the level of a
    window drops out. Thresholds are quantiles of the activations in training.

    Parameters
    ----------
    examples : Examples
        Windows of the training part.
    n_kernels : int
        Number of kernels. Each has two features.
    seed : int
        Seed of kernels and thresholds.

    References
    ----------
    .. [1] Dempster, A., Petitjean, F. and Webb, G. I. (2020). ROCKET: exceptionally
       fast and accurate time series classification using random convolutional kernels.
       Data Mining and Knowledge Discovery 34, 1454-1495.
       https://doi.org/10.1007/s10618-020-00701-z
    """

    takes_any_length = True

    def __init__(self, examples: Examples, *, n_kernels: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._context = examples.n_inputs
        n_channels = examples.windows.values.shape[2]
        size = min(KERNEL_SIZE, self._context)
        kernels = rng.standard_normal((n_kernels, size, n_channels))
        if size > 1:
            kernels -= kernels.mean(axis=1, keepdims=True)
        kernels /= np.linalg.norm(kernels, axis=(1, 2), keepdims=True)
        # A dilated kernel may span half of a window.
        reach = max(1, self._context // (2 * max(1, size - 1)))
        dilations = 2 ** np.arange(int(np.log2(reach)) + 1)
        dilation = rng.choice(dilations, n_kernels)
        levels = rng.uniform(0.1, 0.9, n_kernels)
        some = rng.integers(examples.count, size=min(N_SEEN, examples.count))
        windows, _ = examples.take(np.sort(some))
        # By dilation: kernels as columns, and the threshold of each.
        self._groups: list[tuple[int, Float32s, Float32s]] = []
        for each in dilations:
            chosen = dilation == each
            if not chosen.any():
                continue
            columns = kernels[chosen].reshape(chosen.sum(), -1).T.astype(np.float32)
            found = _convolved(windows, columns, int(each)).reshape(-1, chosen.sum())
            thresholds = [
                np.quantile(one, level)
                for one, level in zip(found.T, levels[chosen], strict=True)
            ]
            self._groups.append((int(each), columns, np.array(thresholds, np.float32)))

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets, and the features of all windows in each input."""
        n_windows = examples.n_inputs - self._context + 1
        n_features = 2 * n_windows * sum(len(levels) for *_, levels in self._groups)
        size = max(1, min(N_FEATURES // n_features, examples.block_size))
        for inputs, targets in examples.blocks(size):
            block = padded(inputs, min(size, examples.count))
            features = [self._pooled(block, *group) for group in self._groups]
            yield inputs, targets, np.concatenate(features, axis=2)[: len(inputs)]

    def _pooled(
        self, inputs: Float32s, dilation: int, columns: Float32s, thresholds: Float32s
    ) -> Float32s:
        """Return features of shape (n, n_windows, 2 * n_kernels)."""
        found = _convolved(inputs, columns, dilation)
        n_windows = inputs.shape[1] - self._context + 1
        width = found.shape[1] - n_windows + 1
        shift = width // 2
        largest = maximum_filter1d(found, width, axis=1)
        above = (found > thresholds).astype(np.float32)
        share = uniform_filter1d(above, width, axis=1, output=np.float64)
        kept = slice(shift, shift + n_windows)
        pooled = [largest[:, kept], share[:, kept].astype(np.float32)]
        return np.concatenate(pooled, axis=2)


def _convolved(inputs: Float32s, columns: Float32s, dilation: int) -> Float32s:
    """Return the activations of kernels, of shape (n, n_positions, n_kernels)."""
    n_channels = inputs.shape[2]
    size = len(columns) // n_channels
    span = (size - 1) * dilation + 1
    # Of shape (n, n_positions, n_channels, size).
    windows = sliding_window_view(inputs, span, axis=1)[..., ::dilation]
    rows = np.moveaxis(windows, 3, 2).reshape(-1, len(columns))
    activations = product(rows, columns)
    shape = (len(inputs), -1, columns.shape[1])
    return activations.reshape(shape)
