"""Detectors: scikit-learn estimators whose model is a Keras network."""

from skanomaly.detectors._autoencoder import AutoencoderDetector
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._cnn_forecast import CNNForecastDetector
from skanomaly.detectors._dense_forecast import DenseForecastDetector
from skanomaly.detectors._recurrent_forecast import (
    GRUDetector,
    LSTMDetector,
    RecurrentForecastDetector,
)

__all__ = [
    "AutoencoderDetector",
    "BaseDetector",
    "CNNForecastDetector",
    "DenseForecastDetector",
    "GRUDetector",
    "LSTMDetector",
    "RecurrentForecastDetector",
]
