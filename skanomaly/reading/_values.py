"""Values of a series: missing, infinite, too large, and whole numbers beyond floats."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from skanomaly._text import plural
from skanomaly.exceptions import TwoReadingsError

# Whole numbers up to here are floats of 64 bits without a loss.
_LARGEST_WHOLE = 2**53
# Networks compute with floats of 32 bits, whose squares are infinite beyond this.
_LARGEST = 1e18
# Numbers that devices write for a missing value.
_SENTINELS = (-999, -9999, -99999, -999999, 9999, 99999, 999999)
# Distance from the other values, as a multiple of their range from 1 % to 99 %.
_FAR = 5


def take_off_offsets(
    table: Any, names: list[str], offsets: Mapping[str, int] | None
) -> tuple[dict[str, int], list[str]]:
    """Take the first number off columns of whole numbers that floats cannot hold.

    Return the numbers that were taken off, and warnings of what was rounded.
    """
    taken: dict[str, int] = {}
    rounded = []
    for name in names:
        column = table[name]
        known = column.dropna()
        if column.dtype.kind not in "iuO" or known.empty:
            continue
        if not all(isinstance(number, int | np.integer) for number in known.head()):
            continue
        low, high = int(known.min()), int(known.max())
        if max(abs(low), abs(high)) <= _LARGEST_WHOLE:
            continue
        offset = int((offsets or {}).get(name, known.iloc[0]))
        if high - low > _LARGEST_WHOLE:
            rounded.append(
                f"the whole numbers of column {name!r} have more digits than a float "
                "holds: they were rounded"
            )
            table[name] = column.astype(np.float64)
            continue
        table[name] = column.map(
            lambda number, offset=offset: float(int(number) - offset),
            na_action="ignore",
        ).astype(np.float64)
        taken[name] = offset
    return taken, rounded


def check_size(series: Any) -> None:
    """Raise with the row of a finite number that is too large to compute with."""
    values = series.to_numpy(dtype=np.float64)
    large = np.isfinite(values) & (np.abs(values) > _LARGEST)
    if large.any():
        row, channel = np.argwhere(large)[0]
        raise ValueError(
            f"column {series.columns[channel]!r} holds {values[row, channel]:.9g} in "
            f"row {row}, which is too large to compute with. If it stands for a "
            f"missing value, pass na_values (--na-values {values[row, channel]:.9g}) "
            "and --interpolate."
        )


def check_sentinels(series: Any) -> None:
    """Raise if a number such as -9999 is repeated far from all others."""
    for name in series.columns:
        values = series[name].to_numpy(dtype=np.float64)
        known = values[np.isfinite(values)]
        if not len(known) or (known.min() > -999 and known.max() < 9999):
            continue  # as for nearly all series
        held = np.isin(known, _SENTINELS)
        if not held.any() or held.mean() > 0.5:
            continue
        low, high = np.percentile(known[~held], [1, 99])
        for number in np.unique(known[held]):
            far = max(low - number, number - high)
            if far > _FAR * max(high - low, 1.0):
                count = int((known == number).sum())
                raise TwoReadingsError(
                    f"column {name!r} holds {number:g} in {plural(count, 'row')}, far "
                    "from all other values: a measurement, or a missing one. Pass "
                    f"na_values (--na-values={number:g} --interpolate if it stands "
                    "for a missing value, --na-values= if not).",
                    setting="na_values",
                )


def finite(series: Any, *, interpolate: bool) -> Any:
    """Return a series without missing values, or raise with the first one."""
    known = np.isfinite(series.to_numpy(dtype=np.float64))
    if known.all():
        return series
    if interpolate:
        from skanomaly.preprocessing import interpolate_series

        return interpolate_series(series)
    row, channel = np.argwhere(~known)[0]
    kind = "missing" if series.iloc[:, channel].isna().iloc[row] else "infinite"
    raise ValueError(
        f"{plural(int((~known).sum()), 'value')} missing or infinite: the "
        f"first, in column {series.columns[channel]!r} at {series.index.name or 'row'} "
        f"{series.index[row]}, is {kind}. Fill them with --interpolate."
    )
