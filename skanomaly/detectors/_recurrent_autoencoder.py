"""Recurrent autoencoder."""

from typing import TYPE_CHECKING, Any

from skanomaly.detectors._codes import CodeMixin
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import CELL, COUNT, FRACTION, parameter, parameters
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import recurrent_stack

if TYPE_CHECKING:
    import keras


def recurrent_autoencoder(
    window: int,
    n_channels: int,
    *,
    cell: str = "lstm",
    units: int = 32,
    n_layers: int = 1,
    dropout: float = 0.0,
    bidirectional: bool = False,
) -> "keras.Model":
    """Build recurrent layers that encode a window, and others that decode it.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent layers.
    units : int, default=32
        Size of the state of each layer.
    n_layers : int, default=1
        Number of layers of the encoder, and of the decoder.
    dropout : float, default=0.0
        Fraction of each layer's outputs that is dropped in training.
    bidirectional : bool, default=False
        Whether the layers are bidirectional, with `units` per direction.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape. The output of the layer
        named ``"code"`` is the code, which the layer named ``"decoder"`` repeats for
        each step and maps back to a window.
    """
    import keras

    stack: dict[str, Any] = {
        "cell": cell,
        "dropout": dropout,
        "bidirectional": bidirectional,
    }
    inputs = keras.Input((window, n_channels))
    x = recurrent_stack(inputs, units, n_layers, keep_steps=False, **stack)
    code = keras.layers.Identity(name="code")(x)

    codes = keras.Input(code.shape[1:])
    x = keras.layers.RepeatVector(window)(codes)
    x = recurrent_stack(x, units, n_layers, **stack)
    x = keras.layers.TimeDistributed(keras.layers.Dense(n_channels))(x)
    decoder = keras.Model(codes, x, name="decoder")
    return keras.Model(inputs, decoder(code))


@parameters
class RecurrentAutoencoderDetector(
    CodeMixin, BaseReconstructionDetector, BaseNetworkDetector
):
    """Detect rows that a recurrent autoencoder fails to reconstruct.

    An encoder reads the row step by step into a state, and a decoder reconstructs the
    row from that state alone. It works on windows of some tens of steps in which the
    order of the steps matters. It fails on windows of hundreds of steps, which exceed
    the memory of the state, and takes many times as long as `AutoencoderDetector`.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent layers.
    units : int, default=32
        Size of the state of each layer, and of the code.
    n_layers : int, default=1
        Number of layers of the encoder, and of the decoder.
    dropout : float, default=0.0
        Fraction of each layer's outputs that is dropped in training.
    bidirectional : bool, default=False
        Whether the layers are bidirectional, with `units` per direction.
    %(reconstruction)s

    Attributes
    ----------
    %(attributes)s

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
    .. [1] Malhotra, P. et al. (2016). LSTM-based encoder-decoder for multi-sensor
       anomaly detection. https://doi.org/10.48550/arXiv.1607.00148

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import RecurrentAutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(400)[:, None] / 20)
    >>> detector = RecurrentAutoencoderDetector(
    ...     cell="gru",
    ...     epochs=10,
    ...     learning_rate=0.01,
    ...     threshold="auto",
    ...     random_state=0,
    ... )
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[200:210] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    cell: str = parameter("lstm", CELL)
    units: int = parameter(32, COUNT)
    n_layers: int = parameter(1, COUNT)
    dropout: float = parameter(0.0, FRACTION)
    bidirectional: bool = parameter(False, "boolean")

    _build = staticmethod(recurrent_autoencoder)
