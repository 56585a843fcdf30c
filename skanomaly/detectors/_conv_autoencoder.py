"""The convolutional autoencoder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import (
    COUNT,
    FRACTION,
    LAYER_SIZES,
    parameter,
    parameters,
)
from skanomaly.detectors._reconstruction import BaseReconstructionDetector

if TYPE_CHECKING:
    import keras


def conv_autoencoder(
    window: int,
    n_channels: int,
    *,
    filters: Sequence[int] = (32, 16),
    kernel_size: int = 7,
    strides: int = 2,
    activation: str = "relu",
    dropout: float = 0.2,
) -> "keras.Model":
    """Strided convolutions that shorten a window, and their transposes.

    Parameters
    ----------
    window, n_channels : int
        Shape of what it sees and gives back.
    filters : sequence of int, default=(32, 16)
        Channels of each convolution; their transposes have them in reverse.
    kernel_size : int, default=7
        Steps that a convolution sees.
    strides : int, default=2
        By how much each convolution shortens the window.
    activation : str, default="relu"
        Name of a Keras activation.
    dropout : float, default=0.2
        Fraction of outputs that training leaves out between convolutions.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape; the code is the output
        of the layer named ``"code"``.
    """
    import keras

    def stack(x: Any, layer: Any, filters: Sequence[int]) -> Any:
        for i, n_filters in enumerate(filters):
            if dropout and i:
                x = keras.layers.Dropout(dropout)(x)
            x = layer(
                n_filters,
                kernel_size,
                strides=strides,
                padding="same",
                activation=activation,
            )(x)
        return x

    inputs = keras.Input((window, n_channels))
    x = stack(inputs, keras.layers.Conv1D, filters)
    code = keras.layers.Flatten(name="code")(x)

    codes = keras.Input(code.shape[1:])
    x = keras.layers.Reshape(x.shape[1:])(codes)
    x = stack(x, keras.layers.Conv1DTranspose, filters[::-1])
    x = keras.layers.Conv1DTranspose(n_channels, kernel_size, padding="same")(x)
    # Convolutions round up what a window is not a multiple of.
    x = keras.layers.Cropping1D((0, x.shape[1] - window))(x)
    decoder = keras.Model(codes, x, name="decoder")
    return keras.Model(inputs, decoder(code))


@parameters
class ConvAutoencoderDetector(BaseReconstructionDetector, BaseNetworkDetector):
    """Detect what a convolutional autoencoder, trained on normal rows, can't give back.

    Strided convolutions shorten the row, their transposes bring it back. The same
    shapes are recognised wherever in the row they are, so it needs fewer weights than
    `AutoencoderDetector` for long rows. Its code holds as many values as the row or
    more: it is held to what it knows by the shapes that it has learned, not by a
    bottleneck, and so gives back what resembles them.

    Parameters
    ----------
    filters : sequence of int, default=(32, 16)
        Channels of each convolution; their transposes have them in reverse.
    kernel_size : int, default=7
        Steps that a convolution sees.
    strides : int, default=2
        By how much each convolution shortens the row.
    activation : str, default="relu"
        Of all layers but the last.
    dropout : float, default=0.2
        Fraction of outputs that training leaves out between convolutions.
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
    .. [1] Vijay, P. (2020). Timeseries anomaly detection using an autoencoder. Keras
       code examples. https://keras.io/examples/timeseries/timeseries_anomaly_detection

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import ConvAutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = ConvAutoencoderDetector(threshold="auto", random_state=0)
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    filters: Sequence[int] = parameter((32, 16), LAYER_SIZES)
    kernel_size: int = parameter(7, COUNT)
    strides: int = parameter(2, COUNT)
    activation: str = parameter("relu", str)
    dropout: float = parameter(0.2, FRACTION)

    _build = staticmethod(conv_autoencoder)
