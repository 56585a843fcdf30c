"""Recommended pipelines, ensembles and meta-estimators for thresholds."""

from skanomaly.compose._build import FUNCTIONS as FUNCTIONS
from skanomaly.compose._ensemble import EnsembleDetector
from skanomaly.compose._make_detector import detector_names, make_detector
from skanomaly.compose._members import Member as Member
from skanomaly.compose._rows import fit_ignoring
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.compose._tuned_threshold import TunedThresholdDetectorCV

__all__ = [
    "EnsembleDetector",
    "ThresholdDetector",
    "TunedThresholdDetectorCV",
    "detector_names",
    "fit_ignoring",
    "make_detector",
]
