"""Pipelines that we recommend, and what is asked of any of them."""

from skanomaly.compose._expected import expected_values
from skanomaly.compose._recipes import detector_names, make_detector
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.compose._tuned_threshold import TunedThresholdDetectorCV

__all__ = [
    "ThresholdDetector",
    "TunedThresholdDetectorCV",
    "detector_names",
    "expected_values",
    "make_detector",
]
