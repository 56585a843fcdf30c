"""``skanomaly benchmark``: evaluate detectors on labelled series."""

import ast
import json
import re
import shlex
import sys
from argparse import ArgumentParser, Namespace, _ArgumentGroup
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra
from skanomaly._text import closest, plural
from skanomaly.cli._errors import InputError, bad_input, warn
from skanomaly.cli._options import add_output
from skanomaly.cli._types import fraction, positive

if TYPE_CHECKING:
    from pandas import DataFrame

SUMMARY = "compare detectors on labelled series"
# One fitted without epochs, one of scikit-learn, one that trains a network.
DEFAULT_DETECTORS = ("pca", "isolation_forest", "autoencoder")
_INTERRUPTED = 130
# Commas before the next parameter, not those within a value.
_NEXT = re.compile(r",(?=\s*\w+\s*=)")
# Values that need no quotes, such as sigma:8.
_WORD = re.compile(r"[^,()\[\]{}]+")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly benchmark``."""
    parser.description = (
        "Fit detectors on labelled series and evaluate them. Finished runs are kept; "
        "the same command makes only the runs that are missing or have failed."
    )
    _add_data(parser.add_argument_group("data"))
    _add_runs(parser.add_argument_group("runs"))
    _add_results(parser.add_argument_group("output"))
    parser.set_defaults(run=benchmark)


def _add_data(data: _ArgumentGroup) -> None:
    data.add_argument(
        "data",
        metavar="DATA",
        nargs="+",
        help="CSV (also .gz) or parquet file with a column of labels, .npz file with "
        "X, y and train_size, or folder of such files, with or without an index.csv",
    )
    data.add_argument(
        "--labels",
        metavar="COL",
        default="label",
        help="column of labels, 1 for anomalies (default: label)",
    )
    data.add_argument(
        "--value",
        metavar="COL",
        nargs="+",
        action="extend",
        help="columns to use, or patterns such as 'cpu*'; goes after DATA (default: "
        "all numeric columns)",
    )
    data.add_argument(
        "--train-fraction",
        type=fraction,
        default=0.5,
        metavar="F",
        help="fraction of the samples to train on, from the start, for data sets "
        "that do not define it; 0 < F < 1 (default: 0.5)",
    )


def _add_runs(runs: _ArgumentGroup) -> None:
    runs.add_argument(
        "--detector",
        metavar="NAME",
        nargs="+",
        default=DEFAULT_DETECTORS,
        help="detectors, optionally with parameters, such as "
        "autoencoder:epochs=5,window=50; goes after DATA (default: "
        f"{' '.join(DEFAULT_DETECTORS)})",
    )
    runs.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="number of seeds; they are 0 to N - 1 (default: 1)",
    )
    runs.add_argument(
        "--jobs",
        type=positive,
        default=1,
        metavar="N",
        help="number of parallel processes (default: 1)",
    )
    runs.add_argument(
        "--fresh", action="store_true", help="discard finished runs and make all runs"
    )


def _add_results(output: _ArgumentGroup) -> None:
    output.add_argument(
        "--metric",
        metavar="NAME",
        default="vus_pr",
        help="metric to show; the table holds all metrics (default: vus_pr)",
    )
    output.add_argument(
        "--format",
        choices=("csv", "parquet"),
        default="csv",
        help="format of the table of all runs (default: csv)",
    )
    output.add_argument(
        "--mlflow",
        metavar="URI",
        nargs="?",
        const="",
        help="log every run with MLflow to this URI (without it: to mlflow.db in DIR); "
        "goes after DATA",
    )
    add_output(output, "skanomaly-benchmark")


def benchmark(options: Namespace) -> None:
    """Run ``skanomaly benchmark``."""
    from skanomaly.evaluation import METRICS, evaluate, load_datasets, write_results

    if options.metric not in METRICS:
        raise InputError(
            f"There is no metric {options.metric!r}.{closest(options.metric, METRICS)} "
            f"Valid metrics are: {', '.join(METRICS)}."
        )
    estimators = {text: _detector(text) for text in options.detector}
    out = Path(options.out)
    with bad_input():
        if options.format == "parquet":
            import_extra("pyarrow", extra="cli")
        import_extra("matplotlib", extra="plot")
        datasets = load_datasets(
            options.data,
            label=options.labels,
            values=options.value,
            train_fraction=options.train_fraction,
        )
        out.mkdir(parents=True, exist_ok=True)
    start = perf_counter()
    with _kept(out), bad_input(), _bar(options) as advance:
        results = evaluate(
            estimators,
            datasets,
            seeds=range(options.seeds),
            n_jobs=options.jobs,
            store=out / "runs",
            fresh=options.fresh,
            mlflow=_mlflow_uri(options, out),
            callback=advance,
        )
    seconds = perf_counter() - start
    about = {"command": shlex.join(["skanomaly", *sys.argv[1:]])}
    with bad_input():
        paths = write_results(
            results, out, format=options.format, metric=options.metric, about=about
        )
    _warn_of_gaps(results)
    if options.json:
        print(json.dumps(_to_json(results, options, paths, seconds)))
    elif not options.quiet:
        _print(results, options, paths)


def _warn_of_gaps(results: "DataFrame") -> None:
    """Warn about data sets without an anomaly and about failed runs."""
    n_anomalous = results.groupby("dataset")["n_anomalous"].first()
    n_silent = int((n_anomalous == 0).sum())
    if n_silent:
        sets = plural(n_silent, "data set")
        warn(f"{sets} of {len(n_anomalous)} without an anomaly: left out of metrics")
    failed = results[results["status"] != "ok"]
    for error in failed["error"].unique():
        n_runs = plural(int((failed["error"] == error).sum()), "run")
        warn(f"{n_runs} failed and will be repeated by the next call: {error}")


def _detector(text: str) -> Any:
    """Return the detector of ``name`` or ``name:parameter=value,...``."""
    from skanomaly.compose import detector_names, make_detector

    name, _, said = text.partition(":")
    if name not in detector_names():
        raise InputError(
            f"There is no detector {name!r}.{closest(name, detector_names())} "
            f"Valid detectors are: {', '.join(detector_names())}."
        )
    try:
        params = dict(_parameter(one) for one in _NEXT.split(said)) if said else {}
        return make_detector(name, **params)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"--detector {text}: {str(error).rstrip('.')}; write parameters "
            f"as in {name}:window=50."
        ) from error


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = map(str.strip, text.partition("="))
    if not equals:
        raise ValueError(f"{text!r} has no '='")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        if _WORD.fullmatch(value):
            return name, value
        raise ValueError(
            f"{value!r} is neither a word nor a value such as 5 or (1, 2)"
        ) from None


def _mlflow_uri(options: Namespace, out: Path) -> str | None:
    if options.mlflow != "":
        uri: str | None = options.mlflow
        return uri
    return f"sqlite:///{(out / 'mlflow.db').absolute()}"


@contextmanager
def _kept(out: Path) -> Iterator[None]:
    """Report on an interrupt that the finished runs are kept."""
    try:
        yield
    except KeyboardInterrupt:
        warn(f"interrupted; {out / 'runs'} keeps the finished runs: repeat the command")
        raise SystemExit(_INTERRUPTED) from None


@contextmanager
def _bar(options: Namespace) -> Iterator[Callable[..., None] | None]:
    """Show a progress bar of the runs if standard error is a terminal."""
    if options.quiet or options.json or not sys.stderr.isatty():
        yield None
        return
    rich_progress = import_extra("rich.progress", extra="cli")
    rich_console = import_extra("rich.console", extra="cli")
    progress = rich_progress.Progress(
        rich_progress.TextColumn("{task.description}", markup=False),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TimeRemainingColumn(),
        console=rich_console.Console(stderr=True),
        transient=True,
    )
    task = progress.add_task("runs", total=None)

    def advance(record: dict[str, Any], n_done: int, n_runs: int) -> None:
        said = f"{record['estimator']} on {record['dataset'][:24]}"
        progress.update(task, completed=n_done, total=n_runs, description=said)

    with progress:
        yield advance


def _to_json(
    results: "DataFrame", options: Namespace, paths: list[Path], seconds: float
) -> dict[str, Any]:
    return {
        "command": options.command,
        "n_runs": len(results),
        "n_failed": int((results["status"] != "ok").sum()),
        "metric": options.metric,
        "means": {name: mean for name, mean, *_ in _summary(results, options.metric)},
        "files": {path.name: str(path) for path in paths},
        "seconds": round(seconds, 3),
    }


def _print(results: "DataFrame", options: Namespace, paths: list[Path]) -> None:
    rich_console = import_extra("rich.console", extra="cli")
    rich_table = import_extra("rich.table", extra="cli")
    console = rich_console.Console(highlight=False, markup=False, soft_wrap=True)
    n_datasets = results["dataset"].nunique()
    table = rich_table.Table(
        title=f"{plural(len(results), 'run')} on {plural(n_datasets, 'data set')}",
        title_justify="left",
    )
    table.add_column("detector")
    for head in (f"mean {options.metric}", "median seconds", "failed"):
        table.add_column(head, justify="right")
    for name, mean, seconds, n_failed in _summary(results, options.metric):
        shown = "-" if mean is None else f"{mean:.3f}"
        took = "-" if seconds is None else f"{seconds:.3g}"
        table.add_row(name, shown, took, str(n_failed))
    console.print(table)
    console.print("Wrote " + ", ".join(map(str, paths)))


def _summary(
    results: "DataFrame", metric: str
) -> list[tuple[str, float | None, float | None, int]]:
    """Return name, mean, seconds and number of failures per detector, best first."""
    from skanomaly.evaluation import summarize

    summary = summarize(results, metric)
    return [
        (str(name), _known(mean), _known(seconds), int(n_failed))
        for name, (mean, seconds, n_failed) in zip(
            summary.index, summary.to_numpy(), strict=True
        )
    ]


def _known(value: float) -> float | None:
    return float(value) if value == value else None
