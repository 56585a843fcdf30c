"""Contents of the page: facts as JSON, numbers as arrays."""

import re
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly.detection import Detection, judge, samples_per_week
from skanomaly.events import CORE, FLANK, STRONG
from skanomaly.report._page._pack import Arrays, coarse, compact

# Values, expected values and errors together; about 60 MB in a browser.
_MOST_NUMBERS = 15_000_000


def default_title(detection: Detection) -> str:
    """Return a title with the names of the detector and the channels."""
    names = detection.series.channel_names
    listed = ", ".join(names) if len(names) <= 3 else f"{len(names)} channels"
    return f"{detection.about.detector} on {listed}"


def contents_of(detection: Detection, *, title: str) -> tuple[dict[str, Any], bytes]:
    """Return the facts of a detection, and the bytes of the arrays they refer to."""
    arrays = Arrays()
    series, about = detection.series, detection.about
    shown = _channels_to_show(detection)
    contents: dict[str, Any] = {
        "title": title,
        "detector": about.detector,
        "window": about.window,
        "nSamples": series.n_samples,
        "nChannels": series.n_channels,
        "nTrain": series.n_train,
        "first": detection.first,
        "threshold": str(0.0 - detection.offset),  # JSON has no infinity
        "usual": _finite(detection.normal_score),
        "tail": None if detection.tail is None else asdict(detection.tail),
        "samplesPerWeek": samples_per_week(series),
        **_rule(detection),
        "ignored": detection.ignored,
        "own": _own_errors(detection, arrays),
        "history": _numbers(about.history or {}),
        "made": {
            head: {name: _text(value) for name, value in facts.items()}
            for head, facts in about.made.items()
        },
        "index": _index(detection, arrays),
        "error": arrays.add(0.0 - detection.scores),
        "channels": [_channel(detection, channel, arrays) for channel in shown],
        "otherErrors": _other_errors(detection, shown, arrays),
        "truth": None,
    }
    # Without a true anomaly the metrics are not defined.
    if series.truth is not None and series.truth[detection.first :].any():
        contents["truth"] = arrays.add(series.truth)
        metrics = judge(detection)
        # JSON has no NaN, which it is if a sample has no score.
        vus = None if np.isnan(metrics["vus_pr"]) else metrics["vus_pr"]
        contents["vus"] = [vus, metrics["vus_window"]]
    return contents, arrays.to_bytes()


def _channel(detection: Detection, channel: int, arrays: Arrays) -> dict[str, Any]:
    """Return the name of a channel and the places of its arrays."""
    facts: dict[str, Any] = {"name": detection.series.channel_names[channel]}
    matrices = {
        "values": detection.series.values,
        "expected": detection.expected,
        "errors": detection.channel_errors,
    }
    for kind, matrix in matrices.items():
        facts[kind] = None
        if matrix is not None:
            facts[kind] = arrays.add(compact(matrix[:, channel]))
    facts["below"] = facts["above"] = None
    band, expected = detection.expected_band, detection.expected
    if band is not None and expected is not None:
        lower, upper = (end[:, channel] for end in band)
        facts["below"] = arrays.add(coarse(expected[:, channel] - lower))
        facts["above"] = arrays.add(coarse(upper - expected[:, channel]))
    return facts


def _channels_to_show(detection: Detection) -> list[int]:
    """Return the channels that fit into a page, those with the largest errors first."""
    matrices = (
        *(detection.series.values, detection.expected, detection.channel_errors),
        *(detection.expected_lower, detection.expected_upper),
    )
    n_numbers = sum(len(matrix) for matrix in matrices if matrix is not None)
    n_channels = detection.series.n_channels
    n_events, error = detection.n_events_of_channels, np.zeros(n_channels)
    if detection.channel_errors is not None:
        error = detection.channel_errors[detection.first :].sum(axis=0)
    order = np.lexsort((np.arange(n_channels), -error, -n_events))
    return list(map(int, order[: max(1, _MOST_NUMBERS // n_numbers)]))


def _other_errors(
    detection: Detection, shown: list[int], arrays: Arrays
) -> dict[str, Any] | None:
    """Return the place of the summed errors of the channels that are not shown."""
    errors = detection.channel_errors
    if errors is None or len(shown) == errors.shape[1]:
        return None
    left_out = np.ones(errors.shape[1])
    left_out[shown] = 0
    return arrays.add(compact(errors @ left_out))


def _rule(detection: Detection) -> dict[str, Any]:
    """Return what an event is, in samples."""
    min_length, merge_gap = detection.rule.in_samples(detection.series)
    min_deviation, is_relative = detection.rule.least_deviation
    return {
        "kOfN": detection.rule.k_of_n,
        "mergeGap": merge_gap,
        "minLength": min_length,
        "direction": detection.rule.direction,
        "minDeviation": min_deviation,
        "isRelative": is_relative,
    }


def _own_errors(detection: Detection, arrays: Arrays) -> dict[str, Any] | None:
    """Return what cuts events back to their extents; None if they are not cut."""
    own, usual = detection.own_error, detection.usual_error
    if own is None or usual is None or not detection.rule.localize:
        return None
    return {
        "errors": arrays.add(own),
        "usual": usual,
        "gaps": detection.gaps._asdict(),
        "strong": STRONG * usual,
        "inUnit": detection.own_in_unit,
        "core": CORE,
        "flank": FLANK,
    }


def _index(detection: Detection, arrays: Arrays) -> dict[str, Any]:
    """Return the positions of the samples: milliseconds since 1970, or numbers."""
    index, positions = detection.series.index, detection.series.positions
    zone = getattr(index, "tz", None)
    times = positions.dtype.kind == "M"
    numbers = _milliseconds(positions) if times else positions.astype(np.float64)
    if zone is not None and (np.diff(numbers) < 0).any():
        # Local time goes back at the end of daylight saving time; UTC does not.
        numbers, zone = _milliseconds(np.asarray(index.tz_convert(None))), "UTC"
    steps = np.diff(numbers)
    if (steps < 0).any():
        raise ValueError(
            "The index is not sorted: it goes back at sample "
            f"{int(np.argmax(steps < 0)) + 1}. Sort the series by its index."
        )
    kind = "samples" if index is None else "times" if times else "numbers"
    facts: dict[str, Any] = {"kind": kind, "zone": None if zone is None else str(zone)}
    if steps.size and (steps == steps[0]).all():
        return facts | {"start": float(numbers[0]), "step": float(steps[0])}
    return facts | {"array": arrays.add(numbers)}


def _milliseconds(times: NDArray[Any]) -> NDArray[np.float64]:
    """Return times in milliseconds since 1970 as floats, with fractions."""
    nanoseconds = times.astype("datetime64[ns]").astype(np.int64)
    return np.asarray(nanoseconds / 1e6, dtype=np.float64)


def _numbers(history: Any) -> dict[str, list[float | None]]:
    """Return losses for JSON, with None for those that are not finite."""
    return {
        str(name): [float(x) if np.isfinite(x) else None for x in losses]
        for name, losses in history.items()
    }


def _finite(value: float) -> float | None:
    """Return the error of a score for JSON, which has no NaN."""
    return None if np.isnan(value) else 0.0 - value


def _text(value: Any) -> str:
    """Return a setting as readable text."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    # The memory address of a function is meaningless and differs between runs.
    return "none" if value is None else re.sub(r" at 0x[0-9a-f]+", "", str(value))
