"""Run a fitted estimator on a series once and keep the result.

`detect` returns a `Detection`: scores, labels, events, expected values. Displays,
tables, the report page, the command line and the evaluation are made from it.
"""

from skanomaly.detection._ask import ask, in_unit_of_series
from skanomaly.detection._detect import as_detection, detect
from skanomaly.detection._detection import Detection
from skanomaly.detection._facts import (
    RunFacts,
    detector_name,
    ends_of,
    gaps_of,
    innermost,
    may_expect,
    offset_of,
    reach_of,
    tail_of,
    unwrapped,
    window_of,
)
from skanomaly.detection._false_events import FalseEvents, samples_per_week
from skanomaly.detection._intervals import as_mask, to_positions
from skanomaly.detection._judge import check_truth, judge
from skanomaly.detection._per_time import is_per_time, per_sample
from skanomaly.detection._rule import EventRule
from skanomaly.detection._tables import column_names
from skanomaly.detection._time_series import TimeSeries, as_positions, index_of
from skanomaly.detection._verdict import Verdicts

__all__ = [
    "Detection",
    "EventRule",
    "FalseEvents",
    "RunFacts",
    "TimeSeries",
    "Verdicts",
    "as_detection",
    "as_mask",
    "as_positions",
    "ask",
    "check_truth",
    "column_names",
    "detect",
    "detector_name",
    "ends_of",
    "gaps_of",
    "in_unit_of_series",
    "index_of",
    "innermost",
    "is_per_time",
    "judge",
    "may_expect",
    "offset_of",
    "per_sample",
    "reach_of",
    "samples_per_week",
    "tail_of",
    "to_positions",
    "unwrapped",
    "window_of",
]
