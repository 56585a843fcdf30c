"""Sequence-to-sequence autoencoder."""

from typing import TYPE_CHECKING

from skanomaly.detectors._codes import CodeMixin
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
    """Build a bidirectional encoder, and a decoder that feeds back its own outputs.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent cells.
    encoder_units : int, default=32
        Size of the state of the encoder, per direction.
    decoder_units : int, default=32
        Size of the state of the decoder, and of the code that initializes it.
    teacher_forcing : float, default=0.5
        Probability that the decoder gets the true previous step in training.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape. The output of the layer
        named ``"code"`` is the code, which the layer named ``"decoder"`` unrolls to a
        window.
    """
    import keras

    from skanomaly.networks import FeedbackDecoder

    inputs = keras.Input((window, n_channels))
    x = recurrent_stack(
        inputs, encoder_units, cell=cell, bidirectional=True, keep_steps=False
    )
    code = keras.layers.Dense(decoder_units, "tanh", name="code")(x)
    # The step before each step, and zeros before the first one.
    before = keras.layers.ZeroPadding1D((1, 0))(inputs)
    before = keras.layers.Cropping1D((0, 1))(before)
    decoder = FeedbackDecoder(
        window, cell, decoder_units, n_channels, teacher_forcing, name="decoder"
    )
    return keras.Model(inputs, decoder(code, before))


@parameters
class Seq2SeqDetector(CodeMixin, BaseReconstructionDetector, BaseNetworkDetector):
    """Detect rows that a sequence-to-sequence network fails to reconstruct.

    An encoder reads the row in both directions. A decoder reconstructs it step by step
    from its state and its own previous output, which training sometimes replaces by the
    true previous step [2]_. It works on short sequences in which each step follows from
    those before it. Errors accumulate along a row, so that the last steps of rows of
    hundreds of steps carry little information. It is the slowest detector.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent cells.
    encoder_units : int, default=32
        Size of the state of the encoder, per direction.
    decoder_units : int, default=32
        Size of the state of the decoder, and of the code. It may differ from
        `encoder_units`.
    teacher_forcing : float, default=0.5
        Probability, for each step of each example, that the decoder gets the true
        previous step in training instead of its own output. With 1 it learns to depend
        on true steps, and fails in scoring, which has none.
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
    channels. In `history_`, ``loss`` is computed with teacher forcing, ``val_loss``
    without.

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
    >>> series = np.sin(2 * np.pi * np.arange(400)[:, None] / 20)
    >>> detector = Seq2SeqDetector(
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
    encoder_units: int = parameter(32, COUNT)
    decoder_units: int = parameter(32, COUNT)
    teacher_forcing: float = parameter(0.5, PROBABILITY)

    _build = staticmethod(seq2seq)
