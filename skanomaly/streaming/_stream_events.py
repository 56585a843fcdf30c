"""Alarms of a stream, and the events that they turn out to be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.detection import (
    EventRule,
    TimeSeries,
    as_detection,
    detector_name,
    gaps_of,
    innermost,
    may_expect,
    offset_of,
    tail_of,
)
from skanomaly.detectors import Assessment
from skanomaly.events import Event, is_below, recurring, runs
from skanomaly.streaming._stream_state import KeyState, OpenRun

Floats = NDArray[np.float64]
# Columns of an alarm that assessments have.
_ASSESSED = ("errors", "expected", "own_errors")


@dataclass(frozen=True)
class Alarms:
    """Rule of the alarms and events of a stream.

    Parameters
    ----------
    rule : EventRule
        Definition of an event, with numbers of samples instead of durations.
    offset : float
        Score below which a sample is abnormal.
    facts : dict
        Further fields of a detection.
    channel_names : tuple of str
        One name per channel.
    max_open : int
        Number of samples after which an alarm is closed, whether or not it is over.
    """

    rule: EventRule
    offset: float
    facts: dict[str, Any]
    channel_names: tuple[str, ...]
    max_open: int

    @classmethod
    def of(
        cls,
        model: Any,
        rule: EventRule,
        *,
        step: timedelta | None,
        offset: float | None,
        usual_error: float | None,
        max_open: int,
        channel_names: Sequence[str] | None,
    ) -> Self:
        """Return the alarms of a model.

        Raises
        ------
        ValueError
            If there is no offset, if the rule needs times, or expected values, that
            there are not, or if alarms are closed before they are long enough.
        """
        if offset is None:
            offset = offset_of(model)
        if offset is None:
            raise ValueError(
                f"{detector_name(model)} has no offset_. Pass offset=, the score below "
                "which a sample is abnormal."
            )
        if rule.needs_expected and not may_expect(model):
            raise ValueError(
                f"direction={rule.direction!r} and min_deviation="
                f"{rule.min_deviation!r} compare values with expected ones, which "
                f"{detector_name(model)} does not have."
            )
        facts = {
            "tail": tail_of(model),
            "gaps": gaps_of(model),
            "usual": usual_error,
            # Errors of ensembles are logarithms.
            "own_in_unit": not hasattr(innermost(model), "combine"),
        }
        names = channel_names or [f"x{i}" for i in range(model.n_features_in_)]
        rule = replace(
            _in_samples(rule, step), localize=rule.localize and usual_error is not None
        )
        if int(rule.min_length) > max_open:
            raise ValueError(
                f"min_length={rule.min_length} is more than max_open={max_open}, both "
                "in samples: alarms would be closed before they are long enough for an "
                "event. Pass a larger max_open, which takes more memory."
            )
        return cls(rule, float(offset), facts, tuple(map(str, names)), max_open)

    def follow(
        self,
        state: KeyState,
        first: int,
        scores: Floats,
        assess: Callable[[int, int], tuple[Floats, Assessment]],
        *,
        ended: bool = False,
    ) -> tuple[NDArray[np.bool_], list[int], list[Event]]:
        """Take the next scores into a state, and return alarms and events.

        Parameters
        ----------
        state : KeyState
            State, whose alarm is brought up to date.
        first : int
            Position of the first sample.
        scores : ndarray of shape (n,)
            Scores of consecutive samples.
        assess : callable
            Function that returns the values and the assessment of the samples from one
            position up to another.
        ended : bool, default=False
            Whether no samples follow.

        Returns
        -------
        in_alarm : ndarray of shape (n,) of bool
            Samples with an alarm.
        opened : list of int
            Where alarms began.
        closed : list of Event
            Events that can no longer change.
        """
        in_alarm = self._in_alarm(state.recent, scores)
        stop, opened, closed = first + len(scores), [], []
        for begin, end in zip(*(each + first for each in runs(in_alarm)), strict=True):
            if state.run is not None and self._is_over(state.run, begin):
                closed += self._close(state)
            if state.run is None:
                opened.append(int(begin))
                lead = self._recent(state.recent, scores[: begin - first])
                state.run = OpenRun(int(begin), int(begin), int(begin), lead)
            self._extend(state.run, int(end), first, scores, assess)
            state.run.last = int(end)
        state.recent = self._recent(state.recent, scores)
        if state.run is None:
            return in_alarm, opened, closed
        if ended or self._is_over(state.run, stop):
            closed += self._close(state)
            return in_alarm, opened, closed
        self._extend(state.run, stop, first, scores, assess)
        if stop - state.run.first >= self.max_open:
            closed += self._close(state)
        return in_alarm, opened, closed

    def _in_alarm(self, recent: Floats, scores: Floats) -> NDArray[np.bool_]:
        below = is_below(np.concatenate([recent, scores]), self.offset)
        alarm = recurring(below, *self.rule.k_of_n)[len(recent) :]
        return alarm & ~np.isnan(scores)

    def _recent(self, recent: Floats, scores: Floats) -> Floats:
        """Return the scores that decide whether the next sample has an alarm."""
        known = np.concatenate([recent, scores])
        return known[max(0, len(known) - self.rule.k_of_n[1] + 1) :]

    def _is_over(self, run: OpenRun, position: int) -> bool:
        """Return whether an alarm at a position would not be merged with a run."""
        return position - run.last > int(self.rule.merge_gap)

    def _extend(
        self, run: OpenRun, stop: int, first: int, scores: Floats, assess: Any
    ) -> None:
        """Add the samples up to a position to a run."""
        if stop <= run.stop:
            return
        values, found = assess(run.stop, stop)
        columns = {"values": values, "scores": scores[run.stop - first : stop - first]}
        columns |= {name: getattr(found, name) for name in _ASSESSED}
        run.add({name: one for name, one in columns.items() if one is not None})

    def _close(self, state: KeyState) -> list[Event]:
        """Return the events of a run, found as in a whole series."""
        run, state.run = state.run, None
        assert run is not None
        lead, columns = len(run.lead), run.columns()
        columns = {
            name: np.pad(one, [(lead, 0)] + [(0, 0)] * (one.ndim - 1))
            for name, one in columns.items()
        }
        columns["scores"][:lead] = run.lead
        start = run.first - lead
        # What is before belongs to a run that is over.
        events = self._detected(columns, start, ignored=(start, run.first))
        return [one.shifted(start) for one in events]

    def _detected(
        self, columns: dict[str, Any], start: int, *, ignored: tuple[int, int]
    ) -> tuple[Event, ...]:
        outside = [
            (max(0, first - start), last - start)
            for first, last in (ignored, *self.rule.ignore)
            if last > max(first, start)
        ]
        series = TimeSeries(columns["values"], channel_names=self.channel_names)
        assessed: Any = {name: columns.get(name) for name in _ASSESSED}
        found = Assessment(**assessed)
        detection = as_detection(
            found,
            series,
            scores=columns["scores"],
            rule=replace(self.rule, ignore=outside),
            offset=self.offset,
            **self.facts,
        )
        return detection.events


def _in_samples(rule: EventRule, step: timedelta | None) -> EventRule:
    """Return a rule with numbers of samples instead of durations."""
    if not all(isinstance(bound, Integral) for pair in rule.ignore for bound in pair):
        raise ValueError(
            f"ignore holds {list(rule.ignore)!r}, but the samples of a stream are only "
            "numbered. Pass numbers of samples, from 0 on."
        )
    durations = [
        one for one in (rule.min_length, rule.merge_gap) if isinstance(one, str)
    ]
    if not durations:
        return rule
    if step is None:
        raise ValueError(
            f"{durations[0]!r} is a duration, but the time from sample to sample is "
            "not known. Pass step=timedelta(minutes=1), for instance."
        )
    times = np.array([0, step // timedelta(microseconds=1)], dtype="datetime64[us]")
    min_length, merge_gap = rule.in_samples(TimeSeries([0.0, 0.0], index=times))
    return replace(rule, min_length=min_length, merge_gap=merge_gap)
