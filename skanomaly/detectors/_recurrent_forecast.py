"""Recurrent forecasters."""

from functools import partial
from typing import TYPE_CHECKING

from skanomaly.detectors._forecast import BaseForecastDetector
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import CELL, COUNT, FRACTION, parameter, parameters
from skanomaly.networks import recurrent_stack

if TYPE_CHECKING:
    import keras


def recurrent_forecaster(
    context: int,
    n_channels: int,
    n_predicted: int,
    *,
    cell: str = "lstm",
    units: int = 32,
    n_layers: int = 1,
    dropout: float = 0.0,
) -> "keras.Model":
    """Build recurrent layers that predict the following steps after each step.

    Parameters
    ----------
    context, n_channels, n_predicted : int
        Number of context steps (not used, as inputs may have any length), of values
        per step, and of predicted steps.
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent layers.
    units : int, default=32
        Size of the state of each layer.
    n_layers : int, default=1
        Number of layers.
    dropout : float, default=0.0
        Fraction of each layer's outputs that is dropped in training.

    Returns
    -------
    keras.Model
        From ``(batch, n_steps, n_channels)`` to ``(batch, n_steps, n_predicted,
        n_channels)``.
    """
    import keras

    inputs = keras.Input((None, n_channels))
    x = recurrent_stack(inputs, units, n_layers, cell=cell, dropout=dropout)
    x = keras.layers.Dense(n_predicted * n_channels)(x)
    outputs = keras.layers.Reshape((-1, n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


@parameters
class RecurrentLayers:
    """Parameters of the recurrent layers of a forecaster, and of their state."""

    units: int = parameter(32, COUNT)
    n_layers: int = parameter(1, COUNT)
    dropout: float = parameter(0.0, FRACTION)
    stateful: bool = parameter(False, "boolean")


@parameters
class RecurrentForecastDetector(
    RecurrentLayers, BaseForecastDetector, BaseNetworkDetector
):
    """Detect steps that a recurrent network fails to predict.

    Training uses every step of few windows and takes time proportional to the length of
    the series; scoring reads the full context of every row. It works on series whose
    next steps depend on a state. If a window shows that state as well, convolutions are
    faster.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}, default="lstm"
        Type of the recurrent layers.
    %(recurrent)s
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
    .. [1] Malhotra, P., Vig, L., Shroff, G. and Agarwal, P. (2015). Long short term
       memory networks for anomaly detection in time series. ESANN, 89-94.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import RecurrentForecastDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 50)
    >>> detector = RecurrentForecastDetector(
    ...     cell="rnn", threshold="max:2", epochs=5, random_state=0
    ... )
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    cell: str = parameter("lstm", CELL)

    _build = staticmethod(recurrent_forecaster)


@parameters
class LSTMDetector(RecurrentLayers, BaseForecastDetector, BaseNetworkDetector):
    """Detect steps that an LSTM network fails to predict.

    This is `RecurrentForecastDetector` with ``cell="lstm"``. Its memory spans rows of
    some hundred steps. It takes more time than convolutions.

    Parameters
    ----------
    %(recurrent)s
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
    .. [1] Malhotra, P., Vig, L., Shroff, G. and Agarwal, P. (2015). Long short term
       memory networks for anomaly detection in time series. ESANN, 89-94.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import LSTMDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 50)
    >>> detector = LSTMDetector(threshold="max:2", epochs=5, random_state=0)
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    _build = staticmethod(partial(recurrent_forecaster, cell="lstm"))


@parameters
class GRUDetector(RecurrentLayers, BaseForecastDetector, BaseNetworkDetector):
    """Detect steps that a GRU network fails to predict.

    This is `RecurrentForecastDetector` with ``cell="gru"``. Its memory spans rows of
    some hundred steps. It takes more time than convolutions.

    Parameters
    ----------
    %(recurrent)s
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
    .. [1] Cho, K. et al. (2014). Learning phrase representations using RNN
       encoder-decoder for statistical machine translation. EMNLP, 1724-1734.
       https://doi.org/10.3115/v1/D14-1179

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import GRUDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 50)
    >>> detector = GRUDetector(threshold="max:2", epochs=5, random_state=0)
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    _build = staticmethod(partial(recurrent_forecaster, cell="gru"))
