"""Deviations of events from the expected values, and those that are reported."""

from collections.abc import Iterable
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly.events import Event

if TYPE_CHECKING:
    from skanomaly.detection._detection import Detection
    from skanomaly.detection._rule import EventRule

Floats = NDArray[np.float64]

# A deviation may lack so much of the values whose difference it is, as it is rounded
# as they are. The page has the same number, or a larger one for its shorter numbers.
ROUNDING = 1e-12


def deviation_of(residuals: Floats, expected: Floats) -> tuple[float, float, float]:
    """Return the mean residual of an event, its mean size, and that of expected values.

    Each sample counts by the size of its residual, so that the samples that deviate
    decide, however few they are.

    Parameters
    ----------
    residuals, expected : ndarray of shape (n,)
        Residuals and expected values of the samples; NaN where they are not known.

    Returns
    -------
    deviation, absolute, size : float
        Means of the residuals, of their absolute values, and of the absolute values of
        what was expected. NaN if nothing is known.
    """
    known = np.isfinite(residuals)
    residuals, expected = residuals[known], expected[known]
    if not len(residuals):
        return nan, nan, nan
    sizes = np.abs(residuals)
    total = sizes.sum()
    if not total:
        return 0.0, 0.0, float(np.abs(expected).mean())
    means = sizes / total @ np.stack([residuals, sizes, np.abs(expected)], axis=1)
    deviation, absolute, size = means.tolist()
    return deviation, absolute, size


def check_deviations(detection: "Detection") -> None:
    """Raise if the deviations of events from expected values are not known."""
    rule, about = detection.rule, detection.about
    asked = f"direction={rule.direction!r} and min_deviation={rule.min_deviation!r}"
    if detection.expected is None:
        raise ValueError(
            f"{asked} compare values with expected ones, which {about.detector} does "
            "not have. Use a detector that reconstructs or forecasts samples, such as "
            "the default ensemble."
        )
    if detection.channel_errors is None and detection.series.n_channels > 1:
        raise ValueError(
            f"{asked} are of the channel with the largest error, but the errors of "
            "the channels are not known. Use a detector that separates channels."
        )


def deviating(
    events: Iterable[Event],
    rule: "EventRule",
    residuals: Floats,
    expected: Floats,
    names: tuple[str, ...],
) -> list[Event]:
    """Return the events that deviate far enough, in the direction of the rule.

    Parameters
    ----------
    events : iterable of Event
        Events; the channel of each, or the only one, decides.
    rule : EventRule
        Rule with a direction and a least deviation.
    residuals, expected : ndarray of shape (n_samples, n_channels)
        Values minus expected values, and expected values.
    names : tuple of str
        Names of the channels.

    Returns
    -------
    kept : list of Event
        Those that are not known to deviate otherwise.
    """
    least, is_relative = rule.least_deviation
    kept = []
    for event in events:
        channel = 0 if event.channel is None else names.index(event.channel)
        samples = slice(event.start, event.stop), channel
        deviation, absolute, size = deviation_of(residuals[samples], expected[samples])
        sides = {"both": absolute, "up": deviation, "down": -deviation}
        reached = sides[rule.direction]
        is_other = rule.direction != "both" and reached <= 0
        asked = least * (size if is_relative else 1)
        rounding = ROUNDING * (size + absolute)
        # Comparisons with NaN are false.
        if not (is_other or reached < asked - rounding):
            kept.append(event)
    return kept
