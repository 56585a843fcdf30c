"""Charts of results as SVG in the colours of the surrounding page."""

import re
from collections.abc import Callable
from functools import wraps
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly._text import plain
from skanomaly.evaluation._rank import Ranking, groups_of
from skanomaly.evaluation._summary import fixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame, Series

# Replaced by the text colour of the page.
_INK = "#010203"
_BAR = "#4C8FBF"
# The palette of Okabe and Ito without colours that are invisible on white or black.
# As the numbers of colours and marks have no common divisor, their pairs distinguish
# 30 estimators.
_COLORS = ("#3E8EC4", "#E69F00", "#1BA67F", "#D55E00", "#CC79A7", "#8C8C8C")
_MARKS = ("o", "s", "^", "D", "v")
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "skanomaly",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid.axis": "x",
    "grid.color": _INK,
    "grid.alpha": 0.15,
}
_WIDTH = 8.0


def _styled(draw: Callable[..., str]) -> Callable[..., str]:
    """Wrap a function to draw in the style of these charts, not in that of the user."""

    @wraps(draw)
    def in_style(*args: Any) -> str:
        matplotlib = import_extra("matplotlib", extra="plot")
        with matplotlib.rc_context(_STYLE):
            return draw(*args)

    return in_style


@_styled
def draw_bars(values: "DataFrame", metric: str) -> str:
    """Return a chart with the mean of each estimator as a bar and data sets as dots."""
    means = values.mean().sort_values()
    figure, ax = _new(1.0 + 0.34 * len(means))
    places = np.arange(len(means))
    ax.barh(places, means.fillna(0.0), height=0.62, color=_BAR, alpha=0.75)
    for place, name in zip(places, means.index, strict=True):
        dots = values[name].dropna()
        ax.scatter(
            dots, np.full(len(dots), place), s=12, color=_INK, alpha=0.45, linewidths=0
        )
    labels = [f"{plain(name)}  {fixed(mean)}" for name, mean in means.items()]
    ax.set_yticks(places, labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.6, len(means) - 0.4)
    ax.set_xlabel(f"{metric}: mean (bar) and each data set (dot)")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    spoken = ", ".join(f"{name} {mean:.3f}" for name, mean in means[::-1].items())
    return _svg(figure, "bars", f"Mean {metric} of each estimator", spoken)


@_styled
def draw_ranks(names: list[str], ranking: Ranking) -> str:
    """Return a critical-difference diagram as in Demšar (2006).

    Estimators are marked on an axis of mean ranks; a thick line joins those that do not
    differ significantly.
    """
    order = np.argsort(ranking.mean_ranks, kind="stable")
    ranks = ranking.mean_ranks[order]
    sorted_names = [names[position] for position in order]
    n = len(ranks)
    groups = groups_of(ranks, ranking.critical_difference)
    below = 0.55 + 0.3 * len(groups)
    depth = below + 0.55 * ((n + 1) // 2)
    figure, ax = _new(0.42 * (depth + 2.2))
    ax.set_axis_off()
    ax.set_ylim(-depth, 2.0)
    room = 0.42 * (n - 1)
    ax.set_xlim(1 - room, n + room)
    _rank_axis(ax, n, ranking.critical_difference)
    for level, (first, last) in enumerate(groups):
        heights = [-0.4 - 0.3 * level] * 2
        ends = [ranks[first] - 0.012 * n, ranks[last] + 0.012 * n]
        ax.plot(ends, heights, color=_BAR, linewidth=4.5, solid_capstyle="butt")
    for position, (name, rank) in enumerate(zip(sorted_names, ranks, strict=True)):
        left = position < (n + 1) // 2
        level = position if left else n - 1 - position
        height = -below - 0.55 * level
        edge = 1 - 0.03 * n if left else n + 0.03 * n
        ax.plot([rank, rank, edge], [0, height, height], color=_INK, linewidth=0.9)
        words = (plain(name), f"{rank:.2f}")
        text = "  ".join(words if left else words[::-1])
        shift = -0.012 * n if left else 0.012 * n
        side = "right" if left else "left"
        ax.text(edge + shift, height, text, ha=side, va="center")
    joined = [", ".join(sorted_names[first : last + 1]) for first, last in groups]
    spoken = (
        f"Mean ranks on {ranking.n_datasets} data sets, critical difference "
        f"{ranking.critical_difference:.2f}: "
        + ", ".join(
            f"{name} {rank:.2f}" for name, rank in zip(sorted_names, ranks, strict=True)
        )
        + f". Not significantly different: {'; '.join(joined) or 'none'}."
    )
    return _svg(figure, "ranks", "Critical-difference diagram", spoken)


@_styled
def draw_times(seconds: "Series[float]", means: "Series[float]", metric: str) -> str:
    """Return a chart of the mean metric of each estimator against its run time."""
    shown = [
        name
        for name in means.sort_values(ascending=False).index
        if np.isfinite(means[name]) and np.isfinite(seconds[name])
    ]
    figure, ax = _new(max(3.4, 0.8 + 0.25 * len(shown)))
    for position, name in enumerate(shown):
        ax.scatter(
            seconds[name],
            means[name],
            s=52,
            marker=_MARKS[position % len(_MARKS)],
            color=_COLORS[position % len(_COLORS)],
            label=plain(name),
            zorder=3,
        )
    ax.set_xscale("log")
    ax.margins(0.12)
    _plain_seconds(ax)
    ax.set_xlabel("seconds to fit and to score, median of the runs (logarithmic)")
    ax.set_ylabel(f"mean {metric}")
    ax.grid(axis="both")
    ax.set_axisbelow(True)
    figure.legend(loc="outside right upper", frameon=False, title="best first")
    spoken = ", ".join(
        f"{name} {seconds[name]:.3g} s {means[name]:.3f}" for name in shown
    )
    return _svg(figure, "times", f"Seconds per run against mean {metric}", spoken)


def _rank_axis(ax: "Axes", n: int, difference: float) -> None:
    ax.plot([1, n], [0, 0], color=_INK, linewidth=1.2)
    for rank in range(1, n + 1):
        ax.plot([rank, rank], [0, 0.18], color=_INK, linewidth=1.2)
        ax.text(rank, 0.28, str(rank), ha="center", va="bottom")
    right = min(1 + difference, n + 0.4 * (n - 1))
    ax.plot([1, right], [1.35, 1.35], color=_INK, linewidth=1.2)
    for end in (1, right):
        ax.plot([end, end], [1.25, 1.45], color=_INK, linewidth=1.2)
    cut = "" if right == 1 + difference else ", longer than the axis"
    text = f"critical difference {difference:.2f}{cut}"
    ax.text((1 + right) / 2, 1.5, text, ha="center", va="bottom")


def _plain_seconds(ax: "Axes") -> None:
    """Label few ticks of a logarithmic axis, without powers of ten."""
    ticker = import_extra("matplotlib.ticker", extra="plot")
    low, high = ax.get_xlim()
    few = np.log10(high / low) > 1.5
    ax.xaxis.set_major_locator(
        ticker.LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0))
    )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(ticker.NullFormatter())


def _new(height: float) -> tuple["Figure", "Axes"]:
    module = import_extra("matplotlib.figure", extra="plot")
    figure: Figure = module.Figure(figsize=(_WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: "Figure", name: str, title: str, spoken: str) -> str:
    """Return the figure as an SVG element with a title and a description."""
    text = StringIO()
    metadata = {"Date": None, "Creator": ""}
    figure.savefig(text, format="svg", transparent=True, metadata=metadata)
    svg = text.getvalue()[text.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace(_INK, "currentColor")
    # Several charts share a page, on which ids must be unique.
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(url\(#|xlink:href="#)', rf"\g<1>{name}-", svg)
    opening, rest = svg.split(">", 1)
    opening = re.sub(r' (width|height)="[^"]*"', "", opening)
    return (
        f'{opening} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(spoken)}</desc>{rest}'
    )
