"""The linear autoencoder."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import code_size
from skanomaly.windows import Examples, Sequences


class LinearModel:
    """Principal components behind the interface of a trained network."""

    def __init__(self, pca: PCA) -> None:
        self.pca = pca

    @property
    def n_codes(self) -> int:
        """Values in a code."""
        return int(self.pca.n_components_)

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and reconstructions, or codes if these are named."""
        for inputs, targets, padded in examples.batches():
            outputs = self.pca.transform(padded.reshape(len(padded), -1))
            if not names:
                outputs = self.pca.inverse_transform(outputs)
                outputs = outputs.reshape(padded.shape)
            yield inputs, targets, outputs[: len(inputs)]

    def decode(self, codes: NDArray[Any]) -> Float32s:
        """Return what is made of codes."""
        decoded: Float32s = self.pca.inverse_transform(codes)
        return decoded


@parameters
class PCADetector(BaseReconstructionDetector):
    """Detect what the principal components of normal rows can't give back.

    The linear autoencoder, which is found at once instead of being trained: it takes
    a fraction of the time, and is often as good as a network. It fails where normal
    rows lie on something curved, which takes so many components that anomalies are
    given back as well.

    Parameters
    ----------
    n_components : int, float or "auto", default="auto"
        How many components, or between 0 and 1 which part of the variance they
        explain. ``"auto"`` is as many as the code of `AutoencoderDetector` has units: a
        quarter of the values of a row, 1 to 16.
    %(context)s
    %(shared)s

    Attributes
    ----------
    pca_ : sklearn.decomposition.PCA
        The fitted components.
    %(fitted)s

    See Also
    --------
    skanomaly.make_detector : The recommended pipeline around it.

    Notes
    -----
    With r the row less what is given back, the error is the mean of
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

    _model: LinearModel = fitted()

    @property
    def pca_(self) -> PCA:
        """The fitted components."""
        check_is_fitted(self)
        return self._model.pca

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        *,
        go_on: bool,
        partial: bool,
    ) -> None:
        rng = np.random.RandomState(self._fit_seed)
        examples = self._view.training(training)
        self._model = LinearModel(self._components(examples, rng))
        if self.contamination_trim:
            trimmed = self._trimmed(examples)
            self._model = LinearModel(self._components(trimmed, rng))

    def _components(self, examples: Examples, rng: np.random.RandomState) -> PCA:
        drawn = np.arange(examples.count)
        if examples.n_drawn < examples.count:
            drawn = np.sort(rng.permutation(examples.count)[: examples.n_drawn])
        inputs, _ = examples.take(drawn)
        rows = inputs.reshape(len(inputs), -1).astype(np.float64)
        wanted = self.n_components
        if wanted == "auto":
            wanted = min(code_size("auto", *inputs.shape[1:]), len(rows))
        elif wanted == rows.shape[1]:
            raise ValueError(
                f"n_components={wanted} gives rows of {rows.shape[1]} feature(s) back "
                "whole, so that nothing would be abnormal. Ask for fewer components."
            )
        elif float(wanted) > min(rows.shape):
            raise ValueError(
                f"n_components={wanted} is more than what {len(rows)} training rows of "
                f"{rows.shape[1]} values have, {min(rows.shape)}. (The validation part "
                "and what contamination_trim leaves out are no training rows.) Ask for "
                "fewer components, or give more rows."
            )
        # Rows that are all alike explain 0 of a variance of 0.
        with np.errstate(invalid="ignore"):
            return PCA(wanted, random_state=rng).fit(rows)
