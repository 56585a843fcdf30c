"""Verdicts on events, and the threshold that follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Self

import numpy as np

from skanomaly.events import Event

Judged = tuple[int, int, float]


@dataclass(frozen=True)
class Verdicts:
    """Events that people judged, and the offset that follows.

    Parameters
    ----------
    offset_before : float
        Offset before the first verdict.
    confirmed, dismissed : tuple of (int, int, float), default=()
        Start, stop and score of the events that are anomalies, and of those that are
        not.

    Examples
    --------
    >>> from skanomaly.detection import Verdicts
    >>> dismissed = ((3, 4, -3.0), (5, 6, -5.0), (7, 8, -9.0))
    >>> Verdicts(-1.0, confirmed=((1, 2, -6.0),), dismissed=dismissed).offset
    -5.0
    """

    offset_before: float
    confirmed: Sequence[Judged] = ()
    dismissed: Sequence[Judged] = ()

    @property
    def offset(self) -> float:
        """Score of the most abnormal dismissed event that no confirmed one is above."""
        weakest = max((score for *_, score in self.confirmed), default=-inf)
        told_apart = [score for *_, score in self.dismissed if score > weakest]
        offset = min([self.offset_before, *told_apart])
        # A score is anomalous if it is strictly below the offset.
        return max(offset, float(np.nextafter(weakest, inf)))

    def without(self, place: tuple[int, int]) -> "Verdicts":
        """Return the verdicts on other events than the one from a start to a stop."""
        confirmed, dismissed = (
            tuple(one for one in judged if tuple(one[:2]) != place)
            for judged in (self.confirmed, self.dismissed)
        )
        return replace(self, confirmed=confirmed, dismissed=dismissed)


class VerdictMixin:
    """Add verdicts on events to a detection.

    The threshold is the largest error of a dismissed event that is less than the errors
    of all confirmed ones, or stays as it is. The order of verdicts does not matter. Of
    two verdicts on an event, the later one counts, and an offset that was set since the
    last verdict takes the place of the one that dismissals led to.
    """

    series: Any
    scores: Any
    offset: Any
    rule: Any
    verdicts: Verdicts | None

    def confirm(self, event: Event) -> Self:
        """Return the detection after the verdict that an event is an anomaly.

        The threshold is no longer raised by events that were, or will be, dismissed and
        are as abnormal as this one. If it is above the error of this one, it is lowered
        to just below. If it was dismissed, it is no longer ignored.

        Parameters
        ----------
        event : Event
            Event of this detection, or of one with another threshold or rule.

        Returns
        -------
        detection : Detection
            A new detection of the same scores.

        Raises
        ------
        ValueError
            If the event does not lie within the series, or has no score.
        """
        place, known = (event.start, event.stop), self._verdicts_but_on(event)
        confirmed = (*known.confirmed, (*place, self._score_of(event)))
        ignore = tuple(one for one in self.rule.ignore if one != place)
        rule = replace(self.rule, ignore=ignore)
        return self._judged(replace(known, confirmed=confirmed), rule=rule)

    def dismiss(self, event: Event) -> Self:
        """Return the detection after the verdict that an event is a false alarm.

        There is no event where it was (``rule.ignore``). The threshold is raised to the
        largest error of the run of abnormal scores that it was cut from, so that what
        is no more abnormal is no event either, nor what remains of the run, unless that
        reaches the error of a confirmed event.

        Parameters
        ----------
        event : Event
            Event of this detection, or of one with another threshold or rule.

        Returns
        -------
        detection : Detection
            A new detection of the same scores.

        Raises
        ------
        ValueError
            If the event does not lie within the series, or has no score.

        See Also
        --------
        skanomaly.NearestWindowDetector.add_references : Learn a shape as normal.

        Examples
        --------
        >>> from skanomaly import Detection
        >>> from skanomaly.detection import TimeSeries
        >>> scores = [-1.0, -5.0, -1.0, -4.0, -1.0, -9.0]
        >>> found = Detection(series=TimeSeries(range(6)), scores=scores, offset=-3.0)
        >>> first, second, third = found.events
        >>> [event.start for event in found.dismiss(first).events]
        [5]
        >>> [event.start for event in found.dismiss(first).confirm(second).events]
        [3, 5]
        """
        place, known = (event.start, event.stop), self._verdicts_but_on(event)
        # What else is of the run is above the threshold like the event itself.
        score = min(self._score_of(event), self._run_of(event))
        dismissed = (*known.dismissed, (*place, score))
        ignore = (*(one for one in self.rule.ignore if one != place), place)
        rule = replace(self.rule, ignore=ignore)
        return self._judged(replace(known, dismissed=dismissed), rule=rule)

    def _verdicts_but_on(self, event: Event) -> Verdicts:
        """Return the verdicts so far, except for one on this event."""
        known = self.verdicts or Verdicts(self.offset)
        if known.offset != self.offset:  # set by someone since
            known = replace(known, offset_before=self.offset, dismissed=())
        return known.without((event.start, event.stop))

    def _judged(self, verdicts: Verdicts, **changes: Any) -> Self:
        """Return the detection with changes, and the offset that verdicts lead to."""
        detection: Any = self
        if verdicts.offset != self.offset:
            changes |= {"offset": verdicts.offset, "threshold_source": "feedback"}
        judged: Self = replace(detection, verdicts=verdicts, **changes)
        return judged

    def _score_of(self, event: Event) -> float:
        """Return the score of the most abnormal sample of an event."""
        n_samples = self.series.n_samples
        where = f"The event from {event.start} to {event.stop}"
        if not 0 <= event.start < event.stop <= n_samples:
            raise ValueError(
                f"{where} does not lie within the {n_samples} samples of this "
                "detection. Pass one of its own events."
            )
        scores = self.scores[event.start : event.stop]
        if np.isnan(scores).all():
            raise ValueError(
                f"{where} has no score. Pass one of the events of this detection."
            )
        return float(np.nanmin(scores))

    def _run_of(self, event: Event) -> float:
        """Return the least score of the run that an event was cut from."""
        if event.span_start is None or event.span_stop is None:
            return inf
        scores = self.scores[max(event.span_start, 0) : event.span_stop]
        return float(np.nanmin(scores, initial=inf))
