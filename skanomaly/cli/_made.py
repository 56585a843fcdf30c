"""Record of how a run was made, for readers of its report."""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from skanomaly._versions import software_versions
from skanomaly.cli._reading import Reading

if TYPE_CHECKING:
    from skanomaly.detection import Detection
    from skanomaly.reading import ReadingReport

# Words of the report for options about files, and the names of these options.
_SAID = {
    "file": "file",
    "training file": "train",
    "model": "model",
    "from": "first",
    "until": "last",
    "labels": "labels",
    "labels file": "labels_file",
    "ignored": "ignore",
    "ignored by": "ignore_column",
    "feedback": "feedback",
}


def how_made(
    options: Namespace,
    estimator: Any,
    *,
    detection: "Detection",
    rule: str,
    reading: Reading,
    seconds: dict[str, float],
    report: "ReadingReport | None" = None,
) -> dict[str, dict[str, Any]]:
    """Return command, settings, versions and run times of a run, by heading."""
    events = detection.rule
    detector = estimator[-1] if hasattr(estimator, "steps") else estimator
    said = {word: vars(options).get(name) for word, name in _SAID.items()}
    made = {
        "Run": {
            "command": options.command_line,
            "date": datetime.now(UTC).isoformat(sep=" ", timespec="seconds"),
            **{f"seconds to {what}": round(took, 2) for what, took in seconds.items()},
        },
        "Reading": _given(said | asdict(reading) | {"likely": None}),
        "Read as": {} if report is None else _given(report.facts()),
        "Threshold": {
            "rule": rule,
            "error": f"{0.0 - detection.offset:.6g}",
            "min length": events.min_length,
            "merge gap": events.merge_gap,
            "direction": events.direction,
            "min deviation": events.min_deviation,
            "k of n": "{}/{}".format(*events.k_of_n),
        },
        type(detector).__name__: detector.get_params(deep=False),
        "Versions": software_versions(python=True),
    }
    return {head: facts for head, facts in made.items() if facts}


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Drop settings that are None and join lists with commas."""
    return {
        name: _in_words(value) for name, value in settings.items() if value is not None
    }


def _in_words(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return ", ".join(value) if isinstance(value, list | tuple) else value
