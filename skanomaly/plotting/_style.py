"""What all pictures share: colours, the time axis, marks of events."""

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

# Okabe and Ito's palette, which colour-blind people can tell apart; red is kept for
# what is abnormal and is always told apart by width, marker or dashes as well.
SERIES = "#3b3b3b"
EXPECTED = "#56B4E9"
EVENT = "#D00000"
TRUTH = "#E69F00"
TRAINING = "#ececec"

# Beyond this ratio of highest error to threshold, a linear axis hides all but a spike.
LOG_FROM = 20.0

# A mark narrower than this share of the axis would be thinner than two pixels.
_NARROWEST = 0.0025


def new_axes(ax: "Axes | None", *, figsize: tuple[float, float]) -> "Axes":
    """Give `ax` back, or a fresh axes of pyplot's where there is none."""
    if ax is not None:
        return ax
    pyplot = import_extra("matplotlib.pyplot", extra="plot")
    _, fresh = pyplot.subplots(figsize=figsize, layout="constrained")
    return fresh  # type: ignore[no-any-return]


def figure_of(ax: "Axes") -> "Figure":
    """Return the whole figure that holds `ax`."""
    return ax.get_figure(root=True)  # type: ignore[return-value]


def as_numbers(positions: NDArray[Any]) -> NDArray[np.float64]:
    """Positions as floats in the units of the axis (days where they are dates)."""
    if positions.dtype.kind == "M":
        dates = import_extra("matplotlib.dates", extra="plot")
        return np.asarray(dates.date2num(positions), dtype=np.float64)
    return positions.astype(np.float64)


def draw_line(
    ax: "Axes", positions: NDArray[Any], values: ArrayLike, **style: Any
) -> None:
    """Draw a line of as few points as show the same picture."""
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
    """Shade events, each at least two pixels wide so that none is overlooked."""
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
    """Draw what is known as a strip at the bottom."""
    draw_spans(
        ax, positions, truth or (), height=(0.0, 0.04), color=TRUTH, label="truth"
    )


def _joined(
    left: NDArray[np.float64], right: NDArray[np.float64]
) -> list[tuple[float, float]]:
    """Join overlapping spans, lest shades add up; return (left, width) pairs."""
    reach = np.maximum.accumulate(right)
    first = np.flatnonzero(np.r_[True, left[1:] > reach[:-1]])
    last = np.r_[first[1:], len(left)] - 1
    return [
        (float(a), float(b - a)) for a, b in zip(left[first], reach[last], strict=True)
    ]


def threshold_of(offset: float | None) -> float | None:
    """Return the threshold on the scale of the errors, None without a finite one."""
    return None if offset is None or not np.isfinite(offset) else -offset


def draw_threshold(
    line: Any, threshold: float | None, *, label: str | None = None
) -> Any:
    """Draw a threshold with ``ax.axhline`` or ``ax.axvline``, its value in words."""
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
    """Map numbers from 0 to `highest` to colours that can be seen on white."""
    matplotlib = import_extra("matplotlib", extra="plot")
    cm = import_extra("matplotlib.cm", extra="plot")
    visible = matplotlib.colormaps["viridis_r"](np.linspace(0.15, 1, 256))
    return cm.ScalarMappable(
        matplotlib.colors.Normalize(0, max(highest, 1)),
        matplotlib.colors.ListedColormap(visible),
    )


def color_bar(ax: "Axes", colors: Any, label: str) -> None:
    """Say what colours mean, at the right of the axes."""
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
    """Place ticks at 0.1, 0.3, 1, 3, ..., two of which any readable axis has."""
    ticker = import_extra("matplotlib.ticker", extra="plot")
    return ticker.LogLocator(subs=(1, 3))


def dress(ax: "Axes", positions: NDArray[Any]) -> None:
    """Give the x axis dates that can be read, tight limits and a quiet frame."""
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
    """Write millions as ``2.5 M``, not as a power of ten that sits in the title."""
    finite = values[np.isfinite(values)]
    if finite.size and np.ptp(finite) >= 1e5:
        ticker = import_extra("matplotlib.ticker", extra="plot")
        ax.yaxis.set_major_formatter(ticker.EngFormatter())


def frame(ax: "Axes") -> None:
    """Leave only the two spines that carry ticks, and a faint grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)


def title(ax: "Axes", text: str, *, legend: bool = True) -> None:
    """Write the title at the left and the legend at the right above the data."""
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
    """Shade what the detector was trained on, if that is part of the picture."""
    if n_train:
        ax.axvspan(
            positions[0],
            positions[n_train - 1],
            color=TRAINING,
            linewidth=0,
            zorder=0,
            label="trained on",
        )
