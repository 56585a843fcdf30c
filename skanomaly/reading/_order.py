"""Order of times and their steps."""

from typing import Any

import numpy as np

from skanomaly._compat import import_extra
from skanomaly._text import plural

# Times that 64-bit nanoseconds can hold, with a margin for sums of steps.
_FIRST_YEAR, _LAST_YEAR = 1678, 2261
# Above this share of steps without a record, a stray date is looked for.
_MOST_EMPTY = 0.9
_MOST_STEPS = 20_000_000
_HOUR = np.timedelta64(1, "h")


def in_order(series: Any, *, aggregated: bool) -> tuple[Any, str]:
    """Return a series with its oldest sample first, and what its order was."""
    times = series.index
    if times.is_monotonic_increasing:
        return series, "oldest first"
    if times.is_monotonic_decreasing:
        return series.iloc[::-1], "newest first: reversed"
    row = None if aggregated else _repeated_hour(times)
    if row is not None:
        raise ValueError(
            f"the times {times.name!r} go back by an hour in row {row}, from "
            f"{times[row - 1]} to {times[row]}, as where clocks are set back. Write "
            "times with their offset from UTC, or aggregate them with --every."
        )
    return series.sort_index(kind="stable"), "not in order: sorted"


def _repeated_hour(times: Any) -> int | None:
    """Return the row in which times in order go back by an hour, at most yearly."""
    if getattr(times, "tz", None) is not None or times.dtype.kind != "M":
        return None
    steps = np.diff(times.to_numpy())
    back = np.flatnonzero(steps < np.timedelta64(0))
    usual = np.median(steps)
    if not len(back) or (steps[back] + _HOUR != usual).any():
        return None
    stamps = times.to_numpy()[back + 1]
    often = len(back) > 1 and np.diff(stamps).min() < np.timedelta64(200, "D")
    return None if often else int(back[0]) + 1


def check_range(times: Any) -> None:
    """Raise with the row of a time that 64-bit nanoseconds cannot hold."""
    if times.min().year < _FIRST_YEAR or times.max().year > _LAST_YEAR:
        years = times.year
        beyond = np.asarray((years < _FIRST_YEAR) | (years > _LAST_YEAR))
        row = int(beyond.argmax())
        raise ValueError(
            f"column {times.name!r} holds {times[row]} in row {row}, which is "
            "far from any time of measurement and often stands for a missing one. "
            "Drop the row, or leave it out with --from and --until."
        )


def check_steps(times: Any, every: Any) -> None:
    """Raise if nearly all steps would be empty, with the rows of stray times."""
    pd = import_extra("pandas", extra="cli")
    step = _step(pd, every)
    if step is None or step <= pd.Timedelta(0):  # the aggregation says what is wrong
        return
    bare = times
    if getattr(times, "tz", None) is not None:
        # In UTC, no hour is repeated or missing.
        bare = times.tz_convert("UTC").tz_localize(None)
    rows_in_order = np.argsort(bare.to_numpy(), kind="stable")
    ordered = bare[rows_in_order]
    span = ordered[-1] - ordered[0]
    n_steps = span / step + 1
    if n_steps < 100:
        return
    n_full = ordered.floor(step).nunique()
    stray = _stray(ordered)
    if stray.any() and n_full < (1 - _MOST_EMPTY) * n_steps:
        rows = sorted(rows_in_order[stray].tolist())
        named = ", ".join(f"row {row} ({times[row]})" for row in rows[:3])
        more = ", ..." if len(rows) > 3 else ""
        raise ValueError(
            f"--every would make {int(n_steps):,} steps, of which only {n_full:,} have "
            f"records: {plural(len(rows), 'time')} far from all others, {named}{more}. "
            "Drop these rows, or leave them out with --from and --until."
        )
    if n_steps > _MOST_STEPS:
        raise ValueError(
            f"--every would make {int(n_steps):,} steps for {len(times):,} records. "
            "Pass a longer step, or a shorter time with --from and --until."
        )


def _step(pd: Any, every: Any) -> Any:
    """Return a step as a length of time, None for months and what is no step."""
    try:
        return pd.Timedelta(pd.tseries.frequencies.to_offset(every))
    except (TypeError, ValueError):
        return None


def _stray(ordered: Any) -> Any:
    """Return which times are few and beyond a gap of more than half of the span."""
    stamps = ordered.to_numpy().astype("datetime64[ns]").astype(np.int64)
    gaps = np.diff(stamps)
    stray = np.zeros(len(stamps), dtype=bool)
    if not len(gaps) or gaps.max() <= 0.5 * (stamps[-1] - stamps[0]):
        return stray
    cut, few = int(gaps.argmax()) + 1, max(1, len(stamps) // 100)
    if cut <= few:
        stray[:cut] = True
    elif len(stamps) - cut <= few:
        stray[cut:] = True
    return stray


def step_of(times: Any) -> str:
    """Return the usual step of times in words."""
    if len(times) < 2:
        return "none"
    return str(_usual_step(times, np.diff(times.asi8))).removeprefix("0 days ")


def _usual_step(times: Any, steps: Any) -> Any:
    """Return the median of steps, which are numbers in the unit of the times."""
    pd = import_extra("pandas", extra="cli")
    usual = steps[0] if steps.min() == steps.max() else np.median(steps)
    return pd.Timedelta(int(usual), unit=times.unit)


def uneven_steps(times: Any) -> str | None:
    """Return what is uneven about times in order, which every detector minds."""
    steps = np.diff(times.asi8)
    if not len(steps) or 0 < steps.min() == steps.max():
        return None
    n_repeated, median = int((steps == 0).sum()), np.median(steps)
    usual = _usual_step(times, steps)
    # Months, and days on which clocks change, differ by less than this.
    uneven = int(((steps < 0.5 * median) | (steps > 1.5 * median)).sum())
    if n_repeated:
        what = (
            f"{plural(n_repeated, 'time')} of {len(times):,} equal to the previous one "
            "(name the column of series that are below each other with --series)"
        )
    elif uneven:
        what = (
            f"{plural(uneven, 'step')} of {len(steps):,} more than half shorter or "
            f"longer than the median step, {usual}"
        )
    else:
        return None
    return (
        f"{what}. Aggregate the samples to equal steps with --every; for levels such "
        "as a temperature, also pass --agg mean --interpolate"
    )
