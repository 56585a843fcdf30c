"""Definition of an event."""

from dataclasses import dataclass

from skanomaly._validation import check_count


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """Rule that defines the events of a detection.

    The rule of a detection determines its events. The command line, displays, tables
    and metrics all use these events. Runs of abnormal scores are localized first, then
    merged, and then short ones are dropped.

    Parameters
    ----------
    min_length : int, default=1
        Minimum number of samples in an event. Shorter events are dropped after
        merging.
    merge_gap : int, default=0
        Maximum number of normal samples between two events that are merged.
    localize : bool, default=True
        Whether an event is cut back to the samples whose own errors are large, if the
        detector knows these. The score of a sample is averaged over the windows that
        cover it, so that a run of abnormal scores is up to a window wider than the
        anomaly, and may hold several. If False, events are whole runs.
    in_training : bool, default=False
        Whether to search the samples that the detector was trained on for events, too.

    Raises
    ------
    ValueError
        If `min_length` is not an integer of at least 1, or `merge_gap` not an integer
        of at least 0.

    See Also
    --------
    skanomaly.detect : Find the events of a series by such a rule.
    skanomaly.find_events : Find events in scores or labels without an estimator.

    Examples
    --------
    >>> from skanomaly import EventRule
    >>> EventRule(min_length=3)
    EventRule(min_length=3, merge_gap=0, localize=True, in_training=False)
    """

    min_length: int = 1
    merge_gap: int = 0
    localize: bool = True
    in_training: bool = False

    def __post_init__(self) -> None:
        check_count("min_length", self.min_length, least=1)
        check_count("merge_gap", self.merge_gap, least=0)
