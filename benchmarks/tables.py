"""Write measured values into the tables of the documentation.

    python benchmarks/tables.py

Reads benchmarks/results and replaces, in the files of `PAGES`, the text between the
lines ``<!-- table: NAME -->`` and ``<!-- end of table -->``.
"""

import re
from collections.abc import Callable
from statistics import median
from typing import Any

from _accuracy_tables import ACCURACY_TABLES
from _markdown import seconds as _seconds, table as _table
from _peer_tables import PEER_TABLES
from _results import RESULTS, read_json
from _threshold_tables import THRESHOLD_TABLES, located, rate

_DOCS = RESULTS.parent.parent / "docs"
PAGE_NAMES = ("accuracy", "benchmarks", "deciding", "performance")
PAGES = [_DOCS / f"{page}.md" for page in PAGE_NAMES]
_MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
Section = dict[str, dict[str, Any]]  # measured values by claim


def main() -> None:
    for file in PAGES:
        file.write_text(fill(file.read_text(encoding="utf-8")), encoding="utf-8")


def fill(text: str) -> str:
    """Return the text of a page with its tables filled from the results."""
    verified = read_json(RESULTS / "verify.json")["sections"]
    measured = {
        name: {figure["asked"]: figure["measured"] for figure in section["figures"]}
        for name, section in verified.items()
    }
    measured["checks"] = measured.pop("estimator_checks")
    measured["searches"] = read_json(RESULTS / "searches.json")["results"]
    measured["metrics"] = read_json(RESULTS / "metrics.json")
    measured["page"] = read_json(RESULTS / "page.json")
    measured |= dict.fromkeys(PEER_TABLES, read_json(RESULTS / "peers.json"))
    measured |= dict.fromkeys(ACCURACY_TABLES, read_json(RESULTS / "accuracy.json"))
    measured |= dict.fromkeys(THRESHOLD_TABLES, read_json(RESULTS / "deciding.json"))
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


def checks(section: Section) -> str:
    return _table(
        ["detector", "passed", "failed"],
        (
            [f"`{name}`", str(measured["passed"]), str(len(measured["failures"]))]
            for asked, measured in section.items()
            if (name := asked.partition("(")[2].partition("(")[0]) != "Shingler"
        ),
    )


def memory(section: Section) -> str:
    scored = next(measured for measured in section.values() if "mb" in measured)
    fitted = next(m for asked, m in section.items() if asked.startswith("fitting"))
    return _table(
        ["stage", "memory beyond the imports"],
        [
            ["score 1,000,000 samples, the series included", f"{scored['mb']:.0f} MB"],
            ["fit on 5,000 samples, in another process", f"{fitted['mb']:.0f} MB"],
        ],
    )


def metrics(section: Section) -> str:
    measured = section["vus_pr_score"]
    return _table(
        ["package", "samples", "time", "peak memory"],
        [
            [
                "skanomaly",
                f"{measured['n_samples']:,}",
                _seconds(measured["seconds"]),
                "",
            ],
            [
                "aeon",
                f"{measured['n_samples']:,}",
                _seconds(measured["aeon_seconds"]),
                "",
            ],
            [
                "skanomaly",
                f"{measured['n_samples_huge']:,}",
                _seconds(measured["seconds_huge"]),
                f"{measured['peak_memory_gb']:.2f} GB",
            ],
        ],
    )


def searches(section: Section) -> str:
    return _table(
        ["search", "networks trained", "time", "relative to one threshold"],
        (
            [
                name,
                str(measured["trainings"]),
                _seconds(measured["seconds"]),
                f"{measured['times one threshold']:.1f}",
            ]
            for name, measured in section.items()
        ),
    )


def page(section: Section) -> str:
    million = section["million"]
    rows = {
        "first picture": million["first_picture_seconds"],
        "zoom": million["zoom_seconds"],
        "step of the threshold slider": million["slider_step_seconds"],
    }
    return _table(
        ["action", "first", "later"],
        (
            [name, _seconds(first), _seconds(median(later))]
            for name, (first, *later) in rows.items()
        ),
    )


TABLES: dict[str, Callable[[Section], str]] = (
    {
        table.__name__: table
        for table in (
            checks,
            digits,
            kdd,
            located,
            memory,
            metrics,
            odds,
            page,
            rate,
            searches,
            trim,
            tuned,
            waveform,
            workshop,
        )
    }
    | PEER_TABLES
    | ACCURACY_TABLES
    | THRESHOLD_TABLES
)


if __name__ == "__main__":
    main()
