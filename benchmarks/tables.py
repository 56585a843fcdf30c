"""Write what was measured into the tables of the documentation.

    python benchmarks/tables.py

Reads benchmarks/results and replaces, in README.md, docs/choosing.md and
docs/judging.md, what stands between the lines ``<!-- table: NAME -->`` and
``<!-- end of table -->``.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from _results import RESULTS, read_json

_ROOT = RESULTS.parent.parent
PAGES = (
    _ROOT / "README.md",
    _ROOT / "docs" / "choosing.md",
    _ROOT / "docs" / "judging.md",
)
_MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
Section = dict[str, dict[str, Any]]  # what was measured, by what was asked


def main() -> None:
    for page in PAGES:
        page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")


def fill(text: str) -> str:
    """Return a page with its tables made anew."""
    verified = read_json(RESULTS / "verify.json")["sections"]
    measured = {
        name: {figure["asked"]: figure["measured"] for figure in section["figures"]}
        for name, section in verified.items()
    }
    measured["series"] = read_json(RESULTS / "detectors.json")["results"]
    return _MARKED.sub(
        lambda found: found[1] + TABLES[found[2]](measured[found[2]]) + found[3], text
    )


def kdd(section: Section) -> str:
    columns = {
        "ROC AUC": "roc_auc",
        "average precision": "average_precision",
        "accuracy": "accuracy",
        "precision": "precision",
        "recall": "recall",
        "F1": "f1",
        "F2": "f2",
    }
    return _table(
        ["detector", *columns, "fit"],
        (
            [
                f"`{asked.partition(':')[0]}`",
                *(f"{measured[key]:.3f}" for key in columns.values()),
                _seconds(measured["fit_seconds"]),
            ]
            for asked, measured in section.items()
            if "f1" in measured
        ),
    )


def odds(section: Section) -> str:
    areas: dict[str, dict[str, float]] = {}
    for asked, measured in section.items():
        table, *_, name = asked.partition(":")[0].split(", ")
        areas.setdefault(name, {})[table] = measured["roc_auc"]
    tables = next(iter(areas.values()))
    return _table(
        ["detector", *(f"`{table}`" for table in tables)],
        (
            [f"`{name}`", *(f"{area:.3f}" for area in row.values())]
            for name, row in areas.items()
        ),
    )


def digits(section: Section) -> str:
    return _table(
        ["detector", "ROC AUC", "worst digit", "fit"],
        (
            [
                f"`{asked.partition(':')[0].split(', ')[1]}`",
                f"{measured['roc_auc']:.3f}",
                f"{min(measured['digits']):.3f}",
                _seconds(measured["fit_seconds"]),
            ]
            for asked, measured in section.items()
        ),
    )


def workshop(section: Section) -> str:
    rows = []
    for asked, measured in section.items():
        name, *settings = asked.partition(":")[0].split(", ")
        if settings == ["window auto", "seed 0"]:
            faulty = [measured[f"timeseries{end}"] for end in ("5_anomaly", "2")]
            normal = [measured[f"timeseries{number}"] for number in (1, 3, 4)]
            missed = sum(len(one["missed"]) for one in faulty)
            others = sum(len(one["others"]) for one in faulty)
            alarms = sum(map(len, normal))
            rows.append([f"`{name}`", f"{6 - missed} of 6", str(others), str(alarms)])
    return _table(
        ["detector", "anomalies found", "other events there", "on normal curves"], rows
    )


def waveform(section: Section) -> str:
    events = {
        asked.partition(":")[0]: measured["events"]
        for asked, measured in section.items()
        if "on abn.csv one event" in asked
    }
    rows = []
    for asked, measured in section.items():
        name = asked.partition(",")[0]
        if "fit_s" in measured:
            found = " and ".join(
                f"{start:,} to {stop:,}" for start, stop in events[name]
            )
            seconds = [_seconds(measured[key]) for key in ("fit_s", "score_s")]
            rows.append([f"`{name}`", *seconds, found or "none"])
    return _table(["detector", "fit", "score", "event"], rows)


def trim(section: Section) -> str:
    rows = []
    for asked, measured in section.items():
        name, share, *_ = asked.split(", ")
        rows.append(
            [
                f"`{name}`",
                share.removeprefix("contamination_trim="),
                f"{measured['precision']:.3f}",
                f"{measured['found']:.1%}",
                f"{measured['false']:.1%}",
            ]
        )
    return _table(
        ["detector", "trim", "ranking", "anomalies beyond", "normal samples beyond"],
        rows,
    )


def tuned(section: Section) -> str:
    names = {
        "auto": '`"auto"`, no labels',
        "event_f1": "tuned by `event_f1`",
        "range_f": "tuned by `range_f`",
        "affiliation_f": "tuned by `affiliation_f`",
        "oracle": "best for the rest itself",
    }
    measured = {
        asked.partition(":")[0]: figure
        for asked, figure in section.items()
        if "oracle: event F1" in figure
    }
    return _table(
        ["threshold", *(f"`{name}`: event F1, called anomalous" for name in measured)],
        (
            [
                text,
                *(
                    f"{figure[f'{how}: event F1']:.2f}, "
                    f"{figure[f'{how}: share called anomalous']:.0%}"
                    for figure in measured.values()
                ),
            ]
            for how, text in names.items()
        ),
    )


def series(section: Section) -> str:
    ranked = sorted(section.items(), key=lambda item: -item[1]["mean"])
    return _table(
        ["detector", "ranking", "fit and score, median", "longest"],
        (
            [
                "`{}`{}{}".format(*name.partition(",")),
                f"{result['mean']:.3f}",
                _seconds(result["median_seconds"]),
                _seconds(max(result["seconds"])),
            ]
            for name, result in ranked
        ),
    )


TABLES: dict[str, Callable[[Section], str]] = {
    table.__name__: table
    for table in (kdd, odds, digits, workshop, waveform, trim, tuned, series)
}


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _seconds(seconds: float) -> str:
    return f"{seconds:.{2 if seconds < 0.995 else 0}f} s"


if __name__ == "__main__":
    main()
