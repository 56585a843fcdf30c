"""Fully connected blocks."""

from collections.abc import Sequence
from typing import Any


def dense_stack(
    x: Any,
    units: Sequence[int],
    *,
    activation: str,
    dropout: float = 0.0,
    l2: float = 0.0,
) -> Any:
    """Fully connected layers one after the other, each with its dropout.

    Parameters
    ----------
    x : keras tensor of shape (batch, ..., n_features)
        What the first layer sees.
    units : sequence of int
        Size of each layer.
    activation : str
        Name of a Keras activation.
    dropout : float, default=0.0
        Fraction of each layer's outputs that training leaves out.
    l2 : float, default=0.0
        Weight of the squared weights in the training loss.

    Returns
    -------
    keras tensor of shape (batch, ..., units[-1])
    """
    import keras

    for n_units in units:
        regularizer = keras.regularizers.L2(l2) if l2 else None
        x = keras.layers.Dense(n_units, activation, kernel_regularizer=regularizer)(x)
        if dropout:
            x = keras.layers.Dropout(dropout)(x)
    return x
