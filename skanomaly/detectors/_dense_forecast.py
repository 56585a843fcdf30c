"""The dense forecaster."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skanomaly.detectors._forecast import BaseForecastDetector
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
) -> "keras.Model":
    """Fully connected layers from all steps of the context to what follows it.

    Parameters
    ----------
    context, n_channels, n_predicted : int
        Steps seen, values a step, steps predicted.
    hidden_units : sequence of int, default=(64, 32)
        Sizes of the hidden layers.
    activation : str, default="tanh"
        Name of a Keras activation.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that training leaves out.

    Returns
    -------
    keras.Model
        From ``(batch, context, n_channels)`` to ``(batch, n_predicted, n_channels)``.
    """
    import keras

    inputs = keras.Input((context, n_channels))
    x = keras.layers.Reshape((context * n_channels,))(inputs)
    x = dense_stack(x, hidden_units, activation=activation, dropout=dropout)
    x = keras.layers.Dense(n_predicted * n_channels)(x)
    outputs = keras.layers.Reshape((n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


@parameters
class DenseForecastDetector(BaseForecastDetector, BaseNetworkDetector):
    """Detect steps that a dense network fails to predict.

    Fast, and strong on cyclic series whose window holds a cycle or more. It fails
    where what comes next depends on more than its window, and its size grows with
    the window.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64, 32)
        Sizes of the hidden layers.
    activation : str, default="tanh"
        Of the hidden layers. One that saturates does not carry on to sizes that it
        never saw.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that training leaves out.
    %(forecast)s

    Attributes
    ----------
    %(attributes)s
    %(horizon)s

    See Also
    --------
    skanomaly.make_detector : The recommended pipeline around it.

    Notes
    -----
    With r the true less the predicted values, the error is the mean of
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
