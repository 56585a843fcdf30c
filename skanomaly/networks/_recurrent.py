"""Recurrent building blocks."""

from typing import Any


def recurrent_stack(
    x: Any,
    units: int,
    n_layers: int = 1,
    *,
    cell: str,
    dropout: float = 0.0,
    bidirectional: bool = False,
    keep_steps: bool = True,
) -> Any:
    """Apply recurrent layers, each followed by dropout.

    Parameters
    ----------
    x : keras tensor of shape (batch, n_steps, n_features)
        Input of the first layer.
    units : int
        Size of the state of each layer.
    n_layers : int, default=1
        Number of layers.
    cell : {"lstm", "gru", "rnn"}
        Type of the layers.
    dropout : float, default=0.0
        Fraction of each layer's outputs that is dropped in training.
    bidirectional : bool, default=False
        Whether the layers are bidirectional, with `units` per direction.
    keep_steps : bool, default=True
        Whether the last layer returns its outputs at all steps, or only at the last.

    Returns
    -------
    keras tensor of shape (batch, n_steps, n_outputs) or (batch, n_outputs)
        Output of the last layer; `n_outputs` is `units`, twice that if `bidirectional`.
    """
    import keras

    from skanomaly.networks._lstm import FusedLSTM

    layers = {
        "lstm": FusedLSTM,
        "gru": keras.layers.GRU,
        "rnn": keras.layers.SimpleRNN,
    }
    for n_more in reversed(range(n_layers)):
        layer = layers[cell](units, return_sequences=keep_steps or n_more > 0)
        if bidirectional:
            layer = keras.layers.Bidirectional(layer)
        x = layer(x)
        if dropout:
            x = keras.layers.Dropout(dropout)(x)
    return x
