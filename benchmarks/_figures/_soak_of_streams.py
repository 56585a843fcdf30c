"""Stream many series for a while; run in a fresh process on Linux.

    python _soak_of_streams.py SECONDS N_KEYS

Prints one JSON object: memory in bytes after a tenth of the time and at the end, and
what was counted. A sample is a function of its series and position, so that scores are
compared with those of the whole series all the time.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from skanomaly import EventRule, StreamScorer, detect, make_detector

PERIOD = 25
# Samples from one anomaly to the next, how many it has, and how large it is.
EVERY, LENGTH, SIZE = 150, 6, 4.0
MOST_AT_ONCE = 4
TOLERANCE = 1e-6


def soak(
    seconds: float,
    n_keys: int,
    memory: Callable[[], int] | None = None,
    detector: str = "cnn",
) -> dict[str, Any]:
    """Stream series in blocks of random length, and count what does not fit."""
    memory = memory or resident
    model = make_detector(detector, window=32, random_state=0)
    train = samples(0, -1000, -400)  # before the first anomaly
    model.fit(train)
    usual = detect(model, train).usual_error
    rule = EventRule(merge_gap=3)
    stream = StreamScorer(model, events=rule, usual_error=usual)
    rng, seen = np.random.default_rng(0), np.zeros(n_keys, np.intp)
    found = {"n_ticks": 0, "n_events": 0, "n_wrong_places": 0, "n_wrong_scores": 0}
    early, start = None, time.monotonic()
    while (passed := time.monotonic() - start) < seconds:
        if early is None and passed > seconds / 10:
            early = memory()
        sizes = rng.integers(0, MOST_AT_ONCE, n_keys)
        blocks = {k: samples(k, seen[k], seen[k] + n) for k, n in enumerate(sizes)}
        updates = stream.observe_many(blocks)
        for key, update in updates.items():
            whole = len(update.scores) == sizes[key]
            in_place = update.first == seen[key] - stream.delay_
            found["n_wrong_places"] += not (whole and in_place)
            found["n_events"] += len(update.closed)
        seen += sizes
        key = int(rng.integers(n_keys))
        found["n_wrong_scores"] += wrong_scores(model, stream, updates[key], key)
        found["n_ticks"] += 1
    return {
        "seconds": passed,
        "n_keys": n_keys,
        "n_samples": int(seen.sum()),
        "early_bytes": early,
        "late_bytes": memory(),
        **found,
    }


def wrong_scores(model: Any, stream: StreamScorer, update: Any, key: int) -> int:
    """Return the number of scores that are not those of the whole series."""
    n, window = len(update.scores), stream.window_
    first, stop = update.first - window, update.first + n + window
    if not n or first < 0:
        return 0
    whole = model.score_samples(samples(key, first, stop))[window : window + n]
    return int(np.sum(~(np.abs(update.scores - whole) < TOLERANCE * (1 - whole))))


def samples(key: int, first: int, stop: int) -> NDArray[np.float64]:
    """Return samples of a series with noise and an anomaly now and then."""
    places = np.arange(first, stop)
    noise = np.sin(places * 12.9898 + key * 78.233) * 43758.5453
    wave = np.sin(2 * np.pi * places / PERIOD + key) + 0.1 * (noise - np.floor(noise))
    is_anomaly = (places + 37 * key) % EVERY < LENGTH
    return (wave + SIZE * is_anomaly * (places >= 0))[:, np.newaxis]


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(soak(float(sys.argv[1]), int(sys.argv[2]))))
