"""The dense autoencoder."""

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import Interval, StrOptions
from skanomaly.detectors._docs import documented
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import dense_stack

if TYPE_CHECKING:
    import keras


def dense_autoencoder(
    window: int,
    n_channels: int,
    *,
    hidden_units: Sequence[int] = (64,),
    latent_units: int | str = "auto",
    activation: str = "tanh",
    dropout: float = 0.0,
    l2: float = 0.0,
) -> "keras.Model":
    """Fully connected autoencoder, symmetric about its code.

    Parameters
    ----------
    window, n_channels : int
        Shape of what it sees and gives back.
    hidden_units : sequence of int, default=(64,)
        Sizes of the encoder's layers; the decoder has them in reverse.
    latent_units : int or "auto", default="auto"
        Size of the code, which is linear. ``"auto"``: a quarter of the inputs, at
        least 1 and at most 16.
    activation : str, default="tanh"
        Name of a Keras activation.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that training leaves out.
    l2 : float, default=0.0
        Weight of the squared weights in the training loss.

    Returns
    -------
    keras.Model
        From ``(batch, window, n_channels)`` to the same shape; the code is the
        output of the layer named ``"code"``.
    """
    import keras

    size = window * n_channels
    if latent_units == "auto":
        latent_units = min(16, max(1, size // 4))
    rest: dict[str, Any] = {"activation": activation, "dropout": dropout, "l2": l2}
    inputs = keras.Input((window, n_channels))
    x = keras.layers.Reshape((size,))(inputs)
    x = dense_stack(x, hidden_units, **rest)
    x = keras.layers.Dense(latent_units, name="code")(x)
    x = dense_stack(x, hidden_units[::-1], **rest)
    x = keras.layers.Dense(size)(x)
    outputs = keras.layers.Reshape((window, n_channels))(x)
    return keras.Model(inputs, outputs)


@documented
class AutoencoderDetector(BaseReconstructionDetector):
    """Detect what a dense autoencoder, trained on normal rows, can't give back.

    The network squeezes a row through a narrow code and rebuilds it; a row's error
    is the mean size of what is lost. It works on cyclic series, where it sees one
    or more cycles at once, and on records with correlated features. It fails on
    anomalies much shorter than the window, which vanish in the mean, on what repeats
    in the training data, and inside a flat line, of which it sees onset and end.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64,)
        Sizes of the encoder's layers; the decoder has them in reverse.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"``: a quarter of the inputs, 1 to 16.
    activation : str, default="tanh"
        Of the hidden layers. One that saturates does not carry on to sizes that it
        never saw: with ``"relu"`` a sine of twice the size comes back whole.
    dropout : float, default=0.0
        Fraction of each hidden layer's outputs that training leaves out.
    l2 : float, default=0.0
        Weight of the squared weights in the training loss.
    %(reconstruction)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : The recommended pipeline around it.

    Notes
    -----
    With x the row (less its level, if centered), f the network and r = x - f(x), the
    error is the mean of ``r**2 if abs(r) < 1 else 2 * abs(r) - 1`` over steps and
    channels: twice Huber's loss [2]_, so that a single spike does not stand for all.

    References
    ----------
    .. [1] Sakurada, M. and Yairi, T. (2014). Anomaly detection using autoencoders
       with nonlinear dimensionality reduction. MLSDA, 4-11.
       https://doi.org/10.1145/2689746.2689747
    .. [2] Huber, P. J. (1964). Robust estimation of a location parameter. Annals of
       Mathematical Statistics 35(1), 73-101. https://doi.org/10.1214/aoms/1177703732

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import AutoencoderDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(2000)[:, None] / 50)
    >>> detector = AutoencoderDetector(threshold="auto", epochs=10, random_state=0)
    >>> pipe = make_pipeline(Shingler(50, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[1000:1010] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseReconstructionDetector._parameter_constraints,
        "hidden_units": ["array-like"],
        "latent_units": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "activation": [str],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        *,
        hidden_units: Sequence[int] = (64,),
        latent_units: int | str = "auto",
        activation: str = "tanh",
        dropout: float = 0.0,
        l2: float = 0.0,
        context: float | None = None,
        center: str | None = "auto",
        network: "Callable[[int, int], keras.Model] | None" = None,
        n_channels: int = 1,
        threshold: Any = "quantile:0.01",
        epochs: int = 30,
        batch_size: int | str = "auto",
        optimizer: Any = "adam",
        learning_rate: float | None = 1e-3,
        validation_split: float = 0.1,
        patience: int | None = 3,
        callbacks: Any = None,
        verbose: int = 0,
        random_state: Any = None,
        warm_start: bool = False,
    ) -> None:
        super().__init__(
            context=context,
            center=center,
            network=network,
            n_channels=n_channels,
            threshold=threshold,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            learning_rate=learning_rate,
            validation_split=validation_split,
            patience=patience,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
            warm_start=warm_start,
        )
        self.hidden_units = hidden_units
        self.latent_units = latent_units
        self.activation = activation
        self.dropout = dropout
        self.l2 = l2

    def _default_network(self) -> "Callable[..., keras.Model]":
        return partial(
            dense_autoencoder,
            hidden_units=tuple(self.hidden_units),
            latent_units=self.latent_units,
            activation=self.activation,
            dropout=self.dropout,
            l2=self.l2,
        )

    def encode(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the code of each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        codes : ndarray of shape (n_rows, latent_units)
            The mean over the codes of its sub-windows, where `context` is shorter
            than the row.

        Raises
        ------
        ValueError
            If the network is the user's own and has no layer named ``"code"``.
        """
        rows = self._check_rows(X)
        examples = self._scoring_examples(rows)
        codes = self._trainer.outputs(examples, layer="code")
        return rows.row_means(np.concatenate([code for *_, code in codes]))
