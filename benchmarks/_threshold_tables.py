"""Tables of the events that thresholds lead to, from deciding.json."""

from collections.abc import Callable
from typing import Any

from _markdown import table

Content = dict[str, Any]

METRICS = ("range F", "affiliation F", "event F1", "sample F1")
NAMES = {
    "series": '`detect(threshold="auto")`',
    "series, whole spans": "the same, whole spans",
    "fit": '`detect(threshold="fit")`',
}
OURS = ("series", "fit")


def of_ensemble(content: Content) -> str:
    found = _rules(content["results"]["ensemble"])
    head = ["threshold", *METRICS, "lowest event F1", "nothing found", "false events"]
    return table(head, (_row(NAMES.get(rule, rule), one) for rule, one in found))


def of_others(content: Content) -> str:
    head = ["threshold", *METRICS, "lowest event F1", "nothing found", "false events"]
    return table(
        head,
        (
            _row(f"`{name}`, {NAMES.get(rule, rule)}", one)
            for name, results in content["results"].items()
            if name != "ensemble"
            for rule, one in _rules(results)
            if rule in OURS
        ),
    )


def _rules(results: Content) -> list[tuple[str, Content]]:
    return [(rule, one) for rule, one in results.items() if rule != "run"]


def _row(name: str, one: Content) -> list[str]:
    mean = one["mean"]
    lowest = min(without["event F1"] for without in one["without_source"].values())
    return [
        name,
        *(f"{mean[metric]:.2f}" for metric in METRICS),
        f"{lowest:.2f}",
        f"{100 * mean['nothing found']:.0f} %",
        f"{mean['false events']:.1f}",
    ]


def located(section: Content) -> str:
    """Return where events of generated series begin and end, from verify.json."""
    head = ["detector", "intersection over union", "onset error", "recall", "precision"]
    return table(
        head,
        (
            [
                f"`{asked.partition(':')[0]}`",
                f"{one['iou']:.2f}",
                f"{one['median_onset']:.1f} samples",
                f"{one['recall']:.2f}",
                f"{one['precision']:.2f}",
            ]
            for asked, one in section.items()
            if "iou" in one
        ),
    )


THRESHOLD_TABLES: dict[str, Callable[[Content], str]] = {
    "thresholds_ensemble": of_ensemble,
    "thresholds_others": of_others,
}
