"""Evaluation of detectors on labelled data sets: run, resume, rank and report.

`evaluate` makes the runs; `write_results` writes their table and a page with charts.
"""

from skanomaly.evaluation._data import LabelledData
from skanomaly.evaluation._evaluate import evaluate
from skanomaly.evaluation._load import load_datasets
from skanomaly.evaluation._metrics import METRICS
from skanomaly.evaluation._rank import (
    Ranking,
    critical_difference,
    mean_ranks,
    rank_estimators,
)
from skanomaly.evaluation._results import write_results
from skanomaly.evaluation._summary import summarize

__all__ = [
    "METRICS",
    "LabelledData",
    "Ranking",
    "critical_difference",
    "evaluate",
    "load_datasets",
    "mean_ranks",
    "rank_estimators",
    "summarize",
    "write_results",
]
