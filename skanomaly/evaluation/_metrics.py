"""All metrics of a run by name; for each of them, higher is better."""

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
    """Compute all metrics from scores, lower for anomalies, and labels of a run.

    Undefined metrics are NaN: all of them if the truth has no anomaly, and the metrics
    of series if the rows are records.
    """
    values = dict.fromkeys(METRICS, nan)
    if not y.any():
        return values
    with warnings.catch_warnings():
        # NaN marks undefined values, and the random value of point-adjusted F1 is
        # reported too.
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
    """Return the requested metrics as a list of valid names."""
    if isinstance(metrics, str):
        metrics = METRICS if metrics == "all" else [metrics]
    names = list(metrics)
    if not names:
        raise ValueError("metrics is empty. Pass at least one name, or 'all'.")
    for name in names:
        if name not in METRICS:
            raise ValueError(
                f"There is no metric {name!r}.{closest(name, METRICS)} Valid "
                f"metrics are: {', '.join(METRICS)}."
            )
    return names
