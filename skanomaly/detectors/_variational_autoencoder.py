"""Variational autoencoder."""

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, check_scalar

from skanomaly._compat import StrOptions
from skanomaly.detectors._assessment import Float32s, Judged, error_size
from skanomaly.detectors._codes import CodeMixin
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import (
    COUNT,
    LAYER_SIZES,
    NON_NEGATIVE,
    parameter,
    parameters,
)
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import (
    LARGEST_LOG_VARIANCE,
    code_size,
    dense_decoder,
    dense_stack,
)
from skanomaly.windows import Sequences

if TYPE_CHECKING:
    import keras

    from skanomaly.engine import TrainedNetwork


def variational_autoencoder(
    window: int,
    n_channels: int,
    *,
    hidden_units: Sequence[int] = (64,),
    latent_units: int | str = "auto",
    activation: str = "tanh",
    beta: float = 0.1,
) -> "keras.Model":
    """Build a fully connected variational autoencoder.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder. The decoder has them in reverse
        order.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    activation : str, default="tanh"
        Keras activation of the hidden layers.
    beta : float, default=0.1
        Weight of the divergence of the codes from a standard normal distribution,
        relative to the sum of squared errors of a window.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape. The outputs of the
        layers named ``"code"`` and ``"log_variance"`` are mean and log-variance of the
        code, and the layer named ``"decoder"`` maps a code to a window. The code is
        drawn in training, and is its mean otherwise.
    """
    import keras

    from skanomaly.networks import GaussianCode

    units = code_size(latent_units, window, n_channels)
    inputs = keras.Input((window, n_channels))
    flat = keras.layers.Flatten()(inputs)
    x = dense_stack(flat, hidden_units, activation=activation)
    mean = keras.layers.Dense(units, name="code")(x)
    log_variance = keras.layers.Dense(units, name="log_variance")(x)
    # The squared error is a mean over the values of a window, the divergence a sum.
    code = GaussianCode(beta / (window * n_channels))(mean, log_variance)
    decoder = dense_decoder(
        units,
        window,
        n_channels,
        hidden_units=hidden_units[::-1],
        activation=activation,
    )
    return keras.Model(inputs, decoder(code))


@parameters
class VariationalAutoencoderDetector(
    CodeMixin, BaseReconstructionDetector, BaseNetworkDetector
):
    """Detect rows that a variational autoencoder fails to reconstruct.

    The encoder maps each row to a distribution of codes that is close to a standard
    normal distribution, so that codes drawn from the latter decode to rows that look
    normal (`sample`). The noise in the code keeps the network from memorizing single
    training rows and limits its precision: it misses more small anomalies than
    `AutoencoderDetector`.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder. The decoder has them in reverse
        order.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    activation : str, default="tanh"
        Keras activation of the hidden layers. One that saturates does not extrapolate
        to values beyond the range of the training rows.
    beta : float, default=0.1
        Weight of the divergence in the loss. 1 is the evidence lower bound for values
        with a variance of 1/2 around the output of the decoder. Small values need a
        small weight, since all codes become equal otherwise.
    n_draws : int or None, default=None
        Number of codes that are drawn per row in scoring, over which the error is
        averaged. None uses the mean code. The noise of the draws is the same for all
        rows and depends on `random_state`. With draws, a `network` of your own needs
        layers named ``"code"``, ``"log_variance"`` and ``"decoder"``. Changes affect
        scores immediately, and the threshold at the next fit.
    %(reconstruction)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    For a row x of D values with reconstruction x', and a code with mean m and
    log-variance v, the loss is ``mean((x - x')**2) + beta / (2 * D) * sum(m**2 + exp(v)
    - v - 1)`` [1]_, weighted as in [2]_. The error is the mean of ``r**2 if abs(r) < 1
    else 2 * abs(r) - 1`` with ``r = x - x'`` over steps and channels and, with
    `n_draws`, over the draws as in [3]_.

    References
    ----------
    .. [1] Kingma, D. P. and Welling, M. (2014). Auto-encoding variational Bayes. ICLR.
       https://doi.org/10.48550/arXiv.1312.6114
    .. [2] Higgins, I. et al. (2017). beta-VAE: learning basic visual concepts with a
       constrained variational framework. ICLR.
       https://openreview.net/forum?id=Sy2fzU9gl
    .. [3] An, J. and Cho, S. (2015). Variational autoencoder based anomaly detection
       using reconstruction probability. Special Lecture on IE 2(1), SNU Data Mining
       Center.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import VariationalAutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = VariationalAutoencoderDetector(threshold="auto", random_state=0)
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    hidden_units: Sequence[int] = parameter((64,), LAYER_SIZES)
    latent_units: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    activation: str = parameter("tanh", str)
    beta: float = parameter(0.1, NON_NEGATIVE)
    n_draws: int | None = parameter(None, COUNT, None)

    _build = staticmethod(variational_autoencoder)

    def sample(self, n_samples: int = 1) -> NDArray[np.float64]:
        """Draw rows that look like the training rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows to draw.

        Returns
        -------
        rows : ndarray of shape (n_samples, context * n_channels)
            Rows decoded from codes with a standard normal distribution, the same on
            each call. Without the level that `center` removes.

        Raises
        ------
        TypeError, ValueError
            If `n_samples` is not an integer of at least 1.
        ValueError
            If the network is the user's own and lacks a layer named ``"code"`` or
            ``"decoder"``.
        """
        check_is_fitted(self)
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        return self.decode(self._noise(n_samples, self._n_codes))

    def _noise(self, n: int, n_codes: int) -> Float32s:
        rng = np.random.default_rng(self._fit_seed)
        return rng.standard_normal((n, n_codes), dtype=np.float32)

    def _new_model(self, seed: int) -> "TrainedNetwork":
        model = super()._new_model(seed)
        if self.n_draws:
            model.check_layers("code", "log_variance", "decoder")
        return model

    def _judge(self, model: Any, rows: Sequences) -> Iterator[Judged]:
        if not self.n_draws:
            yield from super()._judge(model, rows)
            return
        noise = self._noise(self.n_draws, model.n_codes)
        names = ("code", "log_variance")
        blocks = model.outputs(self._view.scoring(rows), names=names)
        for inputs, targets, mean, log_variance in blocks:
            bounded = np.clip(log_variance, -LARGEST_LOG_VARIANCE, LARGEST_LOG_VARIANCE)
            spread = np.exp(bounded / 2)
            errors = [
                error_size(inputs - model.decode(mean + spread * draw))
                for draw in noise
            ]
            expected = model.decode(mean) + (targets - inputs)
            step_errors = np.mean(errors, axis=0)
            yield Judged(expected, step_errors, step_errors.mean(axis=1))
