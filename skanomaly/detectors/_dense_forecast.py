"""Dense forecaster."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skanomaly.detectors._forecast import BaseForecastDetector
from skanomaly.detectors._linear_start import LINEAR, LinearStart
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import FRACTION, LAYER_SIZES, parameter, parameters
from skanomaly.networks import dense_stack

if TYPE_CHECKING:
    import keras


def dense_forecaster(
    context: int,
    n_channels: int,
    n_predicted: int,
    *,
    hidden_units: Sequence[int] = (64, 32),
    activation: str = "tanh",
    dropout: float = 0.0,
    linear: bool = True,
) -> "keras.Model":
    """Build fully connected layers from the context steps to the steps after them.

    Parameters
    ----------
    context, n_channels, n_predicted : int
        Number of context steps, of values per step, and of predicted steps.
    hidden_units : sequence of int, default=(64, 32)
        Sizes of the hidden layers.
    activation : str, default="tanh"
        Keras activation of the hidden layers.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that is dropped in training.
    linear : bool, default=True
        Whether they are added to a linear map of the context, which is not trained.

    Returns
    -------
    keras.Model
        From ``(batch, context, n_channels)`` to ``(batch, n_predicted, n_channels)``.
    """
    import keras

    inputs = keras.Input((context, n_channels))
    flat = keras.layers.Reshape((context * n_channels,))(inputs)
    x = dense_stack(flat, hidden_units, activation=activation, dropout=dropout)
    n_outputs = n_predicted * n_channels
    if linear:
        x = keras.layers.Dense(n_outputs, kernel_initializer="zeros")(x)
        x += keras.layers.Dense(n_outputs, name=LINEAR, trainable=False)(flat)
    else:
        x = keras.layers.Dense(n_outputs)(x)
    outputs = keras.layers.Reshape((n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


@parameters
class DenseForecastDetector(LinearStart, BaseForecastDetector, BaseNetworkDetector):
    """Detect steps that a dense network fails to predict.

    It is fast, and accurate on cyclic series if the window spans a cycle or more. It
    fails if the next steps depend on more steps than the window holds, and the size of
    the network grows with the window.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64, 32)
        Sizes of the hidden layers.
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
    .. [1] Schmidl, S., Wenig, P. and Papenbrock, T. (2022). Anomaly detection in time
       series: a comprehensive evaluation. PVLDB 15(9), 1779-1797.
       https://doi.org/10.14778/3538598.3538602

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import DenseForecastDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(2000)[:, None] / 50)
    >>> detector = DenseForecastDetector(threshold="auto", epochs=10, random_state=0)
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[1000:1010] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    hidden_units: Sequence[int] = parameter((64, 32), LAYER_SIZES)
    activation: str = parameter("tanh", str)
    dropout: float = parameter(0.0, FRACTION)

    _build = staticmethod(dense_forecaster)
