"""Tables of how recipes rank the samples of labelled series, from accuracy.json."""

from collections.abc import Callable
from functools import partial
from typing import Any

from _markdown import table

Content = dict[str, Any]

# Number of published detectors, and of lost series, that a table shows.
N_PUBLISHED, N_LOST = 6, 8
# Periods that are listed: shorter ones, or those that occur less often in training.
SHORTEST, FEWEST = 16, 8
FULL, BUT = "ensemble", "ensemble, but "


def ranking(accuracy: Content, *, kind: str) -> str:
    results, published = accuracy["results"][kind], accuracy["published"][kind]
    own = {name: one for name, one in results.items() if not name.startswith(BUT)}
    sources = next(iter(results.values()))["by_source"]
    rows = [
        (
            one["mean"],
            [
                f"`{name}`",
                f"**{one['mean']:.3f}**",
                f"{min(one['without_source'].values()):.3f}",
                *(f"{value:.2f}" for value in one["by_source"].values()),
                str(one["n_seeds"]),
            ],
        )
        for name, one in own.items()
    ]
    blank = [""] * (len(sources) + 2)
    best = sorted(published, key=lambda name: -published[name])[:N_PUBLISHED]
    rows += [
        (
            published[name],
            [f"{name}, published", f"{published[name]:.3f}", *blank],
        )
        for name in best
    ]
    rows.sort(key=lambda row: -row[0])
    head = ["detector", "mean", "lowest without a source", *sources, "seeds"]
    return table(head, (row for _, row in rows))


def ablation(accuracy: Content) -> str:
    """Return what each part is worth, by runs of the same code."""
    results, runs = accuracy["results"], accuracy["runs"]
    names = [FULL, *(name for name in results["univariate"] if name.startswith(BUT))]
    rows = []
    for name in names:
        row = ["nothing" if name == FULL else name.removeprefix(BUT)]
        for kind in ("univariate", "multivariate"):
            found, full = results[kind].get(name), results[kind][FULL]
            if found is None or _commit(found, runs) != _commit(full, runs):
                row += ["", ""]
                continue
            same_seeds = full["mean_of_each_seed"][: found["n_seeds"]]
            loss = sum(same_seeds) / len(same_seeds) - found["mean"]
            row += [f"{found['mean']:.3f}", "" if name == FULL else f"{loss:+.3f}"]
        if any(row[1:]):
            rows.append(row)
    head = ["taken away", "univariate", "loss", "multivariate", "loss"]
    return table(head, rows)


def _commit(found: Content, runs: Content) -> str:
    commit: str = runs[found["run"]]["commit"]
    return commit


def losses(accuracy: Content, *, kind: str) -> str:
    """Return the series on which a published detector is furthest ahead."""
    own = accuracy["results"][kind]["ensemble"]["values"]
    best = accuracy["best_published"][kind]
    ahead = sorted(own, key=lambda name: own[name] - best[name]["value"])[:N_LOST]
    return table(
        ["series", "ensemble", "best published", "by"],
        (
            [
                name,
                f"{own[name]:.3f}",
                f"{best[name]['value']:.3f}",
                best[name]["name"],
            ]
            for name in ahead
        ),
    )


def count(accuracy: Content) -> str:
    """Return on how many series the ensemble is ahead of all published detectors."""
    rows = []
    for kind, of_kind in accuracy["results"].items():
        own, best = of_kind["ensemble"]["values"], accuracy["best_published"][kind]
        ahead = sum(own[name] > best[name]["value"] for name in own)
        rows.append([kind, str(len(own)), str(ahead)])
    return table(["series", "number", "ahead of every published detector"], rows)


def windows(accuracy: Content) -> str:
    """Return the series whose period is a spike or occurs rarely."""
    rows = []
    for of_kind in accuracy["windows"].values():
        for name, one in of_kind.items():
            period, n = one["period"], one["train_size"]
            if period is not None and (period < SHORTEST or n / period < FEWEST):
                found = [n, period, one["window"], one["window of a member"]]
                rows.append([name, *(f"{value:,}" for value in found)])
    head = ["series", "training part", "period", "window", "window of a member"]
    return table(head, rows)


ACCURACY_TABLES: dict[str, Callable[[Content], str]] = {
    "accuracy_univariate": partial(ranking, kind="univariate"),
    "accuracy_multivariate": partial(ranking, kind="multivariate"),
    "accuracy_ablation": ablation,
    "accuracy_count": count,
    "accuracy_windows": windows,
    "accuracy_losses_univariate": partial(losses, kind="univariate"),
    "accuracy_losses_multivariate": partial(losses, kind="multivariate"),
}
