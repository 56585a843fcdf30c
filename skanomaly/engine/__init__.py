"""Training and outputs of networks; the only room that trains them.

Importing it does not load Keras.
"""

from skanomaly.engine._blueprint import VERSION, Blueprint
from skanomaly.engine._cache import TEMPLATES
from skanomaly.engine._configured import (
    ConfiguredNetwork,
    configured_optimizer,
    optimizer_class,
    optimizer_config,
)
from skanomaly.engine._draws import Draws
from skanomaly.engine._state import State
from skanomaly.engine._trained import Schedule, TrainedNetwork

__all__ = [
    "TEMPLATES",
    "VERSION",
    "Blueprint",
    "ConfiguredNetwork",
    "Draws",
    "Schedule",
    "State",
    "TrainedNetwork",
    "configured_optimizer",
    "optimizer_class",
    "optimizer_config",
]
