"""The bidirectional generative adversarial network."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import Interval, StrOptions
from skanomaly.detectors._assessment import Judged
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._parameters import (
    COUNT,
    LAYER_SIZES,
    NON_NEGATIVE,
    PROBABILITY,
    parameter,
    parameters,
)
from skanomaly.detectors._reconstruction import BaseReconstructionDetector
from skanomaly.networks import code_size, dense_decoder, dense_stack
from skanomaly.windows import Sequences

if TYPE_CHECKING:
    import keras


def bigan_parts(
    window: int,
    n_channels: int,
    *,
    hidden_units: Sequence[int] = (64,),
    latent_units: int | str = "auto",
    discriminator_units: Sequence[int] = (64,),
    activation: str = "leaky_relu",
) -> "tuple[keras.Model, keras.Model, keras.Model]":
    """Fully connected encoder, generator and discriminator.

    Parameters
    ----------
    window, n_channels : int
        Shape of what the encoder sees and the generator makes.
    hidden_units : sequence of int, default=(64,)
        Sizes of the encoder's layers; the generator has them in reverse.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"``: a quarter of the inputs, 1 to 16.
    discriminator_units : sequence of int, default=(64,)
        Sizes of the discriminator's layers.
    activation : str, default="leaky_relu"
        Name of a Keras activation.

    Returns
    -------
    encoder : keras.Model
        From ``(batch, window, n_channels)`` to ``(batch, latent_units)``.
    generator : keras.Model
        The other way.
    discriminator : keras.Model
        From a pair of both to its logit of being real, of shape ``(batch, 1)``, and the
        outputs of its last hidden layer.
    """
    import keras

    units = code_size(latent_units, window, n_channels)
    stack: dict[str, Any] = {"activation": activation}
    inputs = keras.Input((window, n_channels))
    x = dense_stack(keras.layers.Flatten()(inputs), hidden_units, **stack)
    encoder = keras.Model(inputs, keras.layers.Dense(units)(x))
    generator = dense_decoder(
        units, window, n_channels, hidden_units=hidden_units[::-1], **stack
    )
    pair = [keras.Input((window, n_channels)), keras.Input((units,))]
    features = keras.layers.Concatenate()([keras.layers.Flatten()(pair[0]), pair[1]])
    for n_units in discriminator_units:
        features = _bounded(keras.layers.Dense(n_units))(features)
        features = keras.layers.Activation(activation)(features)
    logit = _bounded(keras.layers.Dense(1))(features)
    return encoder, generator, keras.Model(pair, [logit, features])


def _bounded(layer: "keras.layers.Layer") -> "keras.layers.Layer":
    """Keep a layer of the discriminator from growing steep.

    Without it the reconstruction gets worse for epochs on end, and seeds differ more.
    """
    import keras

    return keras.layers.SpectralNormalization(layer)


def bigan(
    window: int,
    n_channels: int,
    *,
    parts: "Callable[[int, int], tuple[keras.Model, keras.Model, keras.Model]]",
    label_smoothing: float = 0.1,
    reconstruction_weight: float = 1.0,
) -> "keras.Model":
    """Join encoder, generator and discriminator to the model that trains them."""
    from skanomaly.networks import AdversarialModel

    return AdversarialModel.join(
        *_checked(parts(window, n_channels), (window, n_channels)),
        label_smoothing=label_smoothing,
        reconstruction_weight=reconstruction_weight,
    )


def _checked(parts: Any, window: tuple[int, int]) -> "tuple[keras.Model, ...]":
    """Return encoder, generator and discriminator, or say what is wrong with them."""
    import keras

    three = isinstance(parts, tuple | list) and len(parts) == 3
    if not three or not all(isinstance(part, keras.Model) for part in parts):
        raise TypeError(
            "network must return an encoder, a generator and a discriminator, each a "
            f"keras.Model, but returned {parts!r}."
        )
    # A network of a class of one's own may have no shapes.
    maps: list[Any] = [
        (getattr(part, "input_shape", ()), getattr(part, "output_shape", ()))
        for part in parts
    ]
    (seen, code), (noise, made), (pair, judged) = maps
    row = (None, *window)
    fits = (
        seen == made == row
        and code == noise
        and pair == [row, code]
        and len(code) == 2
        and isinstance(judged, list | tuple)
        and len(judged) == 2
        and judged[0] == (None, 1)
        and len(judged[1]) == 2
    )
    if not fits:
        raise ValueError(
            f"Let the encoder map {row} to (None, n_codes), the generator the other "
            "way, and the discriminator a list of both to a list of its logit, "
            "(None, 1), and its features, (None, n_features). The three map "
            f"{', '.join(f'{inputs} to {outputs}' for inputs, outputs in maps)}."
        )
    return tuple(parts)


@parameters
class BiGANDetector(BaseReconstructionDetector, BaseNetworkDetector):
    """Detect what an adversarial network, trained on normal rows, can't make.

    A bidirectional GAN: a generator makes rows of noise, an encoder codes of rows, and
    a discriminator learns to tell pairs of a row and its code from pairs of a made row
    and its noise. It knows what rows look like rather than what their values are; it
    learns slowly and depends on its random state more than any other detector.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64,)
        Sizes of the encoder's layers; the generator has them in reverse.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"``: a quarter of the inputs, 1 to 16.
    discriminator_units : sequence of int, default=(64,)
        Sizes of the discriminator's layers, which are spectrally normalized [3]_.
    activation : str, default="leaky_relu"
        Of the hidden layers.
    label_smoothing : float, default=0.1
        By how much less than surely real the discriminator should find real pairs,
        which keeps it from becoming too sure to learn from.
    reconstruction_weight : float, default=1.0
        Weight of the reconstruction in the loss of encoder and generator. 0 is the
        original [1]_, in which only the discriminator holds the two together; others
        are nearer to [4]_.
    alpha : float, default=0.9
        Weight of the reconstruction in the error; the rest is the discriminator's. It
        and the next change scores at once, the threshold with the next fit.
    discriminator_score : {"features", "cross-entropy"}, default="features"
        What the discriminator adds: the distance of what its last hidden layer sees in
        a row and in its reconstruction, or how surely it takes the row for made.
    %(context)s
    network : callable or None, default=None
        A function ``network(context, n_channels)`` that returns an encoder, a generator
        and a discriminator, each a `keras.Model`: from ``(batch, context, n_channels)``
        to ``(batch, n_codes)``, the other way, and from a list of both to a list of
        the logit, of shape ``(batch, 1)``, and features, of shape ``(batch,
        n_features)``. None is the detector's own.
    %(training)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : The recommended pipeline around it.

    Notes
    -----
    With x a row of one sub-window, E, G and D the networks, x' = G(E(x)) and f the last
    hidden layer of D, the error is ``alpha * mean(abs(x - x')) + (1 - alpha) *
    mean(abs(f(x, E(x)) - f(x', E(x))))``, or its second mean is the cross-entropy
    ``-log(D(x, E(x)))`` [2]_. What the discriminator adds is shared by all channels
    alike. ``"adam"`` by its name has ``beta_1=0.5`` here, and any optimizer takes two
    steps for each batch, one for either side. In `history_`, ``loss`` is that of
    encoder and generator together, ``discriminator_loss`` the other one, and
    ``val_loss`` the mean absolute error of reconstruction.

    References
    ----------
    .. [1] Donahue, J., Krahenbuhl, P. and Darrell, T. (2017). Adversarial feature
       learning. ICLR. https://doi.org/10.48550/arXiv.1605.09782
    .. [2] Zenati, H. et al. (2018). Efficient GAN-based anomaly detection. ICLR
       workshop. https://doi.org/10.48550/arXiv.1802.06222
    .. [3] Miyato, T. et al. (2018). Spectral normalization for generative adversarial
       networks. ICLR. https://doi.org/10.48550/arXiv.1802.05957
    .. [4] Li, C. et al. (2017). ALICE: towards understanding adversarial learning for
       joint distribution matching. NeurIPS.
       https://doi.org/10.48550/arXiv.1709.01215

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import BiGANDetector, Shingler, find_events
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> detector = BiGANDetector(threshold="auto", random_state=0)
    >>> pipe = make_pipeline(Shingler(20, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    hidden_units: Sequence[int] = parameter((64,), LAYER_SIZES)
    latent_units: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    discriminator_units: Sequence[int] = parameter((64,), LAYER_SIZES)
    activation: str = parameter("leaky_relu", str)
    label_smoothing: float = parameter(0.1, Interval(Real, 0, 0.5, closed="left"))
    reconstruction_weight: float = parameter(1.0, NON_NEGATIVE)
    alpha: float = parameter(0.9, PROBABILITY)
    discriminator_score: str = parameter(
        "features", StrOptions({"features", "cross-entropy"})
    )
    patience: int | None = 10

    _build = staticmethod(bigan_parts)

    def _builder(self) -> "Callable[..., keras.Model]":
        return partial(
            bigan,
            parts=super()._builder(),
            label_smoothing=self.label_smoothing,
            reconstruction_weight=self.reconstruction_weight,
        )

    def _optimizer(self) -> Any:
        import keras

        if not isinstance(self.optimizer, str):
            if getattr(self.optimizer, "gradient_accumulation_steps", None):
                raise ValueError(
                    "BiGANDetector can't accumulate gradients: its two losses take "
                    "turns with one optimizer. Give an optimizer without "
                    "gradient_accumulation_steps."
                )
            return self.optimizer
        if self.optimizer.lower() != "adam":
            return self.optimizer

        # Momentum goes round in circles where two losses pull against each other.
        rate = (
            {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        )
        return keras.optimizers.Adam(**rate, beta_1=0.5)

    def _judge(self, rows: Sequences) -> Iterator[Judged]:
        names = ("reconstruction", "features", "logit")
        blocks = self._model.outputs(self._view.scoring(rows), names=names)
        for inputs, targets, rebuilt, features, logit in blocks:
            missed = np.abs(inputs - rebuilt)
            added = features
            if self.discriminator_score == "cross-entropy":
                added = np.logaddexp(0, -logit)
            added = (1 - self.alpha) * added
            yield Judged(
                rebuilt + (targets - inputs),
                self.alpha * missed + added[:, np.newaxis],
                self.alpha * missed.mean(axis=1) + added,
            )
