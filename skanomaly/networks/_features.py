"""Network that learns to tell windows from damaged ones. Loads Keras."""

from collections.abc import Callable
from typing import Any

import keras

# Steps that a damage lasts, and the fraction of a window that it lasts at most.
SHORTEST_DAMAGE = 4
LONGEST_DAMAGE = 0.5
# Width of the moving mean that smooths.
SMOOTHING = 9


@keras.saving.register_keras_serializable("skanomaly")
class ZeroMean(keras.constraints.Constraint):
    """Remove the mean over steps from kernels, which then ignore the level."""

    def __call__(self, kernel: Any) -> Any:
        """Return kernels without their means over steps."""
        return kernel - keras.ops.mean(kernel, axis=0, keepdims=True)


@keras.saving.register_keras_serializable("skanomaly")
class SlidingPool(keras.layers.Layer):
    """Pool all stretches of some steps to their maximum and mean, in one pass.

    Outputs have the shape ``(batch, n_steps - width + 1, 2 * n_filters)``. The time
    grows with the logarithm of the width.

    Parameters
    ----------
    width : int
        Number of steps that are pooled.
    """

    def __init__(self, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width

    def call(self, inputs: Any) -> Any:
        """Return the maxima and means of all stretches."""
        ops = keras.ops

        def whole() -> Any:  # faster in training, whose inputs are single windows
            largest = ops.max(inputs, axis=1, keepdims=True)
            mean = ops.mean(inputs, axis=1, keepdims=True)
            return ops.concatenate([largest, mean], axis=-1)

        def sliding() -> Any:
            largest = _sliding(inputs, self.width, ops.maximum)
            mean = _sliding(inputs, self.width, ops.add) / self.width
            return ops.concatenate([largest, mean], axis=-1)

        return ops.cond(ops.shape(inputs)[1] == self.width, whole, sliding)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the outputs."""
        batch, n_steps, n_filters = input_shape
        n_left = None if n_steps is None else n_steps - self.width + 1
        return batch, n_left, 2 * n_filters

    def get_config(self) -> dict[str, Any]:
        """Return the configuration for `from_config`."""
        return {**super().get_config(), "width": self.width}


def _sliding(values: Any, width: int, join: Callable[[Any, Any], Any]) -> Any:
    """Join all stretches of `width` steps, from parts whose lengths are powers of 2."""
    n_left = keras.ops.shape(values)[1] - width + 1
    joined, first, size = None, 0, 1
    while True:
        if width & size:
            part = values[:, first : first + n_left]
            joined = part if joined is None else join(joined, part)
            first += size
        if 2 * size > width:
            return joined
        values = join(values[:, :-size], values[:, size:])
        size *= 2


def damage_windows(windows: Any, seed: Any = None) -> Any:
    """Damage a part of each window, as anomalies might.

    A part of 4 steps to half of a window is shifted, replaced by the same part of
    another window, overlaid with noise, shrunk or smoothed, with equal probability.
    Windows should be standardized and without their means.

    Parameters
    ----------
    windows : tensor of shape (batch, n_steps, n_channels)
        Windows.
    seed : int, keras.random.SeedGenerator or None, default=None
        Seed of the draws.

    Returns
    -------
    damaged : tensor of shape (batch, n_steps, n_channels)
        Windows with one damaged part each.
    """
    ops, draw = keras.ops, keras.random
    if not isinstance(seed, draw.SeedGenerator):
        seed = draw.SeedGenerator(seed)  # a number would give all draws the same values
    batch, n_steps, n_channels = ops.shape(windows)
    one_each = (batch, 1, 1)
    longest = ops.cast(n_steps, "float32") * LONGEST_DAMAGE
    length = SHORTEST_DAMAGE + draw.uniform(one_each, seed=seed) * (
        longest - SHORTEST_DAMAGE
    )
    first = draw.uniform(one_each, seed=seed) * (
        ops.cast(n_steps, "float32") - SHORTEST_DAMAGE
    )
    step = ops.cast(ops.arange(n_steps), "float32")[None, :, None]
    inside = ops.cast((step >= first) & (step < first + length), windows.dtype)
    noise = draw.normal((batch, n_steps, n_channels), seed=seed)
    shift = draw.normal((batch, 1, n_channels), seed=seed)
    smooth = ops.average_pool(windows, SMOOTHING, 1, padding="same")
    changed = ops.stack(
        [
            windows + 0.7 * shift,
            ops.roll(windows, 1, axis=0),
            windows + 0.4 * noise,
            0.3 * windows,
            smooth,
        ]
    )
    kind = draw.randint((batch,), 0, changed.shape[0], seed=seed)
    chosen = ops.one_hot(kind, changed.shape[0], dtype=windows.dtype)
    changed = ops.einsum("kbsc,bk->bsc", changed, chosen)
    return windows + inside * (changed - windows)


@keras.saving.register_keras_serializable("skanomaly")
class DamageClassifier(keras.Model):
    """Encoder that is trained to tell windows from damaged copies of them.

    The output is a dictionary: ``"features"``, those of the encoder, and ``"logit"``,
    positive for windows that seem damaged.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seeds = keras.random.SeedGenerator()
        self.own_loss = keras.metrics.Mean(name="loss")

    def train_step(self, data: Any) -> dict[str, Any]:
        """Update the weights with one batch of windows, half of them damaged."""
        import tensorflow as tf

        windows, *_ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            loss = self._cross_entropy(windows, training=True)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        self.own_loss.update_state(loss)
        return {"loss": self.own_loss.result()}

    def test_step(self, data: Any) -> dict[str, Any]:
        """Return the cross-entropy of windows and damaged copies of them."""
        windows, *_ = keras.utils.unpack_x_y_sample_weight(data)
        self.own_loss.update_state(self._cross_entropy(windows, training=False))
        return {"loss": self.own_loss.result()}

    def _cross_entropy(self, windows: Any, *, training: bool) -> Any:
        ops = keras.ops
        whole = windows - ops.mean(windows, axis=1, keepdims=True)
        damaged = damage_windows(whole, self.seeds)
        logits = self(ops.concatenate([whole, damaged]), training=training)["logit"]
        of_whole, of_damaged = ops.split(logits, 2)
        losses = ops.softplus(of_whole) + ops.softplus(-of_damaged)
        return ops.mean(losses) / 2 + sum(self.losses)
