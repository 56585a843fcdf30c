"""Linear autoencoder by principal components."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._codes import CodeMixin
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import code_size
from skanomaly.windows import Examples, Sequences, padded

# Components are fitted to so many windows at least, and to so many per value of a
# window: more windows of a series overlap so much that they add next to nothing.
MIN_ROWS = 4096
ROWS_PER_VALUE = 10
# Number of windows that are copied at once.
BLOCK = 1024


class LinearModel:
    """Principal components with the interface of a trained network."""

    def __init__(self, pca: PCA) -> None:
        self.pca = pca

    @property
    def n_codes(self) -> int:
        """Number of values in a code."""
        return int(self.pca.n_components_)

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and reconstructions, or codes if `names` is given."""
        for inputs, targets in examples.blocks():
            block = padded(inputs, examples.block_size)
            outputs = self.pca.transform(block.reshape(len(block), -1))
            if not names:
                outputs = self.pca.inverse_transform(outputs)
                outputs = outputs.reshape(block.shape)
            yield inputs, targets, outputs[: len(inputs)]

    def decode(self, codes: NDArray[Any]) -> Float32s:
        """Return the reconstructions of codes."""
        decoded: Float32s = self.pca.inverse_transform(codes)
        return decoded

    def quick(self, *, plain: bool = True) -> "QuickLinearModel":
        """Return a model whose outputs for few inputs take little time."""
        return QuickLinearModel(self.pca)


class QuickLinearModel(LinearModel):
    """Principal components without checks and padding of their inputs."""

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and reconstructions."""
        components, mean = self.pca.components_, self.pca.mean_
        for inputs, targets in examples.blocks():
            codes = (inputs.reshape(len(inputs), -1) - mean) @ components.T
            outputs = codes @ components + mean
            yield inputs, targets, outputs.reshape(inputs.shape)


@parameters
class PCADetector(CodeMixin, BaseReconstructionDetector):
    """Detect rows that the principal components of normal rows fail to reconstruct.

    Principal components are a linear autoencoder, computed in closed form instead of
    being trained: they take a fraction of the time of a network and are often as
    accurate. They fail if normal rows lie on a curved surface, which takes so many
    components that anomalies are reconstructed as well.

    Parameters
    ----------
    n_components : int, float or "auto", default="auto"
        Number of components, or a number between 0 and 1: the fraction of the variance
        that they explain. ``"auto"`` is the code size of `AutoencoderDetector`, a
        quarter of the values of a row, 1 to 16.
    %(context)s
    %(shared)s

    Attributes
    ----------
    pca_ : sklearn.decomposition.PCA
        Fitted components.
    %(fitted)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    With the residual r of a row minus its reconstruction, the error is the mean of
    ``r**2 if abs(r) < 1 else 2 * abs(r) - 1`` (twice Huber's loss) over steps and
    channels.

    References
    ----------
    .. [1] Shyu, M.-L. et al. (2003). A novel anomaly detection scheme based on
       principal component classifier. IEEE Foundations and New Directions of Data
       Mining Workshop, 172-179.
    .. [2] Baldi, P. and Hornik, K. (1989). Neural networks and principal component
       analysis: learning from examples without local minima. Neural Networks 2(1),
       53-58. https://doi.org/10.1016/0893-6080(89)90014-2

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import PCADetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = PCADetector(threshold="auto")
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    n_components: float | str = parameter(
        "auto",
        COUNT,
        Interval(RealNotInt, 0, 1, closed="neither"),
        StrOptions({"auto"}),
    )

    _version: ClassVar[int] = 2
    _models: Sequence[LinearModel] = fitted()

    @property
    def pca_(self) -> PCA:
        """Fitted components."""
        check_is_fitted(self)
        return self._model.pca

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: LinearModel | None,
        *,
        partial: bool,
    ) -> LinearModel:
        rng = np.random.RandomState(self._fit_seed)
        examples = self._view.training(training)
        model = LinearModel(self._components(self._moderate(examples), rng))
        if self._left_out:
            trimmed = self._trimmed(model, examples)
            model = LinearModel(self._components(trimmed, rng))
        return model

    def _components(self, examples: Examples, rng: np.random.RandomState) -> PCA:
        rows = _drawn(examples, rng)
        wanted = self.n_components
        if wanted == "auto":
            shape = examples.n_inputs, examples.windows.values.shape[2]
            wanted = min(code_size("auto", *shape), len(rows))
        elif wanted == rows.shape[1]:
            raise ValueError(
                f"n_components={wanted} reconstructs rows of {rows.shape[1]} "
                "feature(s) exactly, so that no row would be abnormal. Pass fewer "
                "components."
            )
        elif float(wanted) > min(rows.shape):
            raise ValueError(
                f"n_components={wanted} is more than the {min(rows.shape)} components "
                f"of {len(rows)} training rows with {rows.shape[1]} values each. (Rows "
                "of the validation part, and rows that contamination_trim leaves out, "
                "do not count.) Pass fewer components or more rows."
            )
        # The explained fraction of the variance is 0 / 0 if all rows are equal.
        with np.errstate(invalid="ignore"):
            return PCA(wanted, random_state=rng).fit(rows)


def _drawn(examples: Examples, rng: np.random.RandomState) -> NDArray[np.float64]:
    """Return examples as rows: all, or enough of the overlapping ones to cover all."""
    n_values = examples.n_inputs * examples.windows.values.shape[2]
    n_needed = max(examples.n_covering, ROWS_PER_VALUE * n_values, MIN_ROWS)
    count = min(examples.n_drawn, n_needed)
    drawn = np.arange(examples.count)
    if count < examples.count:
        drawn = np.sort(rng.permutation(examples.count)[:count])
    rows = np.empty((len(drawn), n_values))
    for first in range(0, len(drawn), BLOCK):
        inputs, _ = examples.take(drawn[first : first + BLOCK])
        rows[first : first + len(inputs)] = inputs.reshape(len(inputs), -1)
    return rows
