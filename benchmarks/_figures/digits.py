"""Images of digits: one digit is normal, the other nine are anomalies."""

from collections.abc import Iterator
from pathlib import Path

from sklearn.datasets import load_digits

from _figures._figure import Figure
from _figures._records import Maker, Records, judge, mean_of
from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    ConvAutoencoderDetector,
    PCADetector,
    RecurrentAutoencoderDetector,
    VariationalAutoencoderDetector,
)

SEED = 0
# The 90 or so training images would be a single step per epoch in large batches.
BATCHES = {"batch_size": 16, "epochs": 100, "patience": 10, "center": None}
# For these, an image is a sequence of eight lines of eight values.
LINES = {**BATCHES, "n_channels": 8}
DETECTORS: dict[str, Maker] = {
    "autoencoder": lambda seed: AutoencoderDetector(random_state=seed, **BATCHES),
    "vae": lambda seed: VariationalAutoencoderDetector(random_state=seed, **BATCHES),
    "bigan": lambda seed: BiGANDetector(random_state=seed, **BATCHES),
    "conv_autoencoder": lambda seed: ConvAutoencoderDetector(
        random_state=seed, **LINES
    ),
    "recurrent_autoencoder": lambda seed: RecurrentAutoencoderDetector(
        cell="gru", learning_rate=0.01, random_state=seed, **LINES
    ),
    "pca": lambda seed: PCADetector(),
}


def figures(data: Path) -> Iterator[Figure]:
    X, digit = load_digits(return_X_y=True)
    splits = [Records.split(X, digit != normal, seed=SEED) for normal in range(10)]
    for name, make in DETECTORS.items():
        rows = [judge(make(SEED), records) for records in splits]
        yield Figure(
            f"digits, {name}: mean ROC AUC over ten normal digits",
            {**mean_of(rows), "digits": [row["roc_auc"] for row in rows]},
        )
