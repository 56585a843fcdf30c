"""Where events begin and end, from the errors of single samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skanomaly.events._decide import merged, runs

# A part of an event has an error of more than so many times the usual one, and of more
# than the first share of the way from there to the largest of the span. It reaches as
# far as errors exceed the second share, since anomalies begin and end with small ones.
STRONG, CORE, FLANK = 3.0, 0.05, 0.015
# Quantile of the own errors of normal samples that is usual.
_USUAL = 0.99


class Gaps(NamedTuple):
    """Numbers of samples that may look normal within an event.

    Parameters
    ----------
    within : int, default=0
        Maximum number of samples without a large error within a part of an event.
    between : int, default=0
        Maximum number between parts of the same event, each of which has a strong
        error. Elsewhere, a chain of somewhat larger errors than usual would move the
        ends of the event.
    """

    within: int = 0
    between: int = 0


class Extent(NamedTuple):
    """Event within the span of samples whose windows are abnormal.

    Parameters
    ----------
    start, stop : int
        First sample of the event, and the one after its last.
    span_start, span_stop : int
        First sample of the span, and the one after its last.
    """

    start: int
    stop: int
    span_start: int
    span_stop: int


def extents(
    spans: Sequence[tuple[int, int]],
    own_errors: NDArray[np.float64],
    *,
    usual: float,
    gaps: Gaps,
    errors: NDArray[np.float64] | None = None,
) -> list[Extent]:
    """Cut spans back to the samples whose own errors are large.

    The error of a sample is averaged over the windows that cover it, so that a span of
    abnormal errors is a window wider than the anomaly, and may hold several. A span
    without a sample whose own error is large is abnormal for the shape of the whole,
    and remains as it is.

    Parameters
    ----------
    spans : sequence of (int, int)
        Start and stop of each span.
    own_errors : ndarray of shape (n_samples,), values >= 0
        Error of each sample alone.
    usual : float
        Own error that normal samples rarely exceed.
    gaps : Gaps
        Maximum numbers of samples without a large error within an event.
    errors : ndarray of shape (n_samples,) or None, default=None
        Error of each sample, which the spans were found in, if it is in the unit of own
        errors. As an average does not exceed the largest of what it is made of, a span
        whose own errors are all smaller than its error remains as it is.

    Returns
    -------
    found : list of Extent
        At least one for each span, in temporal order.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import Gaps, extents
    >>> own = np.array([0.1, 0.1, 0.1, 9.0, 8.0, 0.1, 0.2, 0.1])
    >>> extents([(1, 7)], own, usual=0.3, gaps=Gaps(1, 1))
    [Extent(start=3, stop=5, span_start=1, span_stop=7)]
    """
    return [
        Extent(span_start + start, span_start + stop, span_start, span_stop)
        for span_start, span_stop in spans
        for start, stop in _parts(
            own_errors[span_start:span_stop],
            usual,
            gaps,
            None if errors is None else errors[span_start:span_stop],
        )
    ]


def _parts(
    own_errors: NDArray[np.float64],
    usual: float,
    gaps: Gaps,
    errors: NDArray[np.float64] | None,
) -> list[tuple[int, int]]:
    """Return start and stop of each part of a span with large errors."""
    # Half of the largest number, so that differences are finite.
    own_errors = np.minimum(own_errors, np.finfo(np.float64).max / 2)
    strong = STRONG * usual
    largest = np.fmax.reduce(own_errors, initial=0.0)
    average = 0.0 if errors is None else np.fmax.reduce(errors)
    if not (largest > average and largest > strong):  # or if one is no number
        return [(0, len(own_errors))]
    starts, stops = runs(own_errors > usual + FLANK * (largest - usual))
    core = max(strong, usual + CORE * (largest - usual))
    parts = [
        (start, stop)
        for start, stop in _joined(starts, stops, gaps.within)
        if np.fmax.reduce(own_errors[start:stop]) > core
    ]
    starts, stops = np.array(parts).T
    return _joined(starts, stops, gaps.between)


def _joined(
    starts: NDArray[np.intp], stops: NDArray[np.intp], gap: int
) -> list[tuple[int, int]]:
    return merged(starts, stops, starts[1:] - stops[:-1] > gap)


def usual_own_error(
    own_errors: NDArray[np.float64], scores: NDArray[np.float64]
) -> float | None:
    """Return the own error that normal samples rarely exceed.

    The 99th percentile over the half of the samples with the best scores, which holds
    whatever anomalies the other half has.

    Parameters
    ----------
    own_errors : ndarray of shape (n_samples,), values >= 0
        Error of each sample alone; NaN where it is not known.
    scores : ndarray of shape (n_samples,)
        Scores of the samples; NaN where there is none.

    Returns
    -------
    usual : float or None
        None if no sample is known.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import usual_own_error
    >>> usual_own_error(np.array([1.0, 9.0, 8.0, 1.0]), np.array([-1.0, -9, -8, -1]))
    1.0
    """
    known = np.isfinite(own_errors) & ~np.isnan(scores)
    if not known.any():
        return None
    best = scores[known] >= np.median(scores[known])
    return float(np.quantile(own_errors[known][best], _USUAL))
