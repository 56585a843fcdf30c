"""Threshold rules, which learn ``offset_`` from scores of mostly normal data."""

from skanomaly.thresholds._auto import (
    AutoThreshold,
    auto_offset,
    inner_offset,
    is_auto,
)
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._fixed import FixedThreshold
from skanomaly.thresholds._gap import GapThreshold
from skanomaly.thresholds._iqr import IQRThreshold
from skanomaly.thresholds._jump import JumpThreshold
from skanomaly.thresholds._mad import MADThreshold
from skanomaly.thresholds._max import MaxThreshold
from skanomaly.thresholds._pot import POTThreshold
from skanomaly.thresholds._quantile import QuantileThreshold
from skanomaly.thresholds._rate import RateThreshold
from skanomaly.thresholds._resolve import refuse_nested_params, resolve_threshold
from skanomaly.thresholds._sigma import SigmaThreshold
from skanomaly.thresholds._tail import ErrorTail

__all__ = [
    "AutoThreshold",
    "BaseThreshold",
    "ErrorTail",
    "FixedThreshold",
    "GapThreshold",
    "IQRThreshold",
    "JumpThreshold",
    "MADThreshold",
    "MaxThreshold",
    "POTThreshold",
    "QuantileThreshold",
    "RateThreshold",
    "SigmaThreshold",
    "auto_offset",
    "inner_offset",
    "is_auto",
    "refuse_nested_params",
    "resolve_threshold",
]
