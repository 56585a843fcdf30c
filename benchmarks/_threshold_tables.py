"""Tables of the events that thresholds lead to, from deciding.json."""

import re
from collections.abc import Callable, Iterable
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
# Prefix of the rules of a detector that was fitted on the whole series.
ON_ALL = "fitted on all: "
_RATE = re.compile(
    r"(\w+), rate:1/(\d+) on \d+ series of (\w+), learned from (\d+) samples"
)


def of_ensemble(content: Content) -> str:
    found = _rules(content["results"]["ensemble"])
    return _table((_name(rule), one) for rule, one in found if ON_ALL not in rule)


def of_ensemble_on_all(content: Content) -> str:
    found = _rules(content["results"]["ensemble"])
    return _table((_name(rule), one) for rule, one in found if ON_ALL in rule)


def of_others(content: Content) -> str:
    return _table(
        (f"{name}, {_name(rule)}", one)
        for name, results in sorted(content["results"].items())
        if name != "ensemble"
        for rule, one in _rules(results)
        if rule in OURS
    )


def _table(rows: Iterable[tuple[str, Content]]) -> str:
    head = ["threshold", *METRICS, "lowest event F1", "nothing found", "false events"]
    return table(head, (_row(name, one) for name, one in rows))


def _name(rule: str) -> str:
    rule = rule.removeprefix(ON_ALL)
    return NAMES.get(rule, rule)


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


def rate(section: Content) -> str:
    """Return how many events thresholds for a rate lead to, from verify.json."""
    head = ["detector", "series", "learned from", "asked for", "mean", "of a series"]
    rows = []
    for asked, one in section.items():
        found = _RATE.match(asked)
        assert found is not None
        name, interval, kind, n_learned = found.groups()
        least, most = one["smallest_and_largest"]
        rows.append(
            [
                f"`{name}`",
                kind,
                f"{int(n_learned):,}",
                f"{one['asked']:.0f} (1 in {int(interval):,})",
                f"{one['events']:.1f}",
                f"{least} to {most}",
            ]
        )
    return table(head, rows)


THRESHOLD_TABLES: dict[str, Callable[[Content], str]] = {
    "thresholds_ensemble": of_ensemble,
    "thresholds_on_all": of_ensemble_on_all,
    "thresholds_others": of_others,
}
