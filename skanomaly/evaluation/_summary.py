"""What a table of results comes down to."""

from math import isfinite
from typing import TYPE_CHECKING

from skanomaly.evaluation._metrics import METRICS

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def metrics_of(results: "DataFrame") -> list[str]:
    """Return the metrics that have any value, in the order of the table."""
    names = [name for name in results.columns if name in METRICS]
    return [name for name in names if results[name].notna().any()]


def by_dataset(results: "DataFrame", column: str) -> "DataFrame":
    """Return the mean over seeds, shape (n_datasets, n_estimators).

    In the order of the table; NaN where nothing is known.
    """
    table = results.pivot_table(
        index="dataset", columns="estimator", values=column, aggfunc="mean", sort=False
    )
    wide: DataFrame = table.reindex(
        index=results["dataset"].unique(), columns=results["estimator"].unique()
    )
    return wide


def mean_values(results: "DataFrame", column: str) -> "Series[float]":
    """Return the mean over data sets of the mean over seeds, by estimator."""
    return by_dataset(results, column).mean()


def seconds_a_run(results: "DataFrame") -> "Series[float]":
    """Return the median seconds of fit and score together, by estimator."""
    total = results["fit_seconds"] + results["score_seconds"]
    return total.groupby(results["estimator"], sort=False).median()


def failures(results: "DataFrame") -> "DataFrame":
    """Return the runs that failed."""
    columns = ["estimator", "dataset", "seed", "error"]
    return results.loc[results["status"] != "ok", columns]


def fixed(value: float) -> str:
    """Write a metric, or a dash where it is not known."""
    return f"{value:.3f}" if isfinite(value) else "–"
