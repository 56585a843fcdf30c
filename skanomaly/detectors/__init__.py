"""Detectors: scikit-learn estimators, most of which train a Keras network."""

from skanomaly.detectors._assessment import Assessment
from skanomaly.detectors._autoencoder import AutoencoderDetector
from skanomaly.detectors._base import BaseDetector
from skanomaly.detectors._bigan import BiGANDetector
from skanomaly.detectors._calibration import Calibration
from skanomaly.detectors._cnn_forecast import CNNForecastDetector
from skanomaly.detectors._conv_autoencoder import ConvAutoencoderDetector
from skanomaly.detectors._conv_features import ConvFeatureDetector
from skanomaly.detectors._decision import OffsetMixin
from skanomaly.detectors._dense_forecast import DenseForecastDetector
from skanomaly.detectors._nearest_window import NearestWindowDetector
from skanomaly.detectors._own_errors import Curve, CurveSum, OwnErrorCurve
from skanomaly.detectors._parts import BUILDERS as BUILDERS, PARTS as PARTS
from skanomaly.detectors._pca import PCADetector
from skanomaly.detectors._positions import PositionErrors
from skanomaly.detectors._recurrent_autoencoder import RecurrentAutoencoderDetector
from skanomaly.detectors._recurrent_forecast import (
    GRUDetector,
    LSTMDetector,
    RecurrentForecastDetector,
)
from skanomaly.detectors._seq2seq import Seq2SeqDetector
from skanomaly.detectors._variational_autoencoder import (
    VariationalAutoencoderDetector,
)

__all__ = [
    "Assessment",
    "AutoencoderDetector",
    "BaseDetector",
    "BiGANDetector",
    "CNNForecastDetector",
    "Calibration",
    "ConvAutoencoderDetector",
    "ConvFeatureDetector",
    "Curve",
    "CurveSum",
    "DenseForecastDetector",
    "GRUDetector",
    "LSTMDetector",
    "NearestWindowDetector",
    "OffsetMixin",
    "OwnErrorCurve",
    "PCADetector",
    "PositionErrors",
    "RecurrentAutoencoderDetector",
    "RecurrentForecastDetector",
    "Seq2SeqDetector",
    "VariationalAutoencoderDetector",
]
