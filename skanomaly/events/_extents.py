"""Where events begin and end, from the errors of single samples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skanomaly.events._decide import runs

# An extent has an error of more than so many times the usual one, and its errors are
# above this part of the way from the usual one to the largest of the span.
STRONG, SHARE = 3.0, 0.05


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
    errors: NDArray[np.float64],
    own_errors: NDArray[np.float64],
    *,
    usual: float,
    gap: int,
) -> list[Extent]:
    """Cut spans back to the samples whose own errors are large.

    The error of a sample is averaged over the windows that cover it, so that a span of
    abnormal errors is a window wider than the anomaly, and may hold several. An average
    does not exceed the largest of what it is made of: a span whose own errors are all
    smaller than its error is abnormal for the shape of the whole, and remains as it is.

    Parameters
    ----------
    spans : sequence of (int, int)
        Start and stop of each span.
    errors : ndarray of shape (n_samples,)
        Error of each sample, which spans were found in.
    own_errors : ndarray of shape (n_samples,), values >= 0
        Error of each sample alone.
    usual : float
        Own error that normal samples rarely exceed.
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
    >>> errors = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 2.0, 2.0, 1.0])
    >>> own = np.array([0.1, 0.1, 0.1, 9.0, 8.0, 0.1, 0.2, 0.1])
    >>> extents([(1, 7)], errors, own, usual=0.3, gap=1)
    [Extent(start=3, stop=5, span_start=1, span_stop=7)]
    """
    return [
        Extent(span_start + start, span_start + stop, span_start, span_stop)
        for span_start, span_stop in spans
        for start, stop in _parts(
            np.fmax.reduce(errors[span_start:span_stop]),
            own_errors[span_start:span_stop],
            usual,
            gap,
        )
    ]


def _parts(
    error: float, own_errors: NDArray[np.float64], usual: float, gap: int
) -> list[tuple[int, int]]:
    """Return start and stop of each part of a span with large errors."""
    strong = STRONG * usual
    largest = np.fmax.reduce(own_errors, initial=0.0)
    if largest <= max(error, strong):
        return [(0, len(own_errors))]
    starts, stops = runs(own_errors > usual + SHARE * (largest - usual))
    apart = starts[1:] - stops[:-1] > gap
    starts, stops = starts[np.r_[True, apart]], stops[np.r_[apart, True]]
    return [
        (start, stop)
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        if np.fmax.reduce(own_errors[start:stop]) > strong
    ]
