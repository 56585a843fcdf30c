"""Page with charts and tables of results: one file without scripts or network."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from skanomaly._text import plural
from skanomaly.evaluation._charts import draw_bars, draw_ranks, draw_times
from skanomaly.evaluation._rank import rank_estimators
from skanomaly.evaluation._summary import (
    by_dataset,
    failures,
    fixed,
    mean_values,
    metrics_of,
    seconds_per_run,
)

if TYPE_CHECKING:
    from pandas import DataFrame

_CSS = """
:root { color-scheme: light dark; --page: #fff; --ink: #1d2129; --soft: #5b6472;
  --line: #d9dde3; --best: #e4f0f8; }
@media (prefers-color-scheme: dark) { :root { --page: #15181d; --ink: #e4e7eb;
  --soft: #9aa4b2; --line: #343b45; --best: #1d3a4d; } }
body { background: var(--page); color: var(--ink); margin: 0 auto; max-width: 60rem;
  padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p { margin: .4rem 0; max-width: 48rem; } .soft, caption { color: var(--soft); }
svg { display: block; width: 100%; max-width: 50rem; height: auto; margin: .8rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; margin: .8rem 0; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem; text-align: right;
  font-variant-numeric: tabular-nums; vertical-align: top; }
th[scope=row], th:first-child, .text { text-align: left; }
thead th { vertical-align: bottom; }
td.best { background: var(--best); font-weight: 600; }
@media print { :root { --page: #fff; --ink: #000; --soft: #444; --line: #bbb;
  --best: #eee; } body { max-width: none; padding: 0; font-size: 11px; }
  svg, tr { break-inside: avoid; } h2, p { break-after: avoid; }
  th { overflow-wrap: anywhere; }
  .wide { overflow: visible; } table { font-size: 9px; }
  th, td { padding: .15rem .35rem; } }
"""
_COSTS = {
    "fit_seconds": "seconds to fit",
    "score_seconds": "seconds to score",
    "peak_memory_mib": "peak memory, MiB",
    "epochs": "epochs",
}


def render_page(
    results: "DataFrame", metric: str, about: Mapping[str, str], title: str
) -> str:
    """Return the page as HTML that is also valid XML."""
    n_estimators = results["estimator"].nunique()
    n_datasets = results["dataset"].nunique()
    failed = failures(results)
    said = ", ".join(
        [
            plural(n_estimators, "estimator"),
            plural(n_datasets, "data set"),
            plural(results["seed"].nunique(), "seed"),
            plural(len(results), "run"),
            f"{plural(len(failed), 'run')} failed" if len(failed) else "none failed",
        ]
    )
    sections = [
        f"<h1>{escape(title)}</h1><p class='soft'>{escape(said)}.</p>",
        _quality(results, metric),
        _ranks(results, metric),
        _times(results, metric),
        _means(results),
        _datasets(results, metric),
        _failures(failed),
        _about(about),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head>\n<body><main>\n"
        + "\n".join(sections)
        + "\n</main></body></html>\n"
    )


def _quality(results: "DataFrame", metric: str) -> str:
    values = by_dataset(results, metric)
    return (
        f"<h2>Quality</h2><p>{_code(metric)}, higher is better: the mean over seeds on "
        f"each data set, and the mean over data sets.</p>{draw_bars(values, metric)}"
    )


def _ranks(results: "DataFrame", metric: str) -> str:
    values = by_dataset(results, metric)
    n_judged = int(values.notna().any(axis=1).sum())
    head = "<h2>Significant differences</h2>"
    if min(values.shape[1], n_judged) < 2:
        return (
            f"{head}<p>Ranks need at least two estimators and two data sets that have "
            f"anomalies; there are {values.shape[1]} and {n_judged}.</p>"
        )
    ranking = rank_estimators(values)
    test = (
        "Friedman's test that all estimators are equally good has p = "
        f"{ranking.p_value:.2g}. "
        if np.isfinite(ranking.p_value)
        else ""
    )
    return (
        f"{head}<p>Mean ranks by {_code(metric)} on {plural(n_judged, 'data set')}; 1 "
        "is the best, and missing values rank last. A thick line joins estimators that "
        "do not differ significantly: their ranks differ by less than the critical "
        f"difference of Nemenyi's test (level 0.05). {test}</p>"
        f"{draw_ranks(list(values.columns), ranking)}"
    )


def _times(results: "DataFrame", metric: str) -> str:
    seconds, means = seconds_per_run(results), mean_values(results, metric)
    head = "<h2>Run time</h2>"
    if not (seconds.notna() & means.notna()).any():
        return f"{head}<p>No run has both a time and {_code(metric)}.</p>"
    return f"{head}<p>Top left is best.</p>{draw_times(seconds, means, metric)}"


def _means(results: "DataFrame") -> str:
    names = list(results["estimator"].unique())
    well = (results["status"] == "ok").groupby(results["estimator"]).sum()
    rows = [_row("successful runs", [str(well[name]) for name in names])]
    for column, label in _COSTS.items():
        rows.append(_row(label, map(_short, mean_values(results, column))))
    for metric in metrics_of(results):
        means = mean_values(results, metric)
        # The value of a random score does not compare estimators.
        best = np.nan if metric.startswith("random") else means.max()
        rows.append(_row(metric, map(fixed, means), means == best))
    caption = (
        "Means over data sets of the means over seeds, without missing values; the "
        "best value per metric in bold."
    )
    return f"<h2>All means</h2>{_table(caption, ['', *names], rows)}"


def _datasets(results: "DataFrame", metric: str) -> str:
    values = by_dataset(results, metric)
    rows = [
        _row(str(name), map(fixed, row), row == row.max())
        for name, row in values.iterrows()
    ]
    caption = f"{metric} per data set, mean over seeds; the best value in bold."
    table = _table(caption, ["data set", *values.columns], rows)
    return f"<h2>Data sets</h2>{table}"


def _failures(failed: "DataFrame") -> str:
    if failed.empty:
        return ""
    rows = [
        f"<tr><th scope='row'>{escape(str(one.estimator))}</th><td class='text'>"
        f"{escape(str(one.dataset))}</td><td>{one.seed}</td><td class='text'>"
        f"{escape(_printable(str(one.error)))}</td></tr>"
        for one in failed.itertuples()
    ]
    heads = ["estimator", "data set", "seed", "error"]
    caption = "Failed runs; the next call with the same store repeats them."
    return f"<h2>Failures</h2>{_table(caption, heads, rows)}"


def _about(about: Mapping[str, str]) -> str:
    rows = [
        f"<tr><th scope='row'>{escape(name)}</th><td class='text'>"
        f"{escape(_printable(value))}</td></tr>"
        for name, value in about.items()
    ]
    return f"<h2>How it was made</h2>{_table('', [], rows)}"


def _table(caption: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f"<th scope='col'>{escape(str(head))}</th>" for head in heads)
    head = f"<thead><tr>{cells}</tr></thead>" if heads else ""
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(rows)
    return f"<div class='wide'><table>{said}{head}<tbody>{body}</tbody></table></div>"


def _row(name: str, values: Iterable[str], marks: Iterable[bool] = ()) -> str:
    cells = "".join(
        f"<td class='best'>{value}</td>" if mark else f"<td>{value}</td>"
        for value, mark in zip_longest(values, marks, fillvalue=False)
    )
    return f"<tr><th scope='row'>{escape(name)}</th>{cells}</tr>"


def _short(value: float) -> str:
    return f"{value:,.3g}" if np.isfinite(value) else "–"


def _code(name: str) -> str:
    return f"<code>{escape(name)}</code>"


def _printable(text: str) -> str:
    """Drop characters that are not allowed in XML, which error messages may hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
