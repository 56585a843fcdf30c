"""Recurrent blocks."""

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
    """Recurrent layers one after the other, each with its dropout.

    Parameters
    ----------
    x : keras tensor of shape (batch, n_steps, n_features)
        What the first layer sees.
    units : int
        Size of each layer's state.
    n_layers : int, default=1
        How many layers.
    cell : {"lstm", "gru", "rnn"}
        Kind of layer.
    dropout : float, default=0.0
        Fraction of each layer's outputs that training leaves out.
    bidirectional : bool, default=False
        Whether each layer reads both ways, with `units` for each.
    keep_steps : bool, default=True
        Whether the last layer returns all of its outputs or the last one alone.

    Returns
    -------
    keras tensor of shape (batch, n_steps, n_outputs) or (batch, n_outputs)
        Where `n_outputs` is `units`, or twice that if `bidirectional`.
    """
    import keras

    layers = {
        "lstm": keras.layers.LSTM,
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
