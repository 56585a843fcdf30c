"""Threshold rules: scores of mostly normal data in, ``offset_`` out."""

from skanomaly.thresholds._auto import auto_threshold
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._moments import FixedThreshold, MaxThreshold, SigmaThreshold
from skanomaly.thresholds._resolve import refuse_nested_params, resolve_threshold
from skanomaly.thresholds._robust import IQRThreshold, MADThreshold, QuantileThreshold
from skanomaly.thresholds._tail import POTThreshold

__all__ = [
    "BaseThreshold",
    "FixedThreshold",
    "IQRThreshold",
    "MADThreshold",
    "MaxThreshold",
    "POTThreshold",
    "QuantileThreshold",
    "SigmaThreshold",
    "auto_threshold",
    "refuse_nested_params",
    "resolve_threshold",
]
