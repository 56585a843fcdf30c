"""Definition of an event."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly.detection._durations import check_samples, samples_within
from skanomaly.detection._intervals import checked_intervals
from skanomaly.events import check_k_of_n

if TYPE_CHECKING:
    from skanomaly.detection._time_series import TimeSeries

DIRECTIONS = ("both", "up", "down")
_PERCENTAGE = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*%\s*")


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """Rule that defines the events of a detection.

    The rule of a detection determines its events, without training or scoring again.
    The command line, displays, tables and metrics all use these events. The order is:
    `k_of_n`, `localize`, `merge_gap`, `min_length`, `direction` and `min_deviation`,
    `ignore`.

    Parameters
    ----------
    min_length : int or str, default=1
        Minimum number of samples in an event, or its least duration, such as
        ``"10min"``. Shorter events are dropped after merging.
    merge_gap : int or str, default=0
        Maximum number of normal samples between two events that are merged, or their
        longest duration.
    localize : bool, default=True
        Whether an event is cut back to the samples whose own errors are large, if the
        detector knows these. The score of a sample is averaged over the windows that
        cover it, so that a run of abnormal scores is up to a window wider than the
        anomaly, and may hold several. If False, events are whole runs.
    in_training : bool, default=False
        Whether to search the samples that the detector was trained on for events, too.
    direction : {"both", "up", "down"}, default="both"
        Whether to keep only events above the expected values, or below. The deviation
        of an event decides: the mean of the residuals (value minus expected value) of
        the channel with the largest error, each weighted by its size.
    min_deviation : float or str, default=0
        Least deviation of an event, in the unit of the series, or relative to the
        expected values, such as ``"5%"``. Smaller ones are dropped. Without a
        direction, it is the mean of the sizes of the residuals.
    k_of_n : (int, int), default=(1, 1)
        With ``(3, 5)``, an alarm lasts while at least three of the last five samples
        are abnormal ("M out of N" of other systems). It begins at the third of them,
        and depends on no later sample.
    ignore : sequence of (start, stop), default=()
        Half-open intervals without an alarm, such as holidays or maintenance. Integers
        are positions of samples, other bounds are times (or numbers) of the index. It
        is applied last: an event within an interval is dropped, and of an event that
        reaches into one, what is outside remains, whatever its length. A threshold that
        is learned from the scores of the series leaves these samples out as well.

    Raises
    ------
    ValueError
        If a parameter is none of these.

    See Also
    --------
    skanomaly.detect : Find the events of a series by such a rule.
    skanomaly.find_events : Find events in scores or labels without an estimator.

    Notes
    -----
    A duration becomes a number of samples by the median step of the index of times,
    so that the rule is the same everywhere in an irregular series: an event of k
    samples lasts k steps. An event without any expected value has no deviation, and is
    kept.

    Examples
    --------
    >>> from skanomaly import EventRule
    >>> rule = EventRule(min_length="10min", direction="up", min_deviation="5%")
    >>> rule.direction, rule.least_deviation
    ('up', (0.05, True))
    """

    min_length: int | str = 1
    merge_gap: int | str = 0
    localize: bool = True
    in_training: bool = False
    direction: str = "both"
    min_deviation: float | str = 0.0
    k_of_n: tuple[int, int] = (1, 1)
    ignore: Sequence[tuple[Any, Any]] = ()

    def __post_init__(self) -> None:
        check_samples("min_length", self.min_length, least=1)
        check_samples("merge_gap", self.merge_gap, least=0)
        if self.direction not in DIRECTIONS:
            raise ValueError(
                f"direction must be one of {', '.join(DIRECTIONS)}, got "
                f"{self.direction!r}."
            )
        _read_deviation(self.min_deviation)
        for name in ("localize", "in_training"):
            value = getattr(self, name)
            # A text such as "no" would be taken as True.
            if not isinstance(value, bool | np.bool_):
                raise ValueError(f"{name} must be True or False, got {value!r}.")
            object.__setattr__(self, name, bool(value))
        object.__setattr__(self, "k_of_n", check_k_of_n(self.k_of_n))
        object.__setattr__(self, "ignore", checked_intervals(self.ignore))

    @property
    def least_deviation(self) -> tuple[float, bool]:
        """Least deviation, and whether it is relative to the expected values."""
        return _read_deviation(self.min_deviation)

    @property
    def needs_expected(self) -> bool:
        """Whether the rule compares values with expected ones."""
        return self.direction != "both" or self.least_deviation[0] > 0

    def in_samples(self, series: "TimeSeries") -> tuple[int, int]:
        """Return `min_length` and `merge_gap` as numbers of samples.

        Parameters
        ----------
        series : TimeSeries
            Series whose index has the times.

        Returns
        -------
        min_length, merge_gap : int

        Raises
        ------
        ValueError
            If there are durations, but no times.
        """
        shortest = samples_within("min_length", self.min_length, series, whole=True)
        gap = samples_within("merge_gap", self.merge_gap, series, whole=False)
        return max(1, shortest), gap


def check_is_rule(rule: Any) -> None:
    """Raise a TypeError if what is given as the rule of events is none."""
    if not isinstance(rule, EventRule):
        raise TypeError(
            f"The rule of events must be an EventRule, got {rule!r}. Pass "
            "events=EventRule(min_length=3), for instance."
        )


def _read_deviation(given: Any) -> tuple[float, bool]:
    """Return a deviation, and whether it is relative; raise if it is none."""
    value, is_relative = -1.0, isinstance(given, str)
    if is_relative:
        found = _PERCENTAGE.fullmatch(given)
        value = -1.0 if found is None else float(found[1]) / 100
    elif isinstance(given, Real) and not isinstance(given, bool):
        value = float(given)
    if not (isfinite(value) and value >= 0):
        raise ValueError(
            "min_deviation must be a number of at least 0, in the unit of the series, "
            f"or a percentage of the expected value, such as '5%'; got {given!r}."
        )
    return value, is_relative
