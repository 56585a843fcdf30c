"""Eight one-hot rows, encoded by three numbers between 0 and 1."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from _figures._figure import Figure
from skanomaly import AutoencoderDetector

SEEDS = (0, 1, 2, 3, 4)
PARAMETERS = 59
ROWS = np.eye(8)


def figures(data: Path) -> Iterator[Figure]:
    trials = [_trial(seed) for seed in SEEDS]
    yield Figure(
        f"8-3-8 with sigmoids, {PARAMETERS} parameters: every seed rebuilds all eight "
        "rows exactly, when rounded, and so does the decoder alone from the codes",
        {"trials": trials},
        met=all(
            (trial["rebuilt"], trial["decoded"], trial["parameters"])
            == (8, 8, PARAMETERS)
            for trial in trials
        ),
    )
    distinct = [trial["seed"] for trial in trials if trial["decoded_from_bits"] == 8]
    yield Figure(
        "8-3-8: a seed of five whose codes, rounded, are eight distinct triples of "
        "bits, from which the decoder alone rebuilds all eight rows",
        {"seeds": distinct},
        met=bool(distinct),
    )


def _trial(seed: int) -> dict[str, Any]:
    detector = AutoencoderDetector(
        hidden_units=(),
        latent_units=3,
        latent_activation="sigmoid",
        output_activation="sigmoid",
        validation_split=0.0,
        optimizer="rmsprop",
        learning_rate=0.05,
        epochs=1000,
        random_state=seed,
    ).fit(ROWS)
    codes = detector.encode(ROWS)
    bits = codes.round()
    return {
        "seed": seed,
        "rebuilt": _n_exact(detector.reconstruct(ROWS)),
        "decoded": _n_exact(detector.decode(codes)),
        "decoded_from_bits": _n_exact(detector.decode(bits)),
        "codes": ["".join(map(str, row)) for row in bits.astype(int)],
        "parameters": detector.network_.count_params(),
    }


def _n_exact(rebuilt: Any) -> int:
    return int((rebuilt.round() == ROWS).all(axis=1).sum())
