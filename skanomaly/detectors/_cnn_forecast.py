"""Convolutional forecaster."""

from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING

from skanomaly._compat import Interval
from skanomaly.detectors._forecast import BaseForecastDetector, StepsAhead
from skanomaly.detectors._linear_start import LINEAR, LinearStart
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import COUNT, FRACTION, parameter, parameters
from skanomaly.windows import Sequences

if TYPE_CHECKING:
    import keras


def cnn_forecaster(
    context: int,
    n_channels: int,
    n_predicted: int,
    *,
    filters: int = 32,
    kernel_size: int = 3,
    activation: str = "tanh",
    dropout: float = 0.0,
    linear: bool = True,
) -> "keras.Model":
    """Build causal convolutions, each twice as dilated as the one before.

    Their number is the largest for which an output depends on at most `context` steps.

    Parameters
    ----------
    context, n_channels, n_predicted : int
        Number of context steps, of values per step, and of predicted steps.
    filters : int, default=32
        Number of filters of each convolution.
    kernel_size : int, default=3
        Number of steps that a convolution combines.
    activation : str, default="tanh"
        Keras activation of the hidden layers.
    dropout : float, default=0.0
        Fraction of each convolution's outputs that is dropped in training.
    linear : bool, default=True
        Whether they are added to a linear map of the context, which is not trained.

    Returns
    -------
    keras.Model
        From ``(batch, n_steps, n_channels)`` to ``(batch, n_steps - reach,
        n_predicted, n_channels)``: a forecast after each step but the first `reach`,
        as an output depends on ``reach + 1`` steps, with `linear` on `context` steps.

    References
    ----------
    .. [1] Bai, S., Kolter, J. Z. and Koltun, V. (2018). An empirical evaluation of
       generic convolutional and recurrent networks for sequence modeling.
       https://doi.org/10.48550/arXiv.1803.01271
    """
    import keras

    inputs = x = keras.Input((None, n_channels))
    kernel_size, dilation, reach = min(kernel_size, context), 1, 0
    while reach == 0 or reach + (kernel_size - 1) * dilation < context:
        x = keras.layers.Conv1D(
            filters, kernel_size, dilation_rate=dilation, activation=activation
        )(x)
        if dropout:
            x = keras.layers.Dropout(dropout)(x)
        reach += (kernel_size - 1) * dilation
        dilation *= 2
        if kernel_size == 1:
            break
    x = keras.layers.Conv1D(filters, 1, activation=activation)(x)
    n_outputs = n_predicted * n_channels
    if linear:
        x = keras.layers.Cropping1D((context - 1 - reach, 0))(x)
        x = keras.layers.Conv1D(n_outputs, 1, kernel_initializer="zeros")(x)
        x += keras.layers.Conv1D(n_outputs, context, name=LINEAR, trainable=False)(
            inputs
        )
    else:
        x = keras.layers.Conv1D(n_outputs, 1)(x)
    outputs = keras.layers.Reshape((-1, n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


@parameters
class CNNForecastDetector(LinearStart, BaseForecastDetector, BaseNetworkDetector):
    """Detect steps that a convolutional network fails to predict.

    Dilated causal convolutions run over the series once, whatever the window, so that
    this is the fastest forecaster on long series. It fails on anomalies that show only
    over more steps than the window.

    Parameters
    ----------
    filters : int, default=32
        Number of filters of each convolution.
    kernel_size : int, default=3
        Number of steps that a convolution combines, at least 2. Each convolution is
        twice as dilated as the one before; the context determines their number.
    activation : str, default="tanh"
        Keras activation of the hidden layers. One that saturates does not extrapolate
        to values beyond the range of the training rows.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that is dropped in training.
    %(linear)s
    %(forecast)s

    Attributes
    ----------
    %(attributes)s
    %(horizon)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    With the residual r of observed minus predicted values, the error is the mean of
    ``r**2 if abs(r) < 1 else 2 * abs(r) - 1`` (twice Huber's loss) over the last
    `horizon_` steps and the channels.

    References
    ----------
    .. [1] Bai, S., Kolter, J. Z. and Koltun, V. (2018). An empirical evaluation of
       generic convolutional and recurrent networks for sequence modeling.
       https://doi.org/10.48550/arXiv.1803.01271
    .. [2] Munir, M., Siddiqui, S. A., Dengel, A. and Ahmed, S. (2019). DeepAnT: a
       deep learning approach for unsupervised anomaly detection in time series.
       IEEE Access 7, 1991-2005. https://doi.org/10.1109/ACCESS.2018.2886457

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import CNNForecastDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 50)
    >>> detector = CNNForecastDetector(threshold="auto", epochs=5, random_state=0)
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    filters: int = parameter(32, COUNT)
    kernel_size: int = parameter(3, Interval(Integral, 2, None, closed="left"))
    activation: str = parameter("tanh", str)
    dropout: float = parameter(0.0, FRACTION)

    _build = staticmethod(cnn_forecaster)

    def _set_up(self, rows: Sequences, n_channels: int) -> StepsAhead:
        # An output of the detector's own network depends on at most `context` steps,
        # so that one pass over a series equals a pass over each of its windows.
        return replace(
            super()._set_up(rows, n_channels), runs_over_series=self.network is None
        )
