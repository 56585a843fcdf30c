"""Recommended pipelines and meta-estimators for thresholds."""

from skanomaly.compose._recipes import detector_names, make_detector
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.compose._tuned_threshold import TunedThresholdDetectorCV

__all__ = [
    "ThresholdDetector",
    "TunedThresholdDetectorCV",
    "detector_names",
    "make_detector",
]
