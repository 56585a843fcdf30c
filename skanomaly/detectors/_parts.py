"""Parts of fitted detectors, by which these are stored."""

from collections.abc import Callable
from functools import partial
from typing import Any

from skanomaly.detectors._autoencoder import AutoencoderDetector
from skanomaly.detectors._bigan import BiGANDetector, bigan
from skanomaly.detectors._calibration import Calibration
from skanomaly.detectors._channels import ChannelLayout, Combination
from skanomaly.detectors._cnn_forecast import CNNForecastDetector
from skanomaly.detectors._conv_autoencoder import ConvAutoencoderDetector
from skanomaly.detectors._conv_features import (
    ConvFeatureDetector,
    FeatureModel,
    FeatureWindows,
    damage_classifier,
)
from skanomaly.detectors._dense_forecast import DenseForecastDetector
from skanomaly.detectors._forecast import StepsAhead
from skanomaly.detectors._kernels import RandomKernels
from skanomaly.detectors._nearest_window import NearestModel, NearestWindowDetector
from skanomaly.detectors._network import BaseNetworkDetector
from skanomaly.detectors._pca import LinearModel, PCADetector
from skanomaly.detectors._plane import NetworkWithPlane, Plane
from skanomaly.detectors._reconstruction import SubWindows
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
from skanomaly.detectors._whitening import Whitening

_DETECTORS = (
    AutoencoderDetector,
    BiGANDetector,
    CNNForecastDetector,
    ConvAutoencoderDetector,
    ConvFeatureDetector,
    DenseForecastDetector,
    GRUDetector,
    LSTMDetector,
    NearestWindowDetector,
    PCADetector,
    RecurrentAutoencoderDetector,
    RecurrentForecastDetector,
    Seq2SeqDetector,
    VariationalAutoencoderDetector,
)
# Detectors, and the classes of what `fit` sets.
PARTS = (
    *_DETECTORS,
    Calibration,
    ChannelLayout,
    Combination,
    FeatureModel,
    FeatureWindows,
    LinearModel,
    NearestModel,
    NetworkWithPlane,
    Plane,
    RandomKernels,
    StepsAhead,
    SubWindows,
    Whitening,
)


def _named(function: Any) -> tuple[str, Callable[..., Any]]:
    function = function.func if isinstance(function, partial) else function
    return function.__name__, function


# Functions that build the networks of these detectors, by name.
BUILDERS: dict[str, Callable[..., Any]] = dict(
    _named(function)
    for function in (
        bigan,
        damage_classifier,
        *(one._build for one in _DETECTORS if issubclass(one, BaseNetworkDetector)),
    )
)
