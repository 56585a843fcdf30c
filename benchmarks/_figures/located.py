"""Events of generated series begin and end where the anomalies do."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from _figures._figure import Figure
from _figures._made_events import N_TRAIN, made_series
from skanomaly import detect, make_detector
from skanomaly.metrics import (
    event_iou_score,
    event_precision_score,
    event_recall_score,
    onset_error_score,
)

# No constant was chosen on the series of these seeds.
SEEDS = range(200, 220)
IOU, ONSET, CALM = 0.70, 10, 0.9
DETECTORS = ("ensemble", "autoencoder", "pca")


def figures(data: Path) -> Iterator[Figure]:
    warnings.filterwarnings("ignore", ".* is not defined because")
    for name in DETECTORS:
        yield _located(name, asked=name == "ensemble")
    for name in DETECTORS:
        yield _calm(name, asked=name == "ensemble")


def _located(name: str, *, asked: bool) -> Figure:
    values = []
    for seed in SEEDS:
        made = made_series(seed)
        pipeline = make_detector(name, random_state=0).fit(made.X[:N_TRAIN])
        found = detect(pipeline, made.X, made.y, n_train=N_TRAIN)
        truth, labels = made.y[N_TRAIN:], found.labels[N_TRAIN:] == -1
        onset = onset_error_score(truth, labels)
        values.append(
            {
                "iou": event_iou_score(truth, labels),
                "onset": onset,
                "onset_in_periods": onset / made.period,
                "recall": event_recall_score(truth, labels),
                "precision": event_precision_score(truth, labels),
            }
        )
    measured = {
        "iou": float(np.mean([one["iou"] for one in values])),
        "median_onset": float(np.nanmedian([one["onset"] for one in values])),
        "median_onset_in_periods": float(
            np.nanmedian([one["onset_in_periods"] for one in values])
        ),
        "recall": float(np.mean([one["recall"] for one in values])),
        "precision": float(np.mean([one["precision"] for one in values])),
    }
    met = measured["iou"] >= IOU and (
        measured["median_onset"] <= ONSET or measured["median_onset_in_periods"] <= 0.1
    )
    claim = f"{name}: events of {len(SEEDS)} generated series"
    if not asked:
        return Figure(claim, measured)
    claim += f" have an intersection over union of {IOU:.2f} with the true ones and"
    return Figure(f"{claim} begin within {ONSET} samples", measured, met=met)


def _calm(name: str, *, asked: bool) -> Figure:
    n_calm = 0
    for seed in SEEDS:
        made = made_series(seed, n_events=0)
        pipeline = make_detector(name, random_state=0).fit(made.X[:N_TRAIN])
        n_calm += not detect(pipeline, made.X, n_train=N_TRAIN).events
    claim = f"{name}: no event in {len(SEEDS)} generated series without anomalies"
    met = n_calm >= CALM * len(SEEDS) if asked else None
    return Figure(f"{claim} but in a tenth", {"without_event": n_calm}, met=met)
