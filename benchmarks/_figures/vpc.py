"""Flow logs of a network with one huge spike in the last fifth."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _figures._command import skanomaly
from _figures._figure import Figure

SEEDS = (0, 1, 2)
SPIKE = "2019-07-02T18:32:00"
COUNTERS = "ABBytes BABytes ABPackets BAPackets"
CNN = "--value ABBytes --detector cnn --window 16"


def figures(data: Path) -> Iterator[Figure]:
    for seed in SEEDS:
        yield from _as_the_original(data, seed)
    for rule in ("sigma:8", "sigma:3", "auto"):
        answer = _detect(data, f"{CNN} --threshold {rule}")
        yield Figure(f"cnn, {rule} on the validation part", _found(answer))
    for window in ("16", "auto"):
        for rule in ("sigma:8 --threshold-on scored", "auto"):
            said = f"--detector autoencoder --window {window} --threshold {rule}"
            found = _found(_detect(data, f"--value {COUNTERS} {said}"))
            yield Figure(f"four counters, {said}", found)


def _as_the_original(data: Path, seed: int) -> Iterator[Figure]:
    common = f"{CNN} --threshold-on scored --seed {seed}"
    found = _found(_detect(data, f"{common} --threshold sigma:8"))
    yield Figure(
        f"cnn, sigma:8 on the scored part, seed {seed}: the spike at {SPIKE} and at "
        "most two other events",
        found,
        met=found["spike"] and found["n_events"] <= 3,
    )
    found = _found(_detect(data, f"{common} --threshold sigma:3"))
    yield Figure(
        f"cnn, sigma:3 on the scored part, seed {seed}: 8 to 20 samples",
        found,
        met=8 <= found["n_samples"] <= 20,
    )


def _detect(data: Path, said: str) -> dict[str, Any]:
    file = str(data / "seeds/vpc-flow-logs/data_example.csv")
    reading = "--time Start --every 1min --agg sum --train-fraction 0.8"
    with TemporaryDirectory() as folder:
        return skanomaly(
            *("detect", file, *reading.split(), *said.split(), "--json"),
            folder=Path(folder),
        ).answer


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    """Return whether an event contains the spike, and the events.

    Times in ISO format are compared as texts, which have the same order.
    """
    events = answer["events"]
    return {
        "spike": any(e["start_time"] <= SPIKE < e["stop_time"] for e in events),
        "n_events": len(events),
        "n_samples": answer["n_anomalous_samples"],
        "window": answer["window"],
        "events": [
            f"{event['start_time']}, {event['length']} min"
            + (f", {event['channel']}" if event["channel"] else "")
            for event in events
        ],
    }
