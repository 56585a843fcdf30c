"""Adversarial training of encoder, generator and discriminator. Loads Keras."""

from typing import Any, Self

import keras

_OWN = ("label_smoothing", "reconstruction_weight")


@keras.saving.register_keras_serializable("skanomaly")
class AdversarialModel(keras.Model):
    """Bidirectional generative adversarial network.

    The discriminator learns to distinguish pairs of a window and its code from pairs of
    a generated window and its noise. Each training step updates the discriminator
    first, and then encoder and generator, which learn to mislead it.

    The output is a dictionary: ``"reconstruction"``, of shape ``(batch, window,
    n_channels)``; ``"features"``, of shape ``(batch, 1)``, the mean distance between
    the features of the discriminator for the window and for its reconstruction;
    ``"logit"``, of shape ``(batch, 1)``, that of the window and its code being real.
    """

    label_smoothing = 0.0
    reconstruction_weight = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seeds = keras.random.SeedGenerator()
        self.own_loss = keras.metrics.Mean(name="loss")
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")

    @classmethod
    def join(
        cls,
        encoder: keras.Model,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        label_smoothing: float,
        reconstruction_weight: float,
    ) -> Self:
        """Make one model of the three networks, which keep their weights."""
        ops = keras.ops
        # Wrapped, because layers are looked up by these names and a user's networks may
        # have other ones.
        seen = keras.Input(encoder.input_shape[1:])
        encoder = keras.Model(seen, encoder(seen), name="encoder")
        codes = keras.Input(encoder.output_shape[1:])
        decoder = keras.Model(codes, generator(codes), name="decoder")
        pair = [
            keras.Input(part) for part in (encoder.input_shape[1:], codes.shape[1:])
        ]
        critic = keras.Model(pair, discriminator(pair), name="discriminator")

        window = keras.Input(encoder.input_shape[1:])
        code = keras.layers.Identity(name="code")(encoder(window))
        rebuilt = decoder(code)
        logit, features = critic([window, code])
        _, other_features = critic([rebuilt, code])
        distance = ops.mean(ops.abs(features - other_features), axis=-1, keepdims=True)
        model = cls(
            window,
            {
                "reconstruction": rebuilt,
                "features": distance,
                "logit": logit,
            },
        )
        model.label_smoothing = label_smoothing
        model.reconstruction_weight = reconstruction_weight
        return model

    def train_step(self, data: Any) -> dict[str, Any]:
        """Update the discriminator, then encoder and generator, with one batch."""
        import tensorflow as tf

        window, *_ = keras.utils.unpack_x_y_sample_weight(data)
        critic = self.get_layer("discriminator").trainable_variables
        theirs = {id(variable) for variable in critic}
        others = [v for v in self.trainable_variables if id(v) not in theirs]
        # Both updates use the same noise.
        shape = (keras.ops.shape(window)[0], self.get_layer("code").output.shape[-1])
        noise = keras.random.normal(shape, seed=self.seeds)
        with tf.GradientTape() as tape:
            loss = self._both_losses(window, noise)[0]
        self.optimizer.apply(tape.gradient(loss, critic), critic)
        self.discriminator_loss.update_state(loss)
        with tf.GradientTape() as tape:
            loss = self._both_losses(window, noise)[1]
        self.optimizer.apply(tape.gradient(loss, others), others)
        self.own_loss.update_state(loss)
        return {
            metric.name: metric.result()
            for metric in (self.own_loss, self.discriminator_loss)
        }

    def test_step(self, data: Any) -> dict[str, Any]:
        """Return the mean absolute error of the reconstruction."""
        window, *_ = keras.utils.unpack_x_y_sample_weight(data)
        rebuilt = self(window, training=False)["reconstruction"]
        self.own_loss.update_state(keras.ops.mean(keras.ops.abs(window - rebuilt)))
        return {"loss": self.own_loss.result()}

    def _both_losses(self, window: Any, noise: Any) -> tuple[Any, Any]:
        """Return the loss of the discriminator, and that of encoder and generator."""
        ops = keras.ops
        seen = self(window, training=True)
        made = self.get_layer("decoder")(noise, training=True)
        critic = self.get_layer("discriminator")
        real, (fake, _) = seen["logit"], critic([made, noise], training=True)
        # softplus(-x) and softplus(x) are the cross-entropies of a logit with 1 and 0.
        is_real = (1 - self.label_smoothing) * ops.softplus(-real)
        is_real += self.label_smoothing * ops.softplus(real)
        rebuilt = ops.mean(ops.abs(window - seen["reconstruction"]))
        added = [*self.get_layer("encoder").losses, *self.get_layer("decoder").losses]
        return (
            ops.mean(is_real) + ops.mean(ops.softplus(fake)) + sum(critic.losses),
            ops.mean(ops.softplus(real))
            + ops.mean(ops.softplus(-fake))
            + self.reconstruction_weight * rebuilt
            + sum(added),
        )

    def get_config(self) -> dict[str, Any]:
        """Return the configuration for `from_config`."""
        return {**super().get_config(), **{name: getattr(self, name) for name in _OWN}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Make a model from its configuration."""
        own = {name: config.pop(name) for name in _OWN}
        model: Self = super().from_config(config, custom_objects)
        for name, value in own.items():
            setattr(model, name, value)
        return model
