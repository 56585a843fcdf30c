"""Continued training starts from the weights of the former training."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from _figures._figure import Figure
from skanomaly import CNNForecastDetector, Shingler, aggregate_series, split_series

SEEDS = (0, 1, 2)
PATIENCE = 3
MOST_RATIO = 1.1


def figures(data: Path) -> Iterator[Figure]:
    train = _training_part(data)
    for seed in SEEDS:
        for name, go_on in WAYS.items():
            # All epochs, so that the last loss is that of the weights that are kept.
            pipeline = _pipeline(seed, epochs=10, patience=None).fit(train)
            losses = _losses(pipeline, go_on, train)
            yield Figure(
                f"flow logs, {name}, seed {seed}: the first loss after going on is at "
                f"most {MOST_RATIO - 1:.0%} above the last one before",
                losses,
                met=losses["after"] <= MOST_RATIO * losses["before"],
            )
        # Early stopping restores the weights of an earlier epoch, whose loss is near
        # that of a start from scratch, so no claim is possible here.
        pipeline = _pipeline(seed, epochs=100, patience=PATIENCE).fit(train)
        kept = pipeline[-1].history_["loss"][-1 - PATIENCE]
        yield Figure(
            f"flow logs, fit with warm_start after early stopping, seed {seed}",
            {**_losses(pipeline, _fit, train), "of_the_weights_kept": kept},
        )


def _training_part(data: Path) -> pd.DataFrame:
    records = pd.read_csv(data / "seeds/vpc-flow-logs/data_example.csv")
    series = aggregate_series(records, time="Start", value="ABBytes", every="1min")
    return split_series(series, train_fraction=0.8)[0]


def _pipeline(seed: int, **params: Any) -> Pipeline:
    detector = CNNForecastDetector(
        horizon=1, warm_start=True, random_state=seed, **params
    )
    return make_pipeline(StandardScaler(), Shingler(17), detector)


def _fit(pipeline: Pipeline, train: pd.DataFrame) -> Pipeline:
    return pipeline.fit(train)


def _partial_fit(pipeline: Pipeline, train: pd.DataFrame) -> Pipeline:
    pipeline[-1].partial_fit(pipeline[:-1].transform(train))
    return pipeline


def _fit_reloaded(pipeline: Pipeline, train: pd.DataFrame) -> Pipeline:
    with TemporaryDirectory() as folder:
        joblib.dump(pipeline, Path(folder) / "pipeline.joblib")
        reloaded = joblib.load(Path(folder) / "pipeline.joblib")
    return reloaded.fit(train)


WAYS: dict[str, Callable[[Pipeline, pd.DataFrame], Pipeline]] = {
    "fit with warm_start": _fit,
    "partial_fit": _partial_fit,
    "saved, reloaded and fitted with warm_start": _fit_reloaded,
}


def _losses(
    pipeline: Pipeline,
    go_on: Callable[[Pipeline, pd.DataFrame], Pipeline],
    train: pd.DataFrame,
) -> dict[str, float]:
    before = list(pipeline[-1].history_["loss"])
    after = go_on(pipeline, train)[-1].history_["loss"][len(before)]
    return {
        "ratio": after / before[-1],
        "before": before[-1],
        "after": after,
        "from_scratch": before[0],
        "epochs": len(before),
    }
