"""A fitted model that brings the states of series up to date."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.detection import ends_of
from skanomaly.detectors import Assessment
from skanomaly.streaming._stream_events import Alarms
from skanomaly.streaming._stream_plan import (
    Plan,
    Rings,
    part_of,
    plan_of,
)
from skanomaly.streaming._stream_state import KeyState
from skanomaly.streaming._stream_update import StreamUpdate

Floats = NDArray[np.float64]


class Scored(NamedTuple):
    """Scores of the next samples of a series, and what later ones need of them."""

    scores: Floats
    rings: Rings


@dataclass(frozen=True)
class StreamModel:
    """Fitted model that scores the next samples of series, given their states.

    Parameters
    ----------
    plan : Plan
        How scores follow from samples.
    alarms : Alarms
        Rule of alarms and events.
    n_channels : int
        Number of values per sample.
    n_held : int
        Number of last samples that are kept of a series.
    """

    plan: Plan
    alarms: Alarms
    n_channels: int
    n_held: int

    @classmethod
    def of(cls, model: Any, alarms: Alarms, *, plain: bool) -> Self:
        """Return the fitted model of a stream, whose networks NumPy may compute."""
        plan = plan_of(model, plain=plain)
        n_held = max(plan.reach + 1, ends_of(model))
        return cls(plan, alarms, int(model.n_features_in_), n_held)

    @property
    def facts(self) -> Floats:
        """Numbers that a state depends on: channels, reach and offset."""
        facts = (self.n_channels, self.plan.before, self.plan.after, self.alarms.offset)
        return np.array(facts, dtype=np.float64)

    def new_state(self) -> KeyState:
        """Return the state of a series without samples."""
        return KeyState(np.empty((0, self.n_channels)))

    def scored(
        self, states: Sequence[KeyState], samples: Sequence[Floats]
    ) -> list[Scored]:
        """Return the scores of the next samples of series, which stay as they are."""
        found = [Scored(np.full(len(block), np.nan), {}) for block in samples]
        alike: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for i, (state, block) in enumerate(zip(states, samples, strict=True)):
            n_rows = min(len(block), state.n_seen + len(block) - self.plan.reach)
            if n_rows > 0:
                alike[n_rows, bool(state.rings)].append(i)
        for (n_rows, _), places in alike.items():
            some = [(states[i], samples[i]) for i in places]
            for i, scored in zip(places, self._scored_alike(some, n_rows), strict=True):
                found[i].scores[-n_rows:] = scored.scores
                found[i].rings.update(scored.rings)
        return found

    def _scored_alike(
        self, series: Sequence[tuple[KeyState, Floats]], n_rows: int
    ) -> list[Scored]:
        """Return the scores of the last rows of several series, in one pass."""
        rings = {
            number: np.stack([state.rings[number] for state, _ in series])
            for number in series[0][0].rings
        }
        n_samples = self.plan.needs(n_rows, rings)
        last = [
            np.concatenate([s.held[-n_samples:], block])[-n_samples:]
            for s, block in series
        ]
        errors = self.plan.scored(np.stack(last), n_rows, rings).scores
        return [
            # A view would keep the errors of all series.
            Scored(scores, {number: ring[i].copy() for number, ring in rings.items()})
            for i, scores in enumerate(errors.reshape(len(series), n_rows))
        ]

    def taken(self, state: KeyState, block: Floats, scored: Scored) -> StreamUpdate:
        """Bring the state of a series up to date with scored samples."""
        joined, origin = np.concatenate([state.held, block]), state.n_seen
        origin -= len(state.held)
        before, after = self.plan.before, self.plan.after

        def assess(start: int, stop: int) -> tuple[Floats, Assessment]:
            start, stop = start - origin, stop - origin
            found = self.plan.assessed(joined[start - before : stop + after])
            return joined[start:stop], found

        first = state.n_seen - after
        done = self.alarms.follow(state, first, scored.scores, assess)
        state.n_seen += len(block)
        state.held = joined[max(0, len(joined) - self.n_held) :].copy()
        state.rings = scored.rings or state.rings
        return StreamUpdate.of(first, scored.scores, *done)

    def ended(self, state: KeyState) -> StreamUpdate:
        """Return the last scores and events of a series."""
        held, n, after = state.held, state.n_seen, self.plan.after
        scores = np.full(after, np.nan)
        n_known = min(after, n - self.plan.before)
        found = None
        if n_known > 0:
            n_last = min(self.plan.reach + 1, len(held) - self.plan.before)
            found = self.plan.assessed(held, n_last=n_last)
            scores[after - n_known :] = found.scores[-n_known:]

        def assess(start: int, stop: int) -> tuple[Floats, Assessment]:
            assert found is not None
            rows = slice(start - n or None, stop - n or None)
            return held[rows], part_of(found, rows)

        done = self.alarms.follow(state, n - after, scores, assess, ended=True)
        return StreamUpdate.of(n - after, scores, *done)
