"""Conversion of labels or scores of samples to events, and back."""

from skanomaly.events._decide import (
    check_k_of_n,
    is_below,
    read_labels,
    recurring,
    runs,
)
from skanomaly.events._event import Event, events_to_labels
from skanomaly.events._extents import (
    CORE,
    FLANK,
    STRONG,
    Extent,
    Gaps,
    extents,
    usual_own_error,
)
from skanomaly.events._find import find_events
from skanomaly.events._ignore import outside
from skanomaly.events._join import join_events
from skanomaly.events._severity import severity, usual_score

__all__ = [
    "CORE",
    "FLANK",
    "STRONG",
    "Event",
    "Extent",
    "Gaps",
    "check_k_of_n",
    "events_to_labels",
    "extents",
    "find_events",
    "is_below",
    "join_events",
    "outside",
    "read_labels",
    "recurring",
    "runs",
    "severity",
    "usual_own_error",
    "usual_score",
]
