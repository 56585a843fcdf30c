"""Bidirectional generative adversarial network."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import Interval, StrOptions
from skanomaly.detectors._assessment import Judged
from skanomaly.detectors._codes import CodeMixin
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
    """Build a fully connected encoder, generator and discriminator.

    Parameters
    ----------
    window, n_channels : int
        Number of steps in a window, and of values per step.
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder. The generator has them in reverse
        order.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    discriminator_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the discriminator.
    activation : str, default="leaky_relu"
        Keras activation of the hidden layers.

    Returns
    -------
    encoder : keras.Model
        From ``(batch, window, n_channels)`` to ``(batch, latent_units)``.
    generator : keras.Model
        From ``(batch, latent_units)`` to ``(batch, window, n_channels)``.
    discriminator : keras.Model
        From a list of a window and a code to the logit of the pair being real, of shape
        ``(batch, 1)``, and the outputs of its last hidden layer.
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
    """Bound the slope of a layer of the discriminator by spectral normalization.

    Without it the reconstruction error rises for many epochs, and results vary more
    with the seed.
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
    """Build the model that trains encoder, generator and discriminator together."""
    from skanomaly.networks import AdversarialModel

    return AdversarialModel.join(
        *_checked(parts(window, n_channels), (window, n_channels)),
        label_smoothing=label_smoothing,
        reconstruction_weight=reconstruction_weight,
    )


def _checked(parts: Any, window: tuple[int, int]) -> "tuple[keras.Model, ...]":
    """Return encoder, generator and discriminator, or raise if they do not fit."""
    import keras

    three = isinstance(parts, tuple | list) and len(parts) == 3
    if not three or not all(isinstance(part, keras.Model) for part in parts):
        raise TypeError(
            "network must return an encoder, a generator and a discriminator, each a "
            f"keras.Model, but returned {parts!r}."
        )
    # A network of a custom class may have no shapes.
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
            "The shapes of the three networks do not fit together: they map "
            f"{', '.join(f'{inputs} to {outputs}' for inputs, outputs in maps)}. "
            f"Return networks such that the encoder maps {row} to (None, n_codes), the "
            f"generator (None, n_codes) to {row}, and the discriminator a list of both "
            "to a list of its logit, (None, 1), and its features, (None, n_features)."
        )
    return tuple(parts)


@parameters
class BiGANDetector(CodeMixin, BaseReconstructionDetector, BaseNetworkDetector):
    """Detect rows that a bidirectional generative adversarial network fails to produce.

    A generator maps noise to rows, an encoder maps rows to codes, and a discriminator
    learns to distinguish pairs of a row and its code from pairs of a generated row and
    its noise. The networks learn the shape of rows rather than their exact values. They
    train slowly, and results depend on the random state more than those of any other
    detector.

    Parameters
    ----------
    hidden_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the encoder. The generator has them in reverse
        order.
    latent_units : int or "auto", default="auto"
        Size of the code. ``"auto"`` is a quarter of the inputs, 1 to 16.
    discriminator_units : sequence of int, default=(64,)
        Sizes of the hidden layers of the discriminator, which are spectrally normalized
        [3]_.
    activation : str, default="leaky_relu"
        Keras activation of the hidden layers.
    label_smoothing : float, default=0.1
        The target of the discriminator for real pairs is 1 minus this value, which
        keeps it from becoming too confident for encoder and generator to learn from it.
    reconstruction_weight : float, default=1.0
        Weight of the reconstruction error in the loss of encoder and generator. 0 is
        the original method [1]_, in which only the discriminator couples the two; other
        values are closer to [4]_.
    alpha : float, default=0.9
        Weight of the reconstruction in the error; the discriminator has the weight
        ``1 - alpha``. Changes to `alpha` and `discriminator_score` affect scores
        immediately, and the threshold at the next fit.
    discriminator_score : {"features", "cross-entropy"}, default="features"
        Contribution of the discriminator to the error: the distance between the outputs
        of its last hidden layer for a row and for its reconstruction, or the
        cross-entropy of its classifying the row as real.
    %(context)s
    network : callable or None, default=None
        Function ``network(context, n_channels)`` that returns an encoder, a generator
        and a discriminator, each a `keras.Model`: from ``(batch, context, n_channels)``
        to ``(batch, n_codes)``, from ``(batch, n_codes)`` to ``(batch, context,
        n_channels)``, and from a list of both to a list of the logit, of shape
        ``(batch, 1)``, and features, of shape ``(batch, n_features)``. None uses the
        detector's own networks.
    %(training)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    For a sub-window x, encoder E, generator G and discriminator D, with the
    reconstruction ``x' = G(E(x))`` and f the last hidden layer of D, the error is
    ``alpha * mean(abs(x - x')) + (1 - alpha) * mean(abs(f(x, E(x)) - f(x', E(x))))``.
    With ``discriminator_score="cross-entropy"`` the second mean is replaced by
    ``-log(D(x, E(x)))``. Both are those of [2]_. The contribution of the discriminator
    is divided equally among the channels.

    The optimizer ``"adam"``, given by name, has ``beta_1=0.5``. Every optimizer takes
    two steps per batch, one for the discriminator and one for encoder and generator. In
    `history_`, ``loss`` is that of encoder and generator, ``discriminator_loss`` that
    of the discriminator, and ``val_loss`` the mean absolute error of the
    reconstruction.

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
    >>> len(find_events(pipe.predict(series), merge_gap=5))
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
        if not isinstance(self.optimizer, str):
            if getattr(self.optimizer, "gradient_accumulation_steps", None):
                raise ValueError(
                    "BiGANDetector does not support gradient accumulation, because "
                    "its two losses share one optimizer. Pass an optimizer without "
                    "gradient_accumulation_steps."
                )
            return self.optimizer
        if self.optimizer.lower() != "adam":
            return self.optimizer
        # With two opposing losses, a large momentum makes the weights oscillate.
        return {"class_name": "Adam", "config": {"beta_1": 0.5}}

    def _judge(self, model: Any, rows: Sequences) -> Iterator[Judged]:
        names = ("reconstruction", "features", "logit")
        blocks = model.outputs(self._view.scoring(rows), names=names)
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
