"""Summaries of a table of results."""

from math import isfinite
from typing import TYPE_CHECKING

from skanomaly.evaluation._metrics import METRICS, check_metrics

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def metrics_of(results: "DataFrame") -> list[str]:
    """Return the metrics with any value, in the order of the table."""
    names = [name for name in results.columns if name in METRICS]
    return [name for name in names if results[name].notna().any()]


def by_dataset(results: "DataFrame", column: str) -> "DataFrame":
    """Return the mean over seeds, of shape (n_datasets, n_estimators).

    Rows and columns are in the order of the table; missing values are NaN.
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


def seconds_per_run(results: "DataFrame") -> "Series[float]":
    """Return the median seconds to fit and score, by estimator."""
    total = results["fit_seconds"] + results["score_seconds"]
    return total.groupby(results["estimator"], sort=False).median()


def summarize(results: "DataFrame", metric: str = "vus_pr") -> "DataFrame":
    """Return mean metric, run time and failures of each estimator, best first.

    Parameters
    ----------
    results : DataFrame
        Results as returned by :func:`evaluate`.
    metric : str, default="vus_pr"
        Metric of `METRICS` to sort by.

    Returns
    -------
    summary : DataFrame of shape (n_estimators, 3)
        Indexed by estimator: ``mean``, the mean over data sets of the mean over seeds
        of `metric`; ``seconds``, the median seconds to fit and score; and ``n_failed``,
        the number of failed runs. Missing values are NaN.

    Raises
    ------
    ValueError
        If `metric` is unknown.

    Examples
    --------
    >>> from skanomaly.datasets import make_periodic
    >>> from skanomaly.evaluation import evaluate, summarize
    >>> made = make_periodic(800, period=25, random_state=0)
    >>> results = evaluate(["pca"], {"waves": (made.X, made.y, made.train_size)})
    >>> summarize(results, "event_f1")[["mean", "n_failed"]]
               mean  n_failed
    estimator
    pca        0.75         0
    """
    check_metrics([metric])
    means = mean_values(results, metric).sort_values(ascending=False)
    failed = results["status"] != "ok"
    return means.to_frame("mean").assign(
        seconds=seconds_per_run(results),
        n_failed=failed.groupby(results["estimator"]).sum(),
    )


def failures(results: "DataFrame") -> "DataFrame":
    """Return the failed runs."""
    columns = ["estimator", "dataset", "seed", "error"]
    return results.loc[results["status"] != "ok", columns]


def fixed(value: float) -> str:
    """Return a metric with three decimals, or a dash if it is not finite."""
    return f"{value:.3f}" if isfinite(value) else "–"
