"""Pipelines that we recommend, and what is asked of any of them."""

from skanomaly.compose._expected import expected_values
from skanomaly.compose._recipes import detector_names, make_detector

__all__ = ["detector_names", "expected_values", "make_detector"]
