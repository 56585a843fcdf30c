"""Dense autoencoder."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from skanomaly._compat import StrOptions
from skanomaly.detectors._assessment import Judged
from skanomaly.detectors._codes import CodeMixin
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import (
    COUNT,
    FRACTION,
    LAYER_SIZES,
    NON_NEGATIVE,
    fitted,
    parameter,
    parameters,
)
from skanomaly.detectors._plane import N_WINDOWS, NetworkWithPlane, Plane
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import code_size, dense_decoder, dense_stack
from skanomaly.windows import Sequences

if TYPE_CHECKING:
    import keras

    from skanomaly.engine import TrainedNetwork


def dense_autoencoder(
    window: int,
    n_channels: int,
    *,
    hidden_units: Sequence[int] = (64,),
    latent_units: int | str = "auto",
    decoder_units: Sequence[int] | None = None,
    activation: str = "tanh",
    latent_activation: str | None = None,
    output_activation: str | None = None,
    dropout: float = 0.0,
    l2: float = 0.0,
) -> "keras.Model":
    """Build a fully connected autoencoder.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    decoder_units : sequence of int or None, default=None
        Sizes of the hidden layers of the decoder. None uses those of the encoder in
        reverse order.
    activation : str, default="tanh"
        Keras activation of the hidden layers.
    latent_activation, output_activation : str or None, default=None
        Keras activations of the code and of the output. None is the identity.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that is dropped in training.
    l2 : float, default=0.0
        Factor of the L2 penalty on the weights in the training loss.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape. The output of the layer
        named ``"code"`` is the code, which the layer named ``"decoder"`` maps back to a
        window.
    """
    import keras

    units = code_size(latent_units, window, n_channels)
    stack: dict[str, Any] = {"activation": activation, "dropout": dropout, "l2": l2}
    inputs = keras.Input((window, n_channels))
    x = dense_stack(keras.layers.Flatten()(inputs), hidden_units, **stack)
    code = keras.layers.Dense(units, latent_activation, name="code")(x)
    decoder = dense_decoder(
        units,
        window,
        n_channels,
        hidden_units=hidden_units[::-1] if decoder_units is None else decoder_units,
        output_activation=output_activation,
        **stack,
    )
    return keras.Model(inputs, decoder(code))


@parameters
class AutoencoderDetector(CodeMixin, BaseReconstructionDetector, BaseNetworkDetector):
    """Detect rows that a dense autoencoder fails to reconstruct.

    The network is trained to reconstruct normal rows from a code that is smaller than a
    row. It works on cyclic series if a window spans one or more cycles, and on records
    with correlated features, which must also be close to the principal components of
    normal ones. It fails on anomalies much shorter than the window, which vanish in the
    mean, on anomalies that recur in the training data, and within a flat line, of which
    it detects only the onset and the end.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    decoder_units : sequence of int or None, default=None
        Sizes of the hidden layers of the decoder. None uses those of the encoder in
        reverse order.
    activation : str, default="tanh"
        Keras activation of the hidden layers. One that saturates does not extrapolate
        to values beyond the range of the training rows; with ``"relu"``, a sine of
        twice the amplitude is reconstructed exactly.
    latent_activation : str or None, default=None
        Keras activation of the code, such as ``"sigmoid"`` for a nearly binary code.
        None is the identity.
    output_activation : str or None, default=None
        Keras activation of the output, such as ``"sigmoid"`` for values between 0 and
        1. None is the identity.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that is dropped in training.
    l2 : float, default=0.0
        Factor of the L2 penalty on the weights in the training loss.
    %(reconstruction)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    The idea is that of [1]_. With a row x (minus its mean, if centered), the network f
    and the residual ``r = x - f(x)``, the error is the mean of ``r**2 if abs(r) < 1
    else 2 * abs(r) - 1`` over steps and channels. This is twice Huber's loss [2]_, so
    that a single spike does not dominate the row.

    A network bends to the records of a table, and happens to reconstruct some abnormal
    ones: which ones depends on the seed. Principal components cannot bend, but miss
    what is curved. If the training rows are independent records, the error of a record
    is the larger one of two, as proposed in [3]_: that of the network, and that of as
    many components as `latent_units`, scaled to the same median in training. That is so
    for each window of a record that is longer than `context`, and for the sum over its
    channels.
    Reconstructions are those of the network. `partial_fit` keeps the components of the
    last `fit`, without which it uses none.

    References
    ----------
    .. [1] Sakurada, M. and Yairi, T. (2014). Anomaly detection using autoencoders
       with nonlinear dimensionality reduction. MLSDA, 4-11.
       https://doi.org/10.1145/2689746.2689747
    .. [2] Huber, P. J. (1964). Robust estimation of a location parameter. Annals of
       Mathematical Statistics 35(1), 73-101. https://doi.org/10.1214/aoms/1177703732
    .. [3] Aggarwal, C. C. and Sathe, S. (2015). Theoretical foundations and algorithms
       for outlier ensembles. ACM SIGKDD Explorations 17(1), 24-47.
       https://doi.org/10.1145/2830544.2830549

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import AutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(2000)[:, None] / 50)
    >>> detector = AutoencoderDetector(threshold="auto", epochs=10, random_state=0)
    >>> pipe = make_pipeline(Shingler(50, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[1000:1010] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    hidden_units: Sequence[int] = parameter((64,), LAYER_SIZES)
    latent_units: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    decoder_units: Sequence[int] | None = parameter(None, LAYER_SIZES, None)
    activation: str = parameter("tanh", str)
    latent_activation: str | None = parameter(None, str, None)
    output_activation: str | None = parameter(None, str, None)
    dropout: float = parameter(0.0, FRACTION)
    l2: float = parameter(0.0, NON_NEGATIVE)

    _build = staticmethod(dense_autoencoder)
    _models: Sequence[NetworkWithPlane] = fitted()

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: NetworkWithPlane | None,
        *,
        partial: bool,
    ) -> NetworkWithPlane:
        known, plane = (None, None) if model is None else (model.trained, model.plane)
        trained = super()._learn(training, held_out, known, partial=partial)
        # A part of the rows may be too small for a plane of its own.
        if not partial:
            plane = None if training.is_series else self._plane(trained, training)
        return NetworkWithPlane(trained, plane)

    def _plane(self, trained: "TrainedNetwork", records: Sequences) -> Plane | None:
        per_record = records.window - self._view.context + 1
        (some,) = records.spread(max(1, N_WINDOWS // per_record))
        return Plane.of(
            self._trimmed(trained, self._view.training(some)),
            trained,
            n_codes=code_size(self.latent_units, *self._view.shape),
            seed=self._fit_seed,
            rounding=self._rounding,
        )

    def _judge(self, model: NetworkWithPlane, rows: Sequences) -> Iterator[Judged]:
        by_network = super()._judge(model, rows)
        if model.plane is None:
            yield from by_network
            return
        by_plane = model.plane.errors(self._view.scoring(rows))
        for judged, errors in zip(by_network, by_plane, strict=True):
            yield judged.or_larger(errors)
