"""The convolutional forecaster."""

from collections.abc import Callable
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

from skanomaly._compat import Interval
from skanomaly.detectors._docs import documented
from skanomaly.detectors._forecast import BaseForecastDetector

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
) -> "keras.Model":
    """Causal convolutions, each twice as dilated as the one before.

    There are as many as the context has room for, so that the last one sees at
    most `context` steps.

    Parameters
    ----------
    context, n_channels, n_predicted : int
        Steps seen, values a step, steps predicted.
    filters : int, default=32
        Channels of each convolution.
    kernel_size : int, default=3
        Steps that a convolution sees, `dilation` apart.
    activation : str, default="tanh"
        Name of a Keras activation.
    dropout : float, default=0.0
        Fraction of each convolution's outputs that training leaves out.

    Returns
    -------
    keras.Model
        From ``(batch, n_steps, n_channels)`` to ``(batch, n_steps - reach,
        n_predicted, n_channels)``: what follows each step but the first `reach`.

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
    x = keras.layers.Conv1D(n_predicted * n_channels, 1)(x)
    outputs = keras.layers.Reshape((-1, n_predicted, n_channels))(x)
    return keras.Model(inputs, outputs)


@documented
class CNNForecastDetector(BaseForecastDetector):
    """Detect steps that a convolutional network fails to predict.

    Dilated causal convolutions that run once over the series, whatever the window:
    the fastest detector on long series. It fails on what only shows over more than
    its window.

    Parameters
    ----------
    filters : int, default=32
        Channels of each convolution.
    kernel_size : int, default=3
        Steps that a convolution sees. There are as many convolutions, each twice as
        dilated as the one before, as the context has room for.
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
    >>> series = np.sin(2 * np.pi * np.arange(2000)[:, None] / 50)
    >>> detector = CNNForecastDetector(threshold="auto", epochs=10, random_state=0)
    >>> pipe = make_pipeline(Shingler(100, pad="period"), detector).fit(series)
    >>> series[1000:1010] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseForecastDetector._parameter_constraints,
        "filters": [Interval(Integral, 1, None, closed="left")],
        "kernel_size": [Interval(Integral, 2, None, closed="left")],
        "activation": [str],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    _is_convolution = True

    def __init__(
        self,
        *,
        filters: int = 32,
        kernel_size: int = 3,
        activation: str = "tanh",
        dropout: float = 0.0,
        horizon: int | str = "auto",
        strategy: str = "one-step",
        network: "Callable[[int, int, int], keras.Model] | None" = None,
        n_channels: int = 1,
        threshold: Any = "quantile:0.01",
        validation_split: float = 0.1,
        contamination_trim: float = 0.0,
        memory: Any = None,
        epochs: int = 30,
        batch_size: int | str = "auto",
        optimizer: Any = "adam",
        learning_rate: float | None = 1e-3,
        patience: int | None = 3,
        callbacks: Any = None,
        verbose: int = 0,
        random_state: Any = None,
        warm_start: bool = False,
    ) -> None:
        super().__init__(
            horizon=horizon,
            strategy=strategy,
            network=network,
            n_channels=n_channels,
            threshold=threshold,
            validation_split=validation_split,
            contamination_trim=contamination_trim,
            memory=memory,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            learning_rate=learning_rate,
            patience=patience,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
            warm_start=warm_start,
        )
        self.filters = filters
        self.kernel_size = kernel_size
        self.activation = activation
        self.dropout = dropout

    def _default_network(self) -> "Callable[..., keras.Model]":
        return partial(
            cnn_forecaster,
            filters=self.filters,
            kernel_size=self.kernel_size,
            activation=self.activation,
            dropout=self.dropout,
        )
