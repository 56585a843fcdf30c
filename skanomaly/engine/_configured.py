"""Networks and optimizers from their configurations, without the code that made them.

Nothing here decides whether a configuration is safe: it has to be checked before.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ConfiguredNetwork:
    """Function that builds a network from its Keras configuration.

    Parameters
    ----------
    text : str
        Configuration as JSON. Keras changes what it reads, so that each network is
        built from a copy.
    custom : mapping of str to object, default={}
        Classes and functions that are not those of Keras or of this package, by the
        names that the configuration has for them.
    """

    text: str
    custom: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, network: "keras.Model") -> Self:
        """Return the function that builds a network like this one.

        Raises
        ------
        ValueError
            If a part of the network has no configuration.
        """
        import keras

        try:
            config = keras.saving.serialize_keras_object(network)
            text = json.dumps(config)
        except Exception as error:  # layers of the user's may raise anything
            raise ValueError(
                f"The network has no configuration to build it from: {error} Give its "
                "layers and its model get_config()."
            ) from error
        return cls(text)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom: Mapping[str, Any]) -> Self:
        """Return the function of a configuration."""
        return cls(json.dumps(config), custom)

    @property
    def config(self) -> dict[str, Any]:
        """A copy of the configuration."""
        config: dict[str, Any] = json.loads(self.text)
        return config

    def __call__(self, *shape: int) -> "keras.Model":
        """Build the network. Its configuration holds the shape."""
        import keras

        from skanomaly.networks import register_classes

        register_classes()
        return keras.saving.deserialize_keras_object(
            self.config, custom_objects=dict(self.custom), safe_mode=True
        )


def optimizer_config(optimizer: "keras.optimizers.Optimizer") -> dict[str, Any]:
    """Return the configuration of an optimizer, as JSON has it."""
    import keras

    config: dict[str, Any] = json.loads(
        json.dumps(keras.saving.serialize_keras_object(optimizer))
    )
    return config


def configured_optimizer(
    config: dict[str, Any], custom: Mapping[str, Any]
) -> "keras.optimizers.Optimizer":
    """Make an optimizer from its configuration."""
    import keras

    return keras.saving.deserialize_keras_object(
        config, custom_objects=dict(custom), safe_mode=True
    )


def optimizer_class(name: str) -> "type[keras.optimizers.Optimizer]":
    """Return the optimizer of Keras with this name."""
    import keras

    found: type[keras.optimizers.Optimizer] = getattr(keras.optimizers, name)
    return found
