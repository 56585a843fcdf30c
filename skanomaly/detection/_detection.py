"""Result of one fitted estimator on one series."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._text import plural
from skanomaly._validation import check_lengths
from skanomaly.detection._deviation import check_deviations, deviating
from skanomaly.detection._facts import RunFacts
from skanomaly.detection._false_events import FalseEvents
from skanomaly.detection._intervals import to_positions
from skanomaly.detection._rule import EventRule, check_is_rule
from skanomaly.detection._tables import events_frame, scores_frame
from skanomaly.detection._time_series import TimeSeries
from skanomaly.detection._verdict import VerdictMixin, Verdicts
from skanomaly.events import (
    Event,
    Extent,
    Gaps,
    events_to_labels,
    extents,
    find_events,
    is_below,
    recurring,
    runs,
    severity,
    usual_own_error,
    usual_score,
)
from skanomaly.thresholds import ErrorTail

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.plotting import SeriesDisplay

Floats = NDArray[np.float64]

_MATRICES = ("expected", "expected_lower", "expected_upper", "channel_errors")
_SOURCES = ("fit", "series", "rule", "feedback")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Detection(VerdictMixin):
    """Scores, labels, events and expected values of a series.

    :func:`skanomaly.detect` returns one. It is immutable: ``dataclasses.replace``
    returns a detection with another offset or rule, and labels and events derived from
    it, without running the detector again.

    Parameters
    ----------
    series : TimeSeries
        The series, with its index, names, training part and truth.
    scores : array-like of shape (n_samples,)
        Scores of the samples; lower is more abnormal, NaN if a sample has no score.
    offset : float
        Threshold on the scale of the scores; scores below it are anomalous.
    tail : ErrorTail or None, default=None
        Errors of normal samples, from which severities are measured and false events
        estimated. If None, those of the training part; without one, severities are
        measured from the median of all scores.
    threshold_source : {"fit", "series", "rule", "feedback"}, default="fit"
        Where the offset comes from: the fit of the estimator, the scores of the series,
        a rule that was asked for, or verdicts on events.
    rule : EventRule, default=EventRule()
        Definition of an event.
    expected : ndarray of shape (n_samples, n_channels) or None, default=None
        Values that the detector expected, in the unit of the series; NaN where there
        is no expected value.
    expected_lower, expected_upper : ndarray of shape (n_samples, n_channels) or None, \
            default=None
        Band around the expected values. Where the value of a channel leaves it, its
        own error alone is that of an event: three times the usual one. Predictions are
        held fixed.
    channel_errors : ndarray of shape (n_samples, n_channels) or None, default=None
        Contribution of each channel to the error; sums to ``-scores`` over the
        channels. None if the detector does not separate channels, or if there is only
        one.
    own_errors : ndarray of shape (n_samples, n_channels) or (n_samples, 1), or None, \
            default=None
        Error of the sample itself rather than of the window around it; its columns sum
        to the error of the sample. It has a single column if the detector does not
        separate the channels of the series.
    own_in_unit : bool, default=True
        Whether own errors are in the unit of the scores, as those of all detectors but
        ensembles are.
    gaps : Gaps, default=Gaps(within=0, between=0)
        Maximum numbers of samples with usual own errors within an event.
    usual : float or None, default=None
        Own error that normal samples rarely exceed; None learns it from these samples.
    about : RunFacts, default=RunFacts()
        Facts about the run: detector, window and training history.
    verdicts : Verdicts or None, default=None
        Scores of the events that were confirmed and dismissed; None before the first.

    Raises
    ------
    TypeError
        If the rule is no :class:`EventRule`.
    ValueError
        If the shapes of scores, expected values or errors do not match the series, if
        the rule has a duration and the series no times, or if it has a direction or a
        least deviation and there are no expected values.

    See Also
    --------
    detect : Score a series with a fitted estimator and find its events.
    skanomaly.detection.judge : Compare a detection with the true labels.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from skanomaly import Detection
    >>> from skanomaly.detection import TimeSeries
    >>> series = TimeSeries([1.0, 1.0, 5.0, 2.0])
    >>> found = Detection(series=series, scores=[-1.0, -1.0, -9.0, -3.0], offset=-4.0)
    >>> [(event.start, event.stop) for event in found.events]
    [(2, 3)]
    >>> found.labels
    array([ 1,  1, -1,  1])
    >>> [(event.start, event.stop) for event in replace(found, offset=-2.0).events]
    [(2, 4)]
    """

    series: TimeSeries
    scores: Floats
    offset: float
    tail: ErrorTail | None = None
    threshold_source: str = "fit"
    rule: EventRule = field(default_factory=EventRule)
    expected: Floats | None = None
    expected_lower: Floats | None = None
    expected_upper: Floats | None = None
    channel_errors: Floats | None = None
    own_errors: Floats | None = None
    own_in_unit: bool = True
    gaps: Gaps = field(default_factory=Gaps)
    usual: float | None = None
    about: RunFacts = field(default_factory=RunFacts)
    verdicts: Verdicts | None = None

    def __post_init__(self) -> None:
        scores = np.asarray(self.scores, dtype=np.float64)
        if not isinstance(self.offset, Real) or np.isnan(self.offset):
            raise ValueError(
                f"offset must be a number, got {self.offset!r}. Pass the offset_ of a "
                "fitted detector."
            )
        check_is_rule(self.rule)
        if scores.ndim != 1:
            raise ValueError(
                f"scores must have shape (n_samples,), got {scores.shape}. Pass the "
                "result of score_samples(X)."
            )
        check_lengths(self.series.n_samples, scores=scores)
        if scores.flags.writeable:  # labels and events follow from them, once
            scores = scores.copy()
            scores.flags.writeable = False
        fields: dict[str, Any] = {"scores": scores}
        training = scores[: self.series.n_train]
        if self.tail is None and np.isfinite(training).any():
            fields["tail"] = ErrorTail.of(0.0 - training)
        for name in _MATRICES:
            matrix = getattr(self, name)
            if matrix is not None:
                fields[name] = self.series.like_values(matrix, name=name)
        if self.own_errors is not None:
            fields["own_errors"] = self._checked_own_errors()
        if self.threshold_source not in _SOURCES:
            raise ValueError(
                f"threshold_source must be one of {', '.join(_SOURCES)}, got "
                f"{self.threshold_source!r}."
            )
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        self._check_rule()

    def _check_rule(self) -> None:
        """Raise if the events of the rule cannot be found in this series."""
        self.rule.in_samples(self.series)
        if self.rule.needs_expected:
            check_deviations(self)

    def _checked_own_errors(self) -> Floats:
        own = np.array(self.own_errors, dtype=np.float64)
        shapes = [(self.series.n_samples, n) for n in {1, self.series.n_channels}]
        if own.shape not in shapes:
            expected = " or ".join(map(str, sorted(shapes)))
            raise ValueError(f"own_errors must have shape {expected}, got {own.shape}.")
        own.flags.writeable = False
        return own

    @property
    def first(self) -> int:
        """Index of the first sample that is searched for events."""
        return 0 if self.rule.in_training else self.series.n_train

    @cached_property
    def ignored(self) -> tuple[tuple[int, int], ...]:
        """Start and stop of the intervals without events, as positions of samples."""
        series = self.series
        return to_positions(self.rule.ignore, series.index, series.n_samples)

    @cached_property
    def n_events_of_channels(self) -> NDArray[np.intp]:
        """Number of events in which each channel has the largest error."""
        names = self.series.channel_names
        places = [names.index(e.channel) for e in self.events if e.channel is not None]
        return np.bincount(np.array(places, dtype=np.intp), minlength=len(names))

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """Label of each sample: -1 within an event, +1 elsewhere."""
        return events_to_labels(self.events, self.series.n_samples)

    @cached_property
    def severities(self) -> Floats:
        """Severity of each sample: 0 for the usual score, 1 at the threshold."""
        return severity(self.scores, offset=self.offset, normal=self.normal_score)

    @property
    def normal_score(self) -> float:
        """Usual score, whose severity is 0."""
        return usual_score(self.scores) if self.tail is None else 0.0 - self.tail.median

    @cached_property
    def false_events(self) -> FalseEvents | None:
        """Number of false events to expect; None without scores of normal samples."""
        if self.tail is None:
            return None
        return FalseEvents.at(0.0 - self.offset, self.tail, self.series)

    @cached_property
    def usual_error(self) -> float | None:
        """Own error that normal samples rarely exceed; None without own errors."""
        if self.own_error is None or self.usual is not None:
            return self.usual
        return usual_own_error(self.own_error, self.scores)

    @cached_property
    def own_error(self) -> Floats | None:
        """Own errors summed over the channels; None without own errors."""
        return None if self.own_errors is None else self.own_errors.sum(axis=1)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Events by the rule, in temporal order."""
        if not self.rule.needs_expected:
            return tuple(self._events_outside(self.ignored))
        assert self.residuals is not None
        assert self.expected is not None
        events, names = self._events_outside(()), self.series.channel_names
        kept = deviating(events, self.rule, self.residuals, self.expected, names)
        if not self.ignored:
            return tuple(kept)
        # Whole events deviate or not, and what remains of those that do is an event.
        dropped = {(event.start, event.stop) for event in events}
        dropped -= {(event.start, event.stop) for event in kept}
        return tuple(self._events_outside((*self.ignored, *sorted(dropped))))

    def __repr__(self) -> str:
        return (
            f"<Detection of {plural(len(self.events), 'event')} in "
            f"{plural(self.series.n_samples, 'sample')} by {self.about.detector}, "
            f"offset {self.offset:.6g}>"
        )

    def _events_outside(self, ignored: Sequence[tuple[int, int]]) -> list[Event]:
        """Return the events outside of intervals, whatever their deviations."""
        scores = self.scores.copy()
        scores[: self.first] = np.nan  # samples without a score are never in an event
        names = None if self.channel_errors is None else self.series.channel_names
        min_length, merge_gap = self.rule.in_samples(self.series)
        return find_events(
            scores,
            offset=self.offset,
            normal=self.normal_score,
            channel_errors=self.channel_errors,
            channel_names=names,
            index=self.series.index,
            extents=self._extents(scores),
            min_length=min_length,
            merge_gap=merge_gap,
            k_of_n=self.rule.k_of_n,
            ignore=ignored,
        )

    def _extents(self, scores: Floats) -> list[Extent] | None:
        """Return where the anomalies are within runs of abnormal scores."""
        own, usual = self.own_error, self.usual_error
        if own is None or usual is None or not self.rule.localize:
            return None
        below = recurring(is_below(scores, self.offset), *self.rule.k_of_n)
        starts, stops = runs(below & ~np.isnan(scores))
        spans = list(zip(starts.tolist(), stops.tolist(), strict=True))
        errors = 0.0 - scores if self.own_in_unit else None
        return extents(spans, own, usual=usual, gaps=self.gaps, errors=errors)

    @cached_property
    def residuals(self) -> Floats | None:
        """Values minus expected values, signed; None without expected values."""
        return None if self.expected is None else self.series.values - self.expected

    @property
    def expected_band(self) -> tuple[Floats, Floats] | None:
        """Lower and upper end of the band; None without a band."""
        if self.expected_lower is None or self.expected_upper is None:
            return None
        return self.expected_lower, self.expected_upper

    @property
    def n_unscored(self) -> int:
        """Number of samples without a score, which are never in an event."""
        return int(np.count_nonzero(np.isnan(self.scores)))

    def to_frame(self) -> "DataFrame":
        """Return a table with one row per sample.

        Returns
        -------
        frame : DataFrame of n_samples rows
            Columns ``time`` (``sample`` if the series has no index), one per channel,
            ``expected_<channel>`` per channel if there are expected values,
            ``expected_lower_<channel>`` and ``expected_upper_<channel>`` if they have a
            band, ``error_<channel>`` per channel if the detector separates channels,
            ``own_error`` if the errors of single samples are known, ``score``,
            ``severity``, ``label``, and ``truth`` if the true labels are known. A
            channel whose name is one of these gets the suffix ``_value``: the values of
            the channel ``score`` are in the column ``score_value``.
        """
        return scores_frame(self)

    def events_to_frame(self) -> "DataFrame":
        """Return a table with one row per event.

        Returns
        -------
        frame : DataFrame of n_events rows
            The fields of :class:`skanomaly.Event` as columns, even if there are no
            events.
        """
        return events_frame(self)

    def plot(self, ax: Any = None) -> "SeriesDisplay":
        """Draw the series with its events.

        Parameters
        ----------
        ax : matplotlib Axes or sequence of them, default=None
            Axes to draw on, one per channel. If None, a new figure is created.

        Returns
        -------
        display : skanomaly.plotting.SeriesDisplay
            Display that holds the axes and the figure.
        """
        from skanomaly.plotting import SeriesDisplay

        return SeriesDisplay.from_detection(self, ax=ax)

    def write(self, folder: str | Path, *, model: Any = None) -> list[Path]:
        """Write the files of ``skanomaly detect``: tables, picture, page and model.

        Parameters
        ----------
        folder : str or Path
            Folder to write to; created if it does not exist.
        model : SavedModel or estimator, default=None
            Fitted pipeline to save for ``skanomaly score``. If None, no model is
            written.

        Returns
        -------
        paths : list of Path
            ``scores.csv``, ``events.csv``, ``run.json``, ``report.png``,
            ``report.html`` and, if a model was passed, ``model.skanomaly``.
        """
        from skanomaly.report import draw_page, draw_report, write_report

        figure, page = draw_report(self), draw_page(self)
        return write_report(self, folder, figure=figure, page=page, model=model)
