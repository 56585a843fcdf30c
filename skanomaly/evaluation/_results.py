"""Writing of results: a table and a page with charts."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from skanomaly._compat import import_extra
from skanomaly._versions import software_versions
from skanomaly.evaluation._metrics import check_metrics
from skanomaly.evaluation._page import render_page
from skanomaly.evaluation._summary import metrics_of

if TYPE_CHECKING:
    from pandas import DataFrame

FORMATS = ("csv", "parquet")
PAGE = "benchmark.html"


def write_results(
    results: "DataFrame",
    folder: str | PathLike[str],
    *,
    format: str = "csv",
    metric: str = "vus_pr",
    about: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write results to a table and a page with charts.

    Both are first written to a hidden folder and then moved to `folder`, so that
    neither is ever incomplete.

    Parameters
    ----------
    results : DataFrame
        Results as returned by `evaluate`.
    folder : str or path-like
        Folder to write to; created if it does not exist.
    format : {"csv", "parquet"}, default="csv"
        Format of the table, ``results.csv`` or ``results.parquet``.
    metric : str, default="vus_pr"
        Metric of the charts. If it has no value, as for records, the first metric that
        has one.
    about : mapping of str to str, default=None
        Further facts for the section of the page on how the results were made.

    Returns
    -------
    paths : list of Path
        Paths of the table and of the page, ``benchmark.html``. The page shows bars of
        the means, a critical-difference diagram, quality against run time, all means,
        the values per data set, failures, and how the results were made. It is one file
        without scripts that needs no network.

    Raises
    ------
    ValueError
        If `format` or `metric` is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from skanomaly.datasets import make_periodic
    >>> from skanomaly.evaluation import evaluate, write_results
    >>> made = make_periodic(800, period=25, random_state=0)
    >>> results = evaluate(["pca"], {"waves": (made.X, made.y, made.train_size)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_results(results, folder)]
    ['results.csv', 'benchmark.html']
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {FORMATS}, got {format!r}.")
    check_metrics([metric])
    if format == "parquet":
        import_extra("pyarrow", extra="cli")
    measured = metrics_of(results)
    if metric not in measured and measured:
        metric = measured[0]
    page = render_page(results, metric, _about() | dict(about or {}), "Benchmark")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    table = f"results.{format}"
    with TemporaryDirectory(prefix=".skanomaly-", dir=folder) as hidden:
        staged = Path(hidden)
        if format == "csv":
            results.to_csv(staged / table, index=False)
        else:
            results.to_parquet(staged / table, index=False)
        (staged / PAGE).write_text(page, encoding="utf-8")
        for name in (table, PAGE):
            os.replace(staged / name, folder / name)
    return [folder / table, folder / PAGE]


def _about() -> dict[str, str]:
    versions = software_versions(python=True)
    return {
        "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "software": ", ".join(f"{name} {v}" for name, v in versions.items()),
        "machine": f"{platform.platform()}, {os.cpu_count()} cores",
    }
