"""Eight one-hot rows through a code of three bits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from _figures._figure import Figure
from skanomaly import AutoencoderDetector

SEEDS = (0, 1, 2, 3, 4)
PARAMETERS = 59


def figures(data: Path) -> Iterator[Figure]:
    for seed in SEEDS:
        measured = _trial(seed)
        yield Figure(
            "8-3-8 with sigmoids rebuilds eight one-hot rows exactly, when rounded; "
            "eight distinct codes of three bits; the decoder alone rebuilds from the "
            f"bits: seed {seed}",
            measured,
            met=measured["rebuilt"] == 8
            and measured["distinct_codes"] == 8
            and measured["decoded_from_bits"] == 8
            and measured["parameters"] == PARAMETERS,
        )


def _trial(seed: int) -> dict[str, Any]:
    X = np.eye(8)
    detector = AutoencoderDetector(
        hidden_units=(),
        latent_units=3,
        latent_activation="sigmoid",
        output_activation="sigmoid",
        center=None,
        validation_split=0.0,
        learning_rate=0.1,
        epochs=1000,
        batch_size=8,
        random_state=seed,
    ).fit(X)
    bits = detector.encode(X).round()
    return {
        "rebuilt": _n_exact(detector.reconstruct(X)),
        "decoded_from_bits": _n_exact(detector.decode(bits)),
        "distinct_codes": len(np.unique(bits, axis=0)),
        "codes": ["".join(map(str, row)) for row in bits.astype(int)],
        "largest_error": float(np.abs(detector.reconstruct(X) - X).max()),
        "parameters": detector.network_.count_params(),
    }


def _n_exact(rebuilt: Any) -> int:
    return int((rebuilt.round() == np.eye(8)).all(axis=1).sum())
