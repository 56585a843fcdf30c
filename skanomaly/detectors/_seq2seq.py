"""The sequence-to-sequence autoencoder."""

from typing import TYPE_CHECKING

from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import (
    CELL,
    COUNT,
    PROBABILITY,
    parameter,
    parameters,
)
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import recurrent_stack

if TYPE_CHECKING:
    import keras


def seq2seq(
    window: int,
    n_channels: int,
    *,
    cell: str = "lstm",
    encoder_units: int = 32,
    decoder_units: int = 32,
    teacher_forcing: float = 0.5,
) -> "keras.Model":
    """Bidirectional encoder, and a decoder that goes on from its own last step.

    Parameters
    ----------
    window, n_channels : int
        Shape of what it sees and gives back.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Kind of cell.
    encoder_units : int, default=32
        Size of the encoder's state, each way.
    decoder_units : int, default=32
        Size of the decoder's state, and of the code that it begins with.
    teacher_forcing : float, default=0.5
        Probability that training tells the decoder the true last step.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape; the layer named
        ``"code"`` puts out the code, the one named ``"decoder"`` unrolls it.
    """
    import keras

    from skanomaly.networks import FeedbackDecoder

    inputs = keras.Input((window, n_channels))
    x = recurrent_stack(
        inputs, encoder_units, cell=cell, bidirectional=True, keep_steps=False
    )
    code = keras.layers.Dense(decoder_units, "tanh", name="code")(x)
    # The step before each: a zero, then all but the last.
    before = keras.layers.ZeroPadding1D((1, 0))(inputs)
    before = keras.layers.Cropping1D((0, 1))(before)
    decoder = FeedbackDecoder(
        window, cell, decoder_units, n_channels, teacher_forcing, name="decoder"
    )
    return keras.Model(inputs, decoder(code, before))


@parameters
class Seq2SeqDetector(BaseReconstructionDetector, BaseNetworkDetector):
    """Detect what a sequence-to-sequence network, trained on normal rows, can't repeat.

    An encoder reads the row both ways; a decoder writes it, each step from its state
    and the step that it wrote before. In training it is told the true step before at
    times, when it scores never. It works on short sequences whose steps follow from
    each other; errors add up along a row, so in rows of hundreds of steps the last
    ones say little. It is the slowest detector.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Kind of cell.
    encoder_units : int, default=32
        Size of the encoder's state, each way.
    decoder_units : int, default=32
        Size of the decoder's state, and of the code. Any other than the encoder's
        will do.
    teacher_forcing : float, default=0.5
        Probability, for each step of each example, that training tells the decoder
        the true step before instead of its own. With 1 it leans on being told, and
        goes astray when it is not.
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
    channels. In `history_`, ``loss`` is that of the decoder being told, ``val_loss``
    that of the decoder alone.

    References
    ----------
    .. [1] Sutskever, I., Vinyals, O. and Le, Q. V. (2014). Sequence to sequence
       learning with neural networks. NeurIPS.
       https://doi.org/10.48550/arXiv.1409.3215
    .. [2] Bengio, S., Vinyals, O., Jaitly, N. and Shazeer, N. (2015). Scheduled
       sampling for sequence prediction with recurrent neural networks. NeurIPS.
       https://doi.org/10.48550/arXiv.1506.03099

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import Seq2SeqDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = Seq2SeqDetector(
    ...     cell="gru", learning_rate=0.01, threshold="auto", random_state=0
    ... )
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    cell: str = parameter("lstm", CELL)
    encoder_units: int = parameter(32, COUNT)
    decoder_units: int = parameter(32, COUNT)
    teacher_forcing: float = parameter(0.5, PROBABILITY)

    _build = staticmethod(seq2seq)
