"""Code layer of a variational autoencoder. Loads Keras."""

from typing import Any

import keras

from skanomaly.networks._dense import LARGEST_LOG_VARIANCE


@keras.saving.register_keras_serializable("skanomaly")
class GaussianCode(keras.layers.Layer):
    """Draw codes in training and return their mean otherwise.

    Adds to the training loss the Kullback-Leibler divergence between the distribution
    of the code and a standard normal distribution, ``0.5 * sum(m**2 + exp(v) - v - 1)``
    with mean m and log-variance v of each unit.

    Parameters
    ----------
    weight : float
        Weight of the divergence in the loss.
    **kwargs : dict
        Arguments of `keras.layers.Layer`, such as its name.
    """

    def __init__(self, weight: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = weight
        self.seeds = keras.random.SeedGenerator()

    def call(self, mean: Any, log_variance: Any, training: bool = False) -> Any:
        """Return codes with the shape of `mean`."""
        ops = keras.ops
        log_variance = ops.clip(
            log_variance, -LARGEST_LOG_VARIANCE, LARGEST_LOG_VARIANCE
        )
        excess = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
        divergence = 0.5 * ops.sum(excess, axis=-1)
        self.add_loss(self.weight * ops.mean(divergence))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        return mean + ops.exp(0.5 * log_variance) * noise

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), "weight": self.weight}
