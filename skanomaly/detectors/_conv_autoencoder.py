"""Convolutional autoencoder."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from skanomaly.detectors._codes import CodeMixin
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
    """Build strided convolutions that shorten a window, and their transposes.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    filters : sequence of int, default=(32, 16)
        Number of filters of each convolution. The transposed convolutions have them in
        reverse order.
    kernel_size : int, default=7
        Number of steps that a convolution combines.
    strides : int, default=2
        Factor by which each convolution shortens the window.
    activation : str, default="relu"
        Keras activation of all layers but the last.
    dropout : float, default=0.2
        Fraction of the outputs between convolutions that is dropped in training.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape. The output of the layer
        named ``"code"`` is the code, which the layer named ``"decoder"`` maps back to a
        window.
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
    # The strides round the length up if the window is not a multiple of them.
    x = keras.layers.Cropping1D((0, x.shape[1] - window))(x)
    decoder = keras.Model(codes, x, name="decoder")
    return keras.Model(inputs, decoder(code))


@parameters
class ConvAutoencoderDetector(
    CodeMixin, BaseReconstructionDetector, BaseNetworkDetector
):
    """Detect rows that a convolutional autoencoder fails to reconstruct.

    Strided convolutions shorten the row, and transposed convolutions restore it. They
    recognise the same shapes at any place of the row, so that long rows take fewer
    weights than in `AutoencoderDetector`. With few channels, the code has at least as
    many values as the row: reconstructions are limited by the shapes that the filters
    have learned and not by a bottleneck, so that anomalies which resemble these shapes
    are reconstructed as well.

    Parameters
    ----------
    filters : sequence of int, default=(32, 16)
        Number of filters of each convolution. The transposed convolutions have them in
        reverse order.
    kernel_size : int, default=7
        Number of steps that a convolution combines.
    strides : int, default=2
        Factor by which each convolution shortens the row.
    activation : str, default="relu"
        Keras activation of all layers but the last.
    dropout : float, default=0.2
        Fraction of the outputs between convolutions that is dropped in training.
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
