"""Measurement of the peak memory of a block of code."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from math import nan
from pathlib import Path

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"


class Peak:
    """Result of `peak_memory`: the peak growth in MiB, or NaN."""

    mib = nan


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the peak growth of this process within the block, in MiB.

    Linux records the peak size of a process exactly and allows to reset it, so that
    earlier work of the process does not count. On other systems the peak is NaN: a peak
    that cannot be reset is useless from the second run of a process on.
    """
    peak = Peak()
    gc.collect()
    try:
        (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
    except OSError:
        yield peak
        return
    before = _size("VmRSS")
    yield peak
    peak.mib = max(0.0, _size("VmHWM") - before)


def _size(field: str) -> float:
    """Return a size that the kernel reports for this process, in MiB."""
    for line in (_PROCESS / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return nan
