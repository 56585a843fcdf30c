"""Plans of the scores of the newest samples, from those before them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline

from skanomaly.detection import ask, in_unit_of_series, unwrapped, window_of
from skanomaly.detectors import Assessment, BaseDetector, PositionErrors
from skanomaly.windows import Shingler, sliding_view

Floats = NDArray[np.floating]
# Errors of the last positions of several series, by the number of the detector.
Rings = dict[int, NDArray[np.float32]]
# Function that returns the errors of the positions of a detector, and its number.
Judged = Callable[[BaseDetector], tuple[PositionErrors, int]]


@dataclass(frozen=True)
class Plan(ABC):
    """Scores of samples whose windows lie within a series.

    Parameters
    ----------
    before, after : int
        Number of samples before and after a sample that its score depends on.
    """

    before: int
    after: int

    @property
    def reach(self) -> int:
        """Number of samples that a score depends on, without its own."""
        return self.before + self.after

    @abstractmethod
    def needs(self, n_rows: int, rings: Rings) -> int:
        """Return the number of last samples that `scored` looks at."""

    @abstractmethod
    def scored(self, series: Floats, n_rows: int, rings: Rings) -> Assessment:
        """Return the errors of the last samples of several series, side by side.

        Parameters
        ----------
        series : ndarray of shape (n_series, n_samples, n_channels)
            Last samples, at least as many as `needs` says.
        n_rows : int
            Number of samples of each series to score. The last one is `after` samples
            before the end.
        rings : dict of int to ndarray
            What was computed for the samples before. It is brought up to date.
        """

    @abstractmethod
    def assessed(self, series: Floats, *, n_last: int = 0) -> Assessment:
        """Return errors and expected values of all samples with whole windows.

        With `n_last`, of so many last samples: their windows are padded, as no others
        follow. What they are padded with may lie far back.
        """


@dataclass(frozen=True)
class Records(Plan):
    """Detector whose rows are samples, or windows cut by a `Shingler`."""

    judge: Any
    shingler: Shingler | None

    def needs(self, n_rows: int, rings: Rings) -> int:
        """Return the number of samples in the windows of all rows."""
        return self.reach + n_rows

    def scored(self, series: Floats, n_rows: int, rings: Rings) -> Assessment:
        """Return the errors of rows, of all series at once if it is one of each."""
        steps = self.needs(n_rows, rings)
        cut = [self._rows(one[-steps:]) for one in series]
        if n_rows == 1:
            return ask(self.judge, np.concatenate(cut))
        return _joined([ask(self.judge, rows) for rows in cut])

    def assessed(self, series: Floats, *, n_last: int = 0) -> Assessment:
        """Return the assessment of rows, with the own error of each sample."""
        if self.shingler is None:
            return ask(self.judge, series[-n_last:])  # with 0, all of them
        if n_last:
            rows = self.shingler.transform(series)[-n_last:]
        else:
            rows = self._rows(series)
        return ask(self.judge, rows, step=self.before)

    def _rows(self, series: Floats) -> Floats:
        if self.shingler is None:
            return series
        rows = sliding_view(series, self.reach + 1)
        if self.shingler.flatten:
            return rows
        return rows.reshape(len(rows), self.reach + 1, -1)


@dataclass(frozen=True)
class Positions(Records):
    """Detector of this package, which judges only the positions that are new."""

    errors: PositionErrors
    number: int

    def needs(self, n_rows: int, rings: Rings) -> int:
        """Return the number of samples at the new positions."""
        known = self.errors.n_positions - 1 if self.number in rings else 0
        return self.reach + n_rows - known

    def scored(self, series: Floats, n_rows: int, rings: Rings) -> Assessment:
        """Return the errors of rows from those of their positions, old and new."""
        found = self.errors.of(series[:, -self.needs(n_rows, rings) :])
        if self.number in rings:
            found = np.concatenate([rings[self.number], found], axis=1)
        rings[self.number] = found[:, found.shape[1] - self.errors.n_positions + 1 :]
        return self.errors.assessment(found)


@dataclass(frozen=True)
class Transformed(Plan):
    """Plan of samples that transformers have changed, each by itself."""

    transformers: Sequence[Any]
    inner: Plan

    def needs(self, n_rows: int, rings: Rings) -> int:
        """Return the number of last samples that `scored` looks at."""
        return self.inner.needs(n_rows, rings)

    def scored(self, series: Floats, n_rows: int, rings: Rings) -> Assessment:
        """Return the errors of the last samples of several series, side by side."""
        last = series[:, -self.needs(n_rows, rings) :]
        changed = self._changed(last.reshape(-1, last.shape[2]))
        shape = (*last.shape[:2], -1)
        return self.inner.scored(changed.reshape(shape), n_rows, rings)

    def assessed(self, series: Floats, *, n_last: int = 0) -> Assessment:
        """Return errors and expected values, these in the unit of the series."""
        # Transformers may change what they are passed.
        found = self.inner.assessed(self._changed(series.copy()), n_last=n_last)
        rows = slice(self.before, len(series) - self.after)
        if n_last:
            rows = slice(-n_last, None)
        return in_unit_of_series(found, self.transformers, series[rows])

    def _changed(self, series: Floats) -> Floats:
        for transformer in self.transformers:
            series = transformer.transform(series)
        return np.asarray(series)


@dataclass(frozen=True)
class Several(Plan):
    """Members of an ensemble, each of which waits for the one with the most delay."""

    combine: Callable[[list[Assessment]], Assessment]
    members: Sequence[Plan]

    def needs(self, n_rows: int, rings: Rings) -> int:
        """Return the number of last samples that `scored` looks at."""
        return self.after + max(
            one.needs(n_rows, rings) - one.after for one in self.members
        )

    def scored(self, series: Floats, n_rows: int, rings: Rings) -> Assessment:
        """Return the errors of the last samples of several series, side by side."""
        stop = series.shape[1] - self.after
        return self.combine(
            [
                one.scored(series[:, : stop + one.after], n_rows, rings)
                for one in self.members
            ]
        )

    def assessed(self, series: Floats, *, n_last: int = 0) -> Assessment:
        """Return errors and expected values of all samples with whole windows."""
        if n_last:
            found = [one.assessed(series, n_last=n_last) for one in self.members]
            return self.combine(found)
        before, stop = self.before, len(series) - self.after
        parts = (
            (one, series[before - one.before : stop + one.after])
            for one in self.members
        )
        return self.combine([one.assessed(part) for one, part in parts])


def plan_of(model: Any, *, plain: bool) -> Plan:
    """Return the plan of a fitted pipeline or outlier detector.

    With `plain`, NumPy computes the outputs of networks whose layers it knows.

    Raises
    ------
    ValueError
        If a score depends on all samples before it.
    """
    numbers = count()

    def judged(detector: BaseDetector) -> tuple[PositionErrors, int]:
        return PositionErrors(detector, plain=plain), next(numbers)

    return _plan(_bare(model), judged)


def _plan(model: Any, judged: Judged) -> Plan:
    if window_of(model) is None:
        return Records(0, 0, model, None)
    if hasattr(model, "steps"):
        return _plan_of_pipeline(model, judged)
    if not hasattr(model, "combine"):
        return _plan(model.estimator_, judged)
    members = [_plan(one, judged) for one in _members(model)]
    reach = (max(one.before for one in members), max(one.after for one in members))
    return Several(*reach, model.combine, members)


def _plan_of_pipeline(pipeline: Any, judged: Judged) -> Plan:
    steps = [step for _, step in pipeline.steps]
    place = next((i for i, one in enumerate(steps) if isinstance(one, Shingler)), None)
    if place is None:
        transformers, inner = steps[:-1], _plan(steps[-1], judged)
    else:
        transformers, rest = steps[:place], steps[place + 1 :]
        judge = rest[0] if len(rest) == 1 else make_pipeline(*rest)
        inner = _plan_of_windows(steps[place], judge, judged)
    transformers = [one for one in transformers if hasattr(one, "transform")]
    if not transformers:
        return inner
    return Transformed(inner.before, inner.after, transformers, inner)


def _plan_of_windows(shingler: Shingler, judge: Any, judged: Judged) -> Plan:
    before = int(shingler.own_step_)
    after = int(shingler.window_) - 1 - before
    if not isinstance(judge, BaseDetector):
        return Records(before, after, judge, shingler)
    errors, number = judged(judge)
    # Own errors of an alarm are computed for few rows at once, too.
    return Positions(before, after, errors.detector, shingler, errors, number)


def _bare(model: Any) -> Any:
    """Return a copy that neither warns of lacking names nor remembers its answers."""
    model = copy(unwrapped(model))
    vars(model).pop("feature_names_in_", None)
    if hasattr(model, "memory"):
        model.memory = None
    if hasattr(model, "steps"):
        model.steps = [
            (name, one if isinstance(one, str) or one is None else _bare(one))
            for name, one in model.steps
        ]
    if hasattr(getattr(model, "estimator_", None), "score_samples"):
        model.estimator_ = _bare(model.estimator_)
    return model


def _members(model: Any) -> list[Any]:
    """Return the members of an ensemble of pipelines."""
    return (
        [_bare(one) for one in model.estimators_] if hasattr(model, "combine") else []
    )


def part_of(assessment: Assessment, rows: slice) -> Assessment:
    """Return the assessment of some rows, without a curve."""
    some: dict[str, Any] = {
        field.name: value[rows]
        for field in fields(assessment)
        if isinstance(value := getattr(assessment, field.name), np.ndarray)
    }
    return replace(assessment, **some, curve=None)


def _joined(parts: Sequence[Assessment]) -> Assessment:
    """Return the errors of several series, side by side."""
    errors, apart = (
        np.concatenate([getattr(one, name) for one in parts])
        for name in ("errors", "apart")
    )
    return Assessment(errors, apart=apart)
