"""The recurrent autoencoder."""

from typing import TYPE_CHECKING, Any

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
    """Recurrent layers that read a window, and others that write it again.

    Parameters
    ----------
    window, n_channels : int
        Shape of what it sees and gives back.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Kind of layer.
    units : int, default=32
        Size of each layer's state.
    n_layers : int, default=1
        How many layers read, and how many write.
    dropout : float, default=0.0
        Fraction of each layer's outputs that training leaves out.
    bidirectional : bool, default=False
        Whether each layer goes both ways, with `units` for each.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape; the code, repeated for
        each step to be written, is the output of the layer named ``"code"``.
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
class RecurrentAutoencoderDetector(BaseReconstructionDetector, BaseNetworkDetector):
    """Detect what a recurrent autoencoder, trained on normal rows, can't give back.

    One network reads the row step by step and keeps a state; another writes the row
    from that state alone. It works on windows of some tens of steps whose order of
    steps matters. Windows of hundreds of steps are beyond its memory, and it costs
    many times what `AutoencoderDetector` costs.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Kind of layer.
    units : int, default=32
        Size of each layer's state, and of the code.
    n_layers : int, default=1
        How many layers read, and how many write.
    dropout : float, default=0.0
        Fraction of each layer's outputs that training leaves out.
    bidirectional : bool, default=False
        Whether each layer goes both ways, with `units` for each.
    %(reconstruction)s

    Attributes
    ----------
    %(attributes)s

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
    .. [1] Malhotra, P. et al. (2016). LSTM-based encoder-decoder for multi-sensor
       anomaly detection. https://doi.org/10.48550/arXiv.1607.00148

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import RecurrentAutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = RecurrentAutoencoderDetector(
    ...     cell="gru", learning_rate=0.01, threshold="auto", random_state=0
    ... )
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    cell: str = parameter("lstm", CELL)
    units: int = parameter(32, COUNT)
    n_layers: int = parameter(1, COUNT)
    dropout: float = parameter(0.0, FRACTION)
    bidirectional: bool = parameter(False, "boolean")

    _build = staticmethod(recurrent_autoencoder)
