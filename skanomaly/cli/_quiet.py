"""Load Keras without what TensorFlow has to say about this machine."""

from skanomaly.detectors._quiet import load_keras

__all__ = ["load_keras"]
