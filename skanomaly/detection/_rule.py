"""What an event is."""

from dataclasses import dataclass

from skanomaly._validation import check_count


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """Define what an event is.

    The one object that does so: the command line, pictures, tables and metrics of a
    detection take its events, which are found by its rule.

    Parameters
    ----------
    min_length : int, default=1
        Drop events of fewer samples, after merging.
    merge_gap : int, default=0
        Merge events separated by at most this many normal samples.
    in_training : bool, default=False
        Look for events in the part that the detector was trained on, too.

    Raises
    ------
    ValueError
        If `min_length` or `merge_gap` is not a whole number, or too small.

    See Also
    --------
    skanomaly.detect : Find the events of a series by such a rule.
    skanomaly.find_events : Find the events of bare scores or labels.

    Examples
    --------
    >>> from skanomaly import EventRule
    >>> EventRule(min_length=3)
    EventRule(min_length=3, merge_gap=0, in_training=False)
    """

    min_length: int = 1
    merge_gap: int = 0
    in_training: bool = False

    def __post_init__(self) -> None:
        check_count("min_length", self.min_length, least=1)
        check_count("merge_gap", self.merge_gap, least=0)
