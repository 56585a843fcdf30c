"""How much memory a piece of work takes at its peak."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from math import nan
from pathlib import Path

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"


class Peak:
    """What `peak_memory` measured."""

    mib = nan


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure by how much this process grows at most within the block, in MiB.

    Linux keeps the highest size of a process, exactly, and lets it be reset, so what
    the same process did before does not count. Elsewhere the peak stays NaN: a highest
    size that cannot be reset tells little of the second run of a process.
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
    """Return a size that the kernel tells of this process, in MiB."""
    for line in (_PROCESS / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return nan
