"""All metrics of one run, by name; more is better for each of them."""

import warnings
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._text import closest
from skanomaly.metrics import all_metrics

METRICS = tuple(metric.name for metric in all_metrics())


def judge(
    y: NDArray[np.bool_],
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
    *,
    window: int,
    records: bool = False,
) -> dict[str, float]:
    """Judge the scores of a run, lower for anomalies, and its labels.

    NaN is what cannot be told: everything where the truth has no anomaly, and metrics
    of series where rows are records.
    """
    values = dict.fromkeys(METRICS, nan)
    if not y.any():
        return values
    with warnings.catch_warnings():
        # NaN says it, and point-adjusted F1 has its random value beside it.
        warnings.simplefilter("ignore")
        for metric in all_metrics():
            if records and metric.series_only:
                continue
            scorer = metric.scorer(window=window)
            if metric.response == "score":
                value = scorer.of_scores(y, scores)
            else:
                value = scorer.of_labels(y, anomalous)
            values[metric.name] = 0.0 + value  # no delay is 0, not -0
    return values


def check_metrics(metrics: Any) -> list[str]:
    """Return the names of the metrics that were asked for."""
    if isinstance(metrics, str):
        metrics = METRICS if metrics == "all" else [metrics]
    names = list(metrics)
    if not names:
        raise ValueError("metrics is empty: name one at least, or 'all'.")
    for name in names:
        if name not in METRICS:
            raise ValueError(
                f"there is no metric {name!r}.{closest(name, METRICS)} Known are: "
                f"{', '.join(METRICS)}."
            )
    return names
