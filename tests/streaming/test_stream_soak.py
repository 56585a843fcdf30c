"""Streams that go on take no more memory than those that began."""

import gc
import tracemalloc
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "benchmarks"


def test_series_that_go_on_lose_no_sample_and_take_no_memory(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    module = import_module("_figures._soak_of_streams")

    def traced():
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        found = module.soak(3, 20, traced)
    finally:
        tracemalloc.stop()
    assert found["n_samples"] > 1000
    assert found["n_events"] > 0
    assert found["n_wrong_places"] == found["n_wrong_scores"] == 0
    assert found["late_bytes"] < 1.05 * found["early_bytes"]
