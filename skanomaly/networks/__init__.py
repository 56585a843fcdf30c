"""Building blocks that several networks share, and layers that Keras lacks.

Importing this package does not load Keras: the layers and models that are defined here
load it on first access.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skanomaly.networks._dense import (
    LARGEST_LOG_VARIANCE,
    code_size,
    dense_decoder,
    dense_stack,
)
from skanomaly.networks._recurrent import recurrent_stack

if TYPE_CHECKING:
    from skanomaly.networks._adversarial import AdversarialModel
    from skanomaly.networks._features import (
        DamageClassifier,
        SlidingPool,
        ZeroMean,
        damage_windows,
    )
    from skanomaly.networks._feedback import FeedbackDecoder
    from skanomaly.networks._gaussian_code import GaussianCode
    from skanomaly.networks._lstm import FusedLSTM

__all__ = [
    "LARGEST_LOG_VARIANCE",
    "AdversarialModel",
    "DamageClassifier",
    "FeedbackDecoder",
    "FusedLSTM",
    "GaussianCode",
    "SlidingPool",
    "ZeroMean",
    "code_size",
    "damage_windows",
    "dense_decoder",
    "dense_stack",
    "recurrent_stack",
    "register_classes",
]

_LOAD_KERAS = {
    "AdversarialModel": "_adversarial",
    "DamageClassifier": "_features",
    "FeedbackDecoder": "_feedback",
    "FusedLSTM": "_lstm",
    "GaussianCode": "_gaussian_code",
    "SlidingPool": "_features",
    "ZeroMean": "_features",
    "damage_windows": "_features",
}


def __getattr__(name: str) -> Any:
    if name not in _LOAD_KERAS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LOAD_KERAS[name]}"), name)


def register_classes() -> None:
    """Load all layers and models that are defined here.

    Keras then finds them by their registered names, ``skanomaly>`` and the class.
    """
    for module in sorted(set(_LOAD_KERAS.values())):
        import_module(f"{__name__}.{module}")
