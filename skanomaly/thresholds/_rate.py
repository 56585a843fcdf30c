"""Threshold rule based on the number of false events."""

import warnings
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._tail import ErrorTail

# Fewer intervals of the rate in the scores leave it to extrapolation.
_ENOUGH_INTERVALS = 3


class RateThreshold(BaseThreshold):
    """Threshold above which normal data has a given number of runs per sample.

    Runs of consecutive anomalous samples are counted, as events are, not samples: where
    windows overlap, one exceedance is followed by others. Suitable where the number of
    false alarms is what matters. Where the scores are fewer than three times the
    interval between two runs, the threshold is extrapolated from their tail, and a
    warning says so; the number is then right in the mean over many series rather than
    for each. Anomalies among the training scores raise the threshold.

    Parameters
    ----------
    rate : float, default=1e-4
        Expected number of runs of anomalous samples per normal sample, in (0, 1). As
        text, ``"rate:1/10000"``.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous. It is never above the median of the
        scores, also if there are never as many runs.

    Warns
    -----
    UserWarning
        If there are fewer scores than three times ``1 / rate``.

    See Also
    --------
    POTThreshold : The number of anomalous samples instead of runs.

    Notes
    -----
    The number of runs above a threshold is that of
    :class:`skanomaly.thresholds.ErrorTail`, which states the assumptions. Scores must
    be in temporal order.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import find_events
    >>> from skanomaly.thresholds import RateThreshold
    >>> noise = np.random.default_rng(0).normal(size=60_000)
    >>> scores = -np.convolve(noise**2, np.hanning(50), mode="valid")
    >>> rule = RateThreshold(rate=1 / 1_000).fit(scores[:20_000])
    >>> len(find_events(scores[20_000:], offset=rule.offset_))  # in 40 thousand
    46
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "rate": [Interval(Real, 0, 1, closed="neither")]
    }

    def __init__(self, rate: float = 1e-4) -> None:
        self.rate = rate

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        needed = _ENOUGH_INTERVALS / self.rate
        if errors.size < needed:
            warnings.warn(
                f"One run of anomalous samples in {1 / self.rate:,.0f} is asked for, "
                f"but the threshold is learned from {errors.size:,} scores, so it is "
                f"extrapolated. Train on more data, so that at least {needed:,.0f} "
                "scores say how far normal errors reach, or ask for a higher rate.",
                UserWarning,
                stacklevel=2,
            )
        return ErrorTail.of(errors).threshold(self.rate)
