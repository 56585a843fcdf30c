"""Where events begin and end, from the errors of single samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skanomaly.events._decide import runs

# Part of the way from a usual error to the largest one of an event from which on a
# sample belongs to the event.
SHARE = 0.05


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
    gap: int,
) -> list[Extent]:
    """Cut spans back to the samples whose own errors are large.

    The score of a sample is averaged over the windows that cover it, so that a span of
    abnormal scores is a window wider than the anomaly, and may hold several.

    Parameters
    ----------
    spans : sequence of (int, int)
        Start and stop of each span.
    own_errors : ndarray of shape (n_samples,), values >= 0
        Error of each sample alone.
    usual : float
        Error that normal samples rarely exceed.
    gap : int
        Maximum number of samples without a large error within an event.

    Returns
    -------
    found : list of Extent
        At least one for each span, in temporal order.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import extents
    >>> own = np.array([0.1, 0.1, 0.1, 9.0, 8.0, 0.1, 0.2, 0.1])
    >>> extents([(1, 7)], own, usual=0.3, gap=1)
    [Extent(start=3, stop=5, span_start=1, span_stop=7)]
    """
    return [
        Extent(span_start + start, span_start + stop, span_start, span_stop)
        for span_start, span_stop in spans
        for start, stop in _parts(own_errors[span_start:span_stop], usual, gap)
    ]


def _parts(
    own_errors: NDArray[np.float64], usual: float, gap: int
) -> list[tuple[int, int]]:
    """Return start and stop of each part of a span with large errors."""
    largest = np.nanmax(own_errors, initial=0.0)
    # If no error is unusual, the span is abnormal for the shape of the whole.
    least = usual + SHARE * (largest - usual) if largest > usual else 0.0
    starts, stops = runs(own_errors >= least)
    if not len(starts):
        return [(0, len(own_errors))]
    apart = starts[1:] - stops[:-1] > gap
    starts, stops = starts[np.r_[True, apart]], stops[np.r_[apart, True]]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))
