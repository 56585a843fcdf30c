"""Streams that go on take no more memory than those that began."""

import gc
import tracemalloc
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "benchmarks"
# Bytes of what is kept of a series: samples, errors of positions, and an alarm.
MOST_KEPT = 20_000


def test_series_that_go_on_lose_no_sample_and_take_no_memory(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    module = import_module("_figures._soak_of_streams")

    def new_bytes():
        """Return the bytes that are held of those allocated since the first call."""
        gc.collect()
        if not tracemalloc.is_tracing():
            tracemalloc.start()
        return tracemalloc.get_traced_memory()[0]

    try:
        found = module.soak(3, 20, new_bytes, "pca")
    finally:
        tracemalloc.stop()
    assert found["n_samples"] > 300
    assert found["n_events"] > 0
    assert found["n_wrong_places"] == found["n_wrong_scores"] == 0
    # What was held at the first call has been replaced since.
    assert found["late_bytes"] - found["early_bytes"] < 20 * MOST_KEPT
