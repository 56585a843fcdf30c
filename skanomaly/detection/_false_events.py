"""Number of false events to expect at a threshold."""

from dataclasses import dataclass
from typing import Self

from skanomaly.detection._durations import samples_within
from skanomaly.detection._time_series import TimeSeries
from skanomaly.thresholds import ErrorTail

# Samples that the numbers are reported for.
PER = 10_000


@dataclass(frozen=True)
class FalseEvents:
    """Number of false events to expect on normal samples.

    Runs of abnormal scores are counted, before a rule drops or merges some. Where the
    scores that the number is learned from are too few to know it, it is a bound: as
    many scores, all normal, had less than one run in the mean if the ones to come are
    like them.

    Parameters
    ----------
    per_10000 : float
        Number per 10,000 samples.
    is_bound : bool
        Whether there are fewer, and how many fewer is not known.
    per_week : float or None, default=None
        Number per week; None if the series has no times.

    See Also
    --------
    skanomaly.thresholds.ErrorTail : How it is estimated, and what is assumed.

    Examples
    --------
    >>> from skanomaly.detection import FalseEvents
    >>> print(FalseEvents(per_10000=2.5, is_bound=True, per_week=17.64))
    at most about 2.5 per 10,000 samples (18 per week), the least that 4,000 scores show
    """

    per_10000: float
    is_bound: bool
    per_week: float | None = None

    @classmethod
    def at(cls, threshold: float, tail: ErrorTail, series: TimeSeries) -> Self:
        """Return the number to expect above a threshold.

        Parameters
        ----------
        threshold : float
            Largest error that is normal.
        tail : ErrorTail
            Runs of normal errors.
        series : TimeSeries
            Series whose index may have times.

        Returns
        -------
        expected : FalseEvents
        """
        rate, least = tail.rate(threshold), 1 / tail.n_samples
        known = max(rate, least)
        weekly = samples_per_week(series)
        per_week = None if weekly is None else known * weekly
        return cls(known * PER, rate < least, per_week)

    def __str__(self) -> str:
        text = f"about {_rounded(self.per_10000)} per {PER:,} samples"
        if self.per_week is not None:
            text += f" ({_rounded(self.per_week)} per week)"
        if not self.is_bound:
            return text
        # A bound is no estimate: there may be none at all.
        n_known = round(PER / self.per_10000)
        return f"at most {text}, the least that {n_known:,} scores show"


def samples_per_week(series: TimeSeries) -> float | None:
    """Return the number of samples in a week.

    Parameters
    ----------
    series : TimeSeries
        Series whose index may have times.

    Returns
    -------
    n_samples : float or None
        Number by the median step of the index; None if the series has no times.

    Examples
    --------
    >>> import pandas as pd
    >>> from skanomaly.detection import TimeSeries, samples_per_week
    >>> hours = pd.date_range("2026-01-01", periods=3, freq="h")
    >>> samples_per_week(TimeSeries([1.0, 2.0, 3.0], index=hours))
    168.0
    """
    try:
        # Of a hundred weeks, since numbers of samples are rounded.
        return samples_within("per_week", "100w", series, whole=False) / 100
    except (TypeError, ValueError):  # an index need not be one of times
        return None


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.2g}"
