"""Unusual features of a convolution."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from skanomaly._compat import Interval, RealNotInt, StrOptions
from skanomaly.detectors._assessment import Float32s, Judged
from skanomaly.detectors._inputs import View, WithoutPadding, steps_of
from skanomaly.detectors._kernels import RandomKernels
from skanomaly.detectors._network import BaseNetworkDetector, WithNetwork
from skanomaly.detectors._parameters import COUNT, fitted, parameter, parameters
from skanomaly.detectors._whitening import Whitening
from skanomaly.engine import VERSION, Draws
from skanomaly.windows import Examples, Sequences, Windows

if TYPE_CHECKING:
    import keras

    from skanomaly.engine import TrainedNetwork

# Number of random kernels.
N_KERNELS = 60
# Number of windows in an epoch, drawn with replacement: 400 steps of the optimizer.
N_DRAWN = 25_600
# Number of windows whose features define what is usual.
N_USUAL = 10_000
# Number of windows that one pass over a series computes.
CHUNK = 1024


def conv_encoder(
    context: int,
    n_channels: int,
    *,
    n_filters: int = 32,
    kernel_size: int = 5,
    n_layers: int = 3,
) -> "keras.Model":
    """Build convolutions with the largest and mean activation of each filter.

    Parameters
    ----------
    context, n_channels : int
        Number of steps in a window, and of values per step.
    n_filters : int, default=32
        Number of filters in each layer.
    kernel_size : int, default=5
        Number of steps in a filter. Those of layer i are ``2**i`` steps apart.
    n_layers : int, default=3
        Number of layers. Those that are longer than the window are left out.

    Returns
    -------
    network : keras.Model
        From ``(batch, n_steps, n_channels)`` to ``(batch, n_steps - context + 1,
        n_features)``, one output for each window of `context` steps.
    """
    import keras

    from skanomaly.networks import SlidingPool, ZeroMean

    inputs = x = keras.Input((None, n_channels))
    pooled, left = [], context
    size = min(kernel_size, context)
    for layer in range(n_layers):
        left -= (size - 1) * 2**layer
        if left < 1:
            break
        conv = keras.layers.Conv1D(
            n_filters,
            size,
            dilation_rate=2**layer,
            kernel_initializer="he_normal",
            # Without the mean of the first kernels, the level of a window drops out.
            kernel_constraint=ZeroMean() if layer == 0 else None,
        )
        x = conv(x)
        if layer == 0:
            conv.kernel.assign(ZeroMean()(conv.kernel))
        x = keras.layers.LeakyReLU(0.2)(x)
        pooled.append(SlidingPool(left)(x))
    features = keras.layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]
    return keras.Model(inputs, features)


def damage_classifier(
    context: int,
    n_channels: int,
    *,
    encoder: "Callable[[int, int], keras.Model]",
) -> "keras.Model":
    """Build the model that trains an encoder to tell windows from damaged ones."""
    import keras

    from skanomaly.networks import DamageClassifier

    encode = encoder(context, n_channels)
    inputs = keras.Input(encode.input_shape[1:])
    features = keras.layers.Identity(name="features")(encode(inputs))
    hidden = keras.layers.Dense(64, activation="gelu")(features)
    logit = keras.layers.Dense(1)(hidden)
    return DamageClassifier(inputs, {"features": features, "logit": logit})


@dataclass(frozen=True)
class FeatureWindows(View):
    """Windows that become features, one each or in chunks of a series.

    Parameters
    ----------
    context, n_channels : int
        Number of steps of a window, and of values per step.
    runs_over_series : bool, default=True
        Whether the network returns the features of all windows of a longer input.
    fills_chunks : bool, default=True
        Whether chunks have one length, so that one trace serves series of any length.
    """

    runs_over_series: bool = True
    fills_chunks: bool = True

    def unpadded(self) -> Self:
        """Return the view for few rows: chunks of a series are no longer than these."""
        return replace(self, fills_chunks=False)

    @property
    def first_target(self) -> int:
        """Step of a row that is the first one of its first window."""
        return 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""
        return self.context, self.n_channels

    def adapted_to(self, network: "TrainedNetwork") -> Self:
        """Check the features of a network, and find whether it runs over a series."""
        shape = (1, *self.shape)
        features = network.output_shape(shape)
        over_series = network.takes_any_length
        if features[:-1] != ((1, 1) if over_series else (1,)):
            raise ValueError(
                f"The network maps inputs of shape {shape} to features of shape "
                f"{features}. It must return (batch, n_features) or, with inputs "
                f"of any number of steps, (batch, n_steps - {self.context - 1}, "
                "n_features)."
            )
        return replace(self, runs_over_series=over_series)

    def training(self, rows: Sequences) -> Examples:
        """Return all windows."""
        windows = Windows(rows.values, self.context)
        known = rows.untouched(self.context)
        return Examples(windows, self.context, positions=known)

    def scoring(self, rows: Sequences) -> Examples:
        """Return the windows, in chunks if the network runs over a series."""
        if not (self.runs_over_series and rows.is_series):
            return replace(self.training(rows), positions=None)
        n_positions = self.n_positions(rows)
        chunk = CHUNK if self.fills_chunks else min(CHUNK, n_positions)
        padding = -n_positions % chunk
        values = np.pad(rows.values, [(0, 0), (0, padding), (0, 0)], mode="edge")
        length = self.context + chunk - 1
        return Examples(Windows(values, length, chunk), length)

    def n_positions(self, rows: Sequences) -> int:
        """Return the number of windows in a sequence."""
        return int(rows.values.shape[1]) - self.context + 1


class FeatureModel(WithNetwork):
    """Encoder, with the usual features of each channel."""

    def __init__(
        self, encoder: "TrainedNetwork | RandomKernels", usual: list[Whitening]
    ) -> None:
        self.encoder, self.usual = encoder, usual

    @property
    def trained(self) -> "TrainedNetwork":
        """Trained network of the encoder."""
        if isinstance(self.encoder, RandomKernels):
            raise AttributeError(
                "training=None uses random kernels, which have no network and are not "
                "trained."
            )
        return self.encoder

    def quick(self, *, plain: bool = True) -> Self:
        """Return a model whose features of few inputs take little time."""
        if isinstance(self.encoder, RandomKernels):
            return self
        quick: Any = self.encoder.quick(plain=plain)
        return type(self)(quick, self.usual)


@parameters
class ConvFeatureDetector(BaseNetworkDetector):
    """Detect rows whose features of a convolution are unusual.

    An encoder turns each window into features: of each filter of a convolution, the
    largest and the mean activation in the window. They describe what occurs in a
    window, wherever in it. A row is abnormal if they are far from those of the training
    windows. The encoder learns to tell windows from damaged ones, or has random kernels
    that are not trained, which needs no TensorFlow. It fails on anomalies whose parts
    all occur in training, in another order.

    Parameters
    ----------
    context : int, float or None, default=64
        Number of steps of a window, a fraction of the row, or None for the whole row. A
        longer row is scored on all of its windows of that length; a shorter one is a
        single window.
    training : {"damaged"} or None, default="damaged"
        Task by which the encoder is trained: to tell windows from copies of which a
        part is damaged, see :func:`skanomaly.networks.damage_windows`. None uses random
        kernels [1]_ with their largest activation and the share of activations above a
        threshold.
    n_filters : int or "auto", default="auto"
        Number of filters in each layer, 32, or of random kernels, 60.
    kernel_size : int, default=5
        Number of steps in a filter of the network.
    n_layers : int, default=3
        Number of layers of the network.
    network : callable or None, default=None
        Function ``network(context, n_channels)`` that returns a `keras.Model` from
        ``(batch, context, n_channels)`` to ``(batch, n_features)``, or from inputs of
        any number of steps to ``(batch, n_steps - context + 1, n_features)``. It learns
        from windows without their means and should ignore the level of others. None
        uses the detector's own network.
    %(training)s

    Attributes
    ----------
    %(attributes)s

    See Also
    --------
    skanomaly.make_detector : Make the recommended pipeline with this detector.

    Notes
    -----
    An epoch has 25,600 windows, drawn with replacement; there is no validation loss and
    no early stopping. `contamination_trim` leaves windows out of those whose features
    are usual, not out of the training of the encoder. With ``channel_model="shared"``,
    the default, the encoder learns from all channels, and each channel has its own
    usual features.

    With the mean m and the standard deviation s of the d features in n training
    windows, the covariance C of ``(f - m) / sqrt(s**2 + 0.05**2)``, and the eigenvalues
    and -vectors l and V of ``(n * C + d * I) / (n + d)``, which is shrunk as in [4]_,
    the error is the root mean square of ``V.T @ (f - m) / sqrt(s**2 + 0.05**2) /
    sqrt(l)``, a Mahalanobis distance [2]_. It is 0 for a channel that is
    constant in training. A network that learns from damaged data is proposed in [3]_.

    References
    ----------
    .. [1] Dempster, A., Petitjean, F. and Webb, G. I. (2020). ROCKET: exceptionally
       fast and accurate time series classification using random convolutional kernels.
       Data Mining and Knowledge Discovery 34, 1454-1495.
       https://doi.org/10.1007/s10618-020-00701-z
    .. [2] Lee, K. et al. (2018). A simple unified framework for detecting
       out-of-distribution samples and adversarial attacks. NeurIPS.
       https://doi.org/10.48550/arXiv.1807.03888
    .. [3] Carmona, C. U. et al. (2022). Neural contextual anomaly detection for time
       series. IJCAI. https://doi.org/10.24963/ijcai.2022/394
    .. [4] Ledoit, O. and Wolf, M. (2004). A well-conditioned estimator for
       large-dimensional covariance matrices. Journal of Multivariate Analysis 88(2),
       365-411. https://doi.org/10.1016/S0047-259X(03)00096-4

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skanomaly import ConvFeatureDetector, Shingler, find_events
    >>> rng = np.random.default_rng(0)
    >>> series = np.sin(2 * np.pi * np.arange(1000)[:, None] / 20)
    >>> series += 0.05 * rng.normal(size=series.shape)
    >>> detector = ConvFeatureDetector(training=None, threshold="auto", random_state=0)
    >>> pipe = make_pipeline(Shingler(40, align="center", pad="period"), detector)
    >>> pipe = pipe.fit(series)
    >>> series[500:510] = 1.0
    >>> len(find_events(pipe.predict(series)))
    1
    """

    context: float | None = parameter(
        64, COUNT, Interval(RealNotInt, 0, 1, closed="neither"), None
    )
    training: str | None = parameter("damaged", StrOptions({"damaged"}), None)
    n_filters: int | str = parameter("auto", COUNT, StrOptions({"auto"}))
    kernel_size: int = parameter(5, COUNT)
    n_layers: int = parameter(3, COUNT)
    channel_model: str = "shared"
    epochs: int = 1
    batch_size: int | str = 64
    learning_rate: float | None = 2e-3

    _build = staticmethod(conv_encoder)
    _trims_examples = False
    _view: FeatureWindows = fitted()
    _version: ClassVar[int] = VERSION + 1
    _models: Sequence[FeatureModel] = fitted()

    def _set_up(self, rows: Sequences, n_channels: int) -> FeatureWindows:
        context = steps_of(self.context, rows.window)
        return FeatureWindows(min(context, rows.window), n_channels)

    def _builder(self) -> "Callable[..., keras.Model]":
        return functools.partial(damage_classifier, encoder=super()._builder())

    def _network_params(self) -> dict[str, Any]:
        params = super()._network_params()
        if params["n_filters"] == "auto":
            del params["n_filters"]
        return params

    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: FeatureModel | None,
        *,
        partial: bool,
    ) -> FeatureModel:
        encoder: Any = None if model is None else model.encoder
        if isinstance(encoder, RandomKernels) != (self.training is None):
            encoder = None
        if self.training is None and encoder is None:
            examples = self._view.training(training)
            n_kernels = N_KERNELS if self.n_filters == "auto" else int(self.n_filters)
            encoder = RandomKernels(examples, n_kernels=n_kernels, seed=self._fit_seed)
        elif self.training is not None:
            # Damage is drawn at random: a validation loss would stop by chance.
            encoder = super()._learn(training, None, encoder, partial=partial)
        n_groups = self._layout.n_groups // self._layout.n_models
        usual = [self._usual(encoder, part) for part in training.parts(n_groups)]
        return FeatureModel(encoder, usual)

    def _usual(self, encoder: Any, rows: Sequences) -> Whitening:
        features = []
        for part in rows.spread(N_USUAL):
            found = np.concatenate(list(self._features(encoder, part)))
            learned = part.untouched(self._view.context)
            features.append(found if learned is None else found[learned])
        known = np.concatenate(features)
        usual = Whitening.of(known)
        n_kept = len(known) - int(self.contamination_trim * len(known))
        if n_kept < len(known):
            order = np.argsort(usual.distances(known), kind="stable")
            usual = Whitening.of(known[order[:n_kept]])
        return usual

    def _features(self, encoder: Any, rows: Sequences) -> Iterator[Float32s]:
        """Yield the features of all windows of rows, without those of padding."""
        examples = self._view.scoring(rows)
        per_example = examples.n_inputs - self._view.context + 1
        n_made = examples.windows.n_positions * per_example  # per sequence
        kept = WithoutPadding(n_made, self._view.n_positions(rows))
        for *_, features in encoder.outputs(examples, names=("features",)):
            features = features.reshape(-1, features.shape[-1])
            yield features[kept.next(len(features))]

    def _judge(self, model: FeatureModel, rows: Sequences) -> Iterator[Judged]:
        parts = rows.parts(len(model.usual))
        for usual, part in zip(model.usual, parts, strict=True):
            for features in self._features(model.encoder, part):
                yield Judged.of_errors(usual.distances(features), self._view.n_channels)

    def _draws(
        self, examples: Examples, stream: tuple[int, int], *, at_least: int = 1
    ) -> Draws:
        drawn = np.random.default_rng(stream).integers(examples.count, size=N_DRAWN)
        return super()._draws(examples.subset(drawn), stream, at_least=at_least)
