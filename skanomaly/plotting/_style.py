"""Colours, axes and event markers shared by all displays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._compat import import_extra
from skanomaly.events import Event
from skanomaly.plotting._decimate import decimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The palette of Okabe and Ito, which colour-blind people can distinguish. Red is
# reserved for anomalies, which also differ in width, marker or dashes.
SERIES = "#3b3b3b"
EXPECTED = "#56B4E9"
EVENT = "#D00000"
TRUTH = "#E69F00"
TRAINING = "#ececec"

# Beyond this ratio of highest error to threshold, a linear axis only shows the spike.
LOG_FROM = 20.0

# A marker narrower than this fraction of the axis would be thinner than two pixels.
_NARROWEST = 0.0025


def new_axes(ax: "Axes | None", *, figsize: tuple[float, float]) -> "Axes":
    """Return `ax`, or new axes from pyplot if it is None."""
    if ax is not None:
        return ax
    pyplot = import_extra("matplotlib.pyplot", extra="plot")
    _, fresh = pyplot.subplots(figsize=figsize, layout="constrained")
    return fresh  # type: ignore[no-any-return]


def figure_of(ax: "Axes") -> "Figure":
    """Return the top-level figure that contains `ax`."""
    return ax.get_figure(root=True)  # type: ignore[return-value]


def as_numbers(positions: NDArray[Any]) -> NDArray[np.float64]:
    """Convert positions to floats in the unit of the axis, which is days for dates."""
    if positions.dtype.kind == "M":
        dates = import_extra("matplotlib.dates", extra="plot")
        return np.asarray(dates.date2num(positions), dtype=np.float64)
    return positions.astype(np.float64)


def draw_line(
    ax: "Axes", positions: NDArray[Any], values: ArrayLike, **style: Any
) -> None:
    """Draw a line, reduced to the points that determine its appearance."""
    heights = np.asarray(values, dtype=np.float64)
    kept = decimate(heights)
    ax.plot(positions[kept], heights[kept], **style)


def draw_spans(
    ax: "Axes",
    positions: NDArray[Any],
    events: Sequence[Event],
    *,
    height: tuple[float, float] = (0.0, 1.0),
    **style: Any,
) -> None:
    """Shade events, each at least two pixels wide so that short ones are visible."""
    if not events:
        return
    numbers = as_numbers(positions)
    left = numbers[[event.start for event in events]]
    right = numbers[[event.stop - 1 for event in events]]
    short = np.maximum(_NARROWEST * np.ptp(numbers) - (right - left), 0) / 2
    spans = _joined(left - short, right + short)
    ax.broken_barh(
        spans,
        (height[0], height[1] - height[0]),
        transform=ax.get_xaxis_transform(),
        linewidth=0,
        **style,
    )


def draw_truth(
    ax: "Axes", positions: NDArray[Any], truth: Sequence[Event] | None
) -> None:
    """Draw the true events as a strip at the bottom of the axes."""
    draw_spans(
        ax, positions, truth or (), height=(0.0, 0.04), color=TRUTH, label="truth"
    )


def _joined(
    left: NDArray[np.float64], right: NDArray[np.float64]
) -> list[tuple[float, float]]:
    """Return (left, width) pairs of spans, joined so that shades do not add up."""
    reach = np.maximum.accumulate(right)
    first = np.flatnonzero(np.r_[True, left[1:] > reach[:-1]])
    last = np.r_[first[1:], len(left)] - 1
    return [
        (float(a), float(b - a)) for a, b in zip(left[first], reach[last], strict=True)
    ]


def threshold_of(offset: float | None) -> float | None:
    """Return the threshold on the scale of the errors; None if it is not finite."""
    return None if offset is None or not np.isfinite(offset) else -offset


def draw_threshold(
    line: Any, threshold: float | None, *, label: str | None = None
) -> Any:
    """Draw a threshold with ``ax.axhline`` or ``ax.axvline`` and label its value."""
    if threshold is None:
        return None
    return line(
        threshold,
        color=EVENT,
        linestyle="--",
        linewidth=1.1,
        label=label or f"threshold {threshold:.3g}",
    )


def colors_of(highest: float) -> Any:
    """Return a mapping of numbers from 0 to `highest` to colours visible on white."""
    matplotlib = import_extra("matplotlib", extra="plot")
    cm = import_extra("matplotlib.cm", extra="plot")
    visible = matplotlib.colormaps["viridis_r"](np.linspace(0.15, 1, 256))
    return cm.ScalarMappable(
        matplotlib.colors.Normalize(0, max(highest, 1)),
        matplotlib.colors.ListedColormap(visible),
    )


def color_bar(ax: "Axes", colors: Any, label: str) -> None:
    """Draw a labelled colour bar to the right of the axes."""
    bar = figure_of(ax).colorbar(
        colors, ax=ax, shrink=0.7, pad=0.02, aspect=25, format="{x:g}"
    )
    if bar.ax.get_yscale() == "log":
        bar.locator = log_ticks()
    bar.set_label(label, fontsize=8)
    bar.ax.tick_params(labelsize=8)
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)


def log_ticks() -> Any:
    """Return a locator for ticks at 0.1, 0.3, 1, 3, ...

    With powers of ten alone, a short axis could have fewer than two ticks.
    """
    ticker = import_extra("matplotlib.ticker", extra="plot")
    return ticker.LogLocator(subs=(1, 3))


def dress(ax: "Axes", positions: NDArray[Any]) -> None:
    """Format the x axis with concise dates and tight limits, and draw the frame."""
    if positions.dtype.kind == "M":
        dates = import_extra("matplotlib.dates", extra="plot")
        locator = dates.AutoDateLocator(minticks=4, maxticks=9)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    elif positions.dtype.kind in "iu":
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.set_xlabel("sample")
    if len(positions) > 1:
        numbers = as_numbers(positions)
        margin = 0.005 * np.ptp(numbers)
        ax.set_xlim(numbers.min() - margin, numbers.max() + margin)
    frame(ax)


def large_numbers(ax: "Axes", values: NDArray[np.float64]) -> None:
    """Label millions as ``2.5 M`` rather than as a power of ten above the axes."""
    finite = values[np.isfinite(values)]
    if finite.size and np.ptp(finite) >= 1e5:
        ticker = import_extra("matplotlib.ticker", extra="plot")
        ax.yaxis.set_major_formatter(ticker.EngFormatter())


def frame(ax: "Axes") -> None:
    """Hide the spines without ticks and draw a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)


def title(ax: "Axes", text: str, *, legend: bool = True) -> None:
    """Draw the title above the axes on the left, and the legend on the right."""
    ax.set_title(text, loc="left", fontsize=10, fontweight="bold")
    handles, _ = ax.get_legend_handles_labels()
    if legend and handles:
        ax.legend(
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=len(handles),
            frameon=False,
            fontsize=8,
            borderaxespad=0.2,
            handlelength=1.5,
            columnspacing=1.2,
        )


def shade_training(ax: "Axes", positions: NDArray[Any], n_train: int) -> None:
    """Shade the training samples, if there are any."""
    if n_train:
        ax.axvspan(
            positions[0],
            positions[n_train - 1],
            color=TRAINING,
            linewidth=0,
            zorder=0,
            label="trained on",
        )
