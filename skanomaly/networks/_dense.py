"""Fully connected building blocks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

# Larger values overflow float32 in exp() and in the terms computed from it.
LARGEST_LOG_VARIANCE = 20.0


def code_size(latent_units: int | str, window: int, n_channels: int) -> int:
    """Return the size of a code; ``"auto"`` is a quarter of the inputs, 1 to 16."""
    if latent_units == "auto":
        return min(16, max(1, window * n_channels // 4))
    return int(latent_units)


def dense_stack(
    x: Any,
    units: Sequence[int],
    *,
    activation: str,
    dropout: float = 0.0,
    l2: float = 0.0,
) -> Any:
    """Apply fully connected layers, each followed by dropout.

    Parameters
    ----------
    x : keras tensor of shape (batch, ..., n_features)
        Input of the first layer.
    units : sequence of int
        Size of each layer.
    activation : str
        Keras activation of the layers.
    dropout : float, default=0.0
        Fraction of each layer's outputs that is dropped in training.
    l2 : float, default=0.0
        Factor of the L2 penalty on the weights in the training loss.

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


def dense_decoder(
    latent_units: int,
    window: int,
    n_channels: int,
    *,
    hidden_units: Sequence[int],
    output_activation: str | None = None,
    **stack: Any,
) -> "keras.Model":
    """Build fully connected layers from a code to a window.

    Parameters
    ----------
    latent_units, window, n_channels : int
        Number of values in a code, of steps in a window, and of values per step.
    hidden_units : sequence of int
        Sizes of the hidden layers.
    output_activation : str or None, default=None
        Keras activation of the output. None is the identity.
    **stack : dict
        Further arguments of `dense_stack`.

    Returns
    -------
    keras.Model
        Named ``"decoder"``, from ``(batch, latent_units)`` to ``(batch, window,
        n_channels)``.
    """
    import keras

    codes = keras.Input((latent_units,))
    x = dense_stack(codes, hidden_units, **stack)
    x = keras.layers.Dense(window * n_channels, output_activation)(x)
    outputs = keras.layers.Reshape((window, n_channels))(x)
    return keras.Model(codes, outputs, name="decoder")
