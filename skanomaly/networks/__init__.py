"""Building blocks that the networks of two or more detectors share."""

from skanomaly.networks._dense import dense_stack

__all__ = ["dense_stack"]
