"""Building blocks that the networks of two or more detectors share."""

from skanomaly.networks._dense import (
    LARGEST_LOG_VARIANCE,
    code_size,
    dense_decoder,
    dense_stack,
)
from skanomaly.networks._recurrent import recurrent_stack

__all__ = [
    "LARGEST_LOG_VARIANCE",
    "code_size",
    "dense_decoder",
    "dense_stack",
    "recurrent_stack",
]
