"""Displays of series, scores, metrics and training, as in scikit-learn."""

from skanomaly.plotting._blame import BlameDisplay
from skanomaly.plotting._histogram import ErrorHistogramDisplay
from skanomaly.plotting._history import HistoryDisplay
from skanomaly.plotting._precision_recall import PrecisionRecallDisplay
from skanomaly.plotting._reconstruction import ReconstructionDisplay
from skanomaly.plotting._roc import RocCurveDisplay
from skanomaly.plotting._scores import ScoreDisplay
from skanomaly.plotting._series import SeriesDisplay
from skanomaly.plotting._threshold_curve import ThresholdCurveDisplay

__all__ = [
    "BlameDisplay",
    "ErrorHistogramDisplay",
    "HistoryDisplay",
    "PrecisionRecallDisplay",
    "ReconstructionDisplay",
    "RocCurveDisplay",
    "ScoreDisplay",
    "SeriesDisplay",
    "ThresholdCurveDisplay",
]
