"""What may be said on the command line."""

from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
    _ActionsContainer,
    _ArgumentGroup,
)
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from skanomaly import __version__
from skanomaly.cli._fit import DEFAULT_DETECTOR

_EPILOG = """\
examples:
  skanomaly demo
  skanomaly detect metric.csv
  skanomaly detect flows.csv --time Start --value ABBytes --every 1min --agg sum
  skanomaly detect new.csv --train old.csv --detector lstm --threshold sigma:8
  skanomaly score skanomaly-out/model.joblib newer.csv
  skanomaly report skanomaly-out --title "Last week"
  skanomaly benchmark labelled/ --detector pca autoencoder --seeds 3 --jobs 2
"""


class _Parser(ArgumentParser):
    """Point to the help rather than print a screen of usage before the error."""

    def __init__(self, **settings: Any) -> None:
        # Or --labels would be taken for --labels-file where there is no other.
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def make_parser() -> ArgumentParser:
    """Return the parser; what it parses holds the function to call as ``run``."""
    parser = _Parser(
        prog="skanomaly",
        description="Find anomalies in time series with deep learning.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_detect(verbs.add_parser("detect", help="train on a series and find events"))
    _add_score(verbs.add_parser("score", help="find events with a saved model"))
    _add_report(verbs.add_parser("report", help="make the page of a run anew"))
    _add_demo(verbs.add_parser("demo", help="the same on a generated series"))
    _add_benchmark(
        verbs.add_parser("benchmark", help="compare detectors on labelled series")
    )
    return parser


def _add_detect(parser: ArgumentParser) -> None:
    parser.description = (
        "Train a detector on the past of a series, score all of it, report the events."
    )
    parser.add_argument("file", metavar="FILE", help="CSV (also .gz) or parquet")
    _add_reading(parser.add_argument_group("reading"))
    _add_labels(parser.add_argument_group("truth"))
    training = parser.add_argument_group("training")
    part = training.add_mutually_exclusive_group()
    part.add_argument(
        "--train-fraction",
        type=_fraction,
        metavar="F",
        help="train on the first F of the samples, 0 < F < 1 (default: 0.5)",
    )
    part.add_argument(
        "--train-until",
        metavar="DATE",
        help="train on what comes before this time; digits alone, if not more than "
        "there are samples, are a number of samples",
    )
    part.add_argument("--train", metavar="FILE", help="train on this other file")
    _add_detector(training)
    training.add_argument(
        "--continue",
        dest="model",
        type=_model,
        metavar="MODEL",
        help="go on training this saved model instead of a new one",
    )
    _add_events(parser.add_argument_group("events"))
    _add_output(parser.add_argument_group("output"), "skanomaly-out")
    parser.set_defaults(run=_detect)


def _add_score(parser: ArgumentParser) -> None:
    parser.description = (
        "Score a file with a saved model. It is read as the file that the model was "
        "trained on, unless told otherwise."
    )
    parser.add_argument(
        "model",
        type=_model,
        metavar="MODEL",
        help="model.joblib of a former run, or its folder",
    )
    parser.add_argument("file", metavar="FILE", help="CSV (also .gz) or parquet")
    _add_reading(parser.add_argument_group("reading"))
    _add_labels(parser.add_argument_group("truth"))
    events = parser.add_argument_group("events")
    _add_event_size(events)
    _add_output(parser.add_argument_group("output"), "skanomaly-score")
    parser.set_defaults(run=_score)


def _add_report(parser: ArgumentParser) -> None:
    parser.description = (
        "Make report.html anew from the folder of an earlier run, without its model "
        "and without training."
    )
    parser.add_argument("folder", metavar="DIR", help="folder of a former run")
    _add_labels_file(parser)
    parser.add_argument("--title", metavar="T", help="heading of the page")
    parser.add_argument(
        "--out", metavar="FILE", help="file to write (default: report.html in DIR)"
    )
    _add_loudness(parser)
    parser.set_defaults(run=_report)


def _add_demo(parser: ArgumentParser) -> None:
    parser.description = "Detect the known events of a generated series."
    _add_detector(parser.add_argument_group("training"))
    _add_events(parser.add_argument_group("events"))
    _add_output(parser.add_argument_group("output"), "skanomaly-demo")
    parser.set_defaults(run=_demo)


def _add_benchmark(parser: ArgumentParser) -> None:
    from skanomaly.cli._benchmark import DEFAULT_DETECTORS

    parser.description = (
        "Fit and judge detectors on labelled series. What is done is kept: the same "
        "command, given again, makes only the runs that are missing or have failed."
    )
    data = parser.add_argument_group("data")
    data.add_argument(
        "data",
        metavar="DATA",
        nargs="+",
        help="CSV (also .gz) or parquet with a column of labels, .npz with X, y and "
        "train_size, or a folder of these, with or without an index.csv",
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
        help="columns to watch, after DATA, also as a pattern such as 'cpu*' (default: "
        "all that hold numbers)",
    )
    data.add_argument(
        "--train-fraction",
        type=_fraction,
        default=0.5,
        metavar="F",
        help="train on the first F of the samples where the data do not say "
        "(default: 0.5)",
    )
    runs = parser.add_argument_group("runs")
    runs.add_argument(
        "--detector",
        metavar="NAME",
        nargs="+",
        default=DEFAULT_DETECTORS,
        help="after DATA, with parameters if you like, such as "
        f"autoencoder:epochs=5,window=50 (default: {' '.join(DEFAULT_DETECTORS)})",
    )
    runs.add_argument(
        "--seeds",
        type=_positive,
        default=1,
        metavar="N",
        help="how many seeds, from 0 on (default: 1)",
    )
    runs.add_argument(
        "--jobs",
        type=_positive,
        default=1,
        metavar="N",
        help="processes that work at once (default: 1)",
    )
    runs.add_argument(
        "--fresh", action="store_true", help="forget what is done, make all runs"
    )
    output = parser.add_argument_group("output")
    output.add_argument(
        "--metric",
        metavar="NAME",
        default="vus_pr",
        help="what to show; all metrics are in the table (default: vus_pr)",
    )
    output.add_argument(
        "--format",
        choices=("csv", "parquet"),
        default="csv",
        help="of the table of all runs (default: csv)",
    )
    output.add_argument(
        "--mlflow",
        metavar="URI",
        nargs="?",
        const="",
        help="log every run with MLflow, after DATA (without URI: to mlflow.db in DIR)",
    )
    _add_output(output, "skanomaly-benchmark")
    parser.set_defaults(run=_benchmark)


def _add_reading(group: _ArgumentGroup) -> None:
    group.add_argument(
        "--time",
        metavar="COL",
        help="column of times (default: the only one that holds dates, else samples "
        "are numbered)",
    )
    group.add_argument(
        "--value",
        metavar="COL",
        nargs="+",
        action="extend",
        help="column or columns to watch, after FILE, also as a pattern such as 'cpu*' "
        "(default: the only numeric one)",
    )
    group.add_argument(
        "--every", metavar="STEP", help="gather records to steps such as 1min, 1h, 1D"
    )
    group.add_argument(
        "--agg",
        choices=("sum", "mean", "count", "min", "max", "median"),
        help="how to gather them (default: sum)",
    )
    group.add_argument(
        "--fill",
        type=float,
        metavar="NUMBER",
        help="value of steps without a record (default: 0 for sum and count)",
    )
    group.add_argument(
        "--interpolate",
        action="store_true",
        default=None,
        help="fill missing values and steps from their neighbours",
    )
    group.add_argument(
        "--from", dest="first", metavar="DATE", help="leave out what comes before"
    )
    group.add_argument(
        "--until",
        dest="last",
        metavar="DATE",
        help="leave out this time and what comes after",
    )


def _add_labels(group: _ArgumentGroup) -> None:
    told = group.add_mutually_exclusive_group()
    told.add_argument(
        "--labels",
        metavar="COL",
        help="column of FILE that tells the truth, to judge the events by: 1 or True "
        "anomalous and 0 normal, or -1 anomalous and 1 normal",
    )
    _add_labels_file(told)


def _add_labels_file(group: _ActionsContainer) -> None:
    group.add_argument(
        "--labels-file",
        metavar="FILE",
        help="file of one column with such a label for each sample, in the order of "
        "time",
    )


def _add_detector(group: _ArgumentGroup) -> None:
    from skanomaly.compose import detector_names

    group.add_argument(
        "--detector",
        metavar="NAME",
        help=f"{', '.join(detector_names())} (default: {DEFAULT_DETECTOR})",
    )
    group.add_argument(
        "--window",
        type=_window,
        metavar="N",
        help="samples that a detector sees at once (default: auto, from the period)",
    )
    group.add_argument(
        "--epochs",
        type=_positive,
        metavar="N",
        help="passes over the training part, of detectors that train a network",
    )
    group.add_argument(
        "--seed",
        type=_natural,
        metavar="N",
        help="seed of what is random (default: 0, or that of a continued model)",
    )


def _add_events(group: _ArgumentGroup) -> None:
    group.add_argument(
        "--threshold",
        metavar="RULE",
        help="auto, sigma:8, mad:5, iqr:2.5, quantile:0.01, max, pot:1e-4, fixed:2.0 "
        "(default: auto)",
    )
    group.add_argument(
        "--threshold-on",
        choices=("validation", "train", "scored"),
        default="validation",
        help="scores that the rule learns from: those of the held-out end of the "
        "training part (default), of all of it, or of what is scored",
    )
    _add_event_size(group)
    group.add_argument(
        "--all",
        action="store_true",
        help="report events of the part that was trained on, too",
    )


def _add_event_size(group: _ArgumentGroup) -> None:
    group.add_argument(
        "--min-length",
        type=_positive,
        default=1,
        metavar="N",
        help="drop events of fewer samples",
    )
    group.add_argument(
        "--merge-gap",
        type=_natural,
        default=0,
        metavar="N",
        help="join events that are at most this many samples apart",
    )


def _add_output(group: _ArgumentGroup, folder: str) -> None:
    group.add_argument(
        "--out",
        default=folder,
        metavar="DIR",
        help=f"folder to write (default: {folder})",
    )
    _add_loudness(group)


def _add_loudness(group: _ActionsContainer) -> None:
    quiet = group.add_mutually_exclusive_group()
    quiet.add_argument("--json", action="store_true", help="print one JSON object")
    quiet.add_argument("--quiet", action="store_true", help="print nothing")


def _number(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is no whole number") from None
        if number < least:
            raise ArgumentTypeError(f"{number} is less than {least}")
        return number

    return parse


_positive, _natural = _number(1), _number(0)


def _window(text: str) -> int | str:
    return text if text == "auto" else _positive(text)


def _model(text: str) -> str:
    """Take the folder of a run for the model in it."""
    within = Path(text, "model.joblib")
    return str(within) if within.is_file() else text


def _fraction(text: str) -> float:
    try:
        fraction = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number") from None
    if not 0 < fraction < 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return fraction


# Each verb brings modules of its own, which the others and --help need not load.
def _detect(options: Namespace) -> None:
    from skanomaly.cli._detect import detect

    detect(options)


def _score(options: Namespace) -> None:
    from skanomaly.cli._score import score

    score(options)


def _report(options: Namespace) -> None:
    from skanomaly.cli._report import report

    report(options)


def _demo(options: Namespace) -> None:
    from skanomaly.cli._demo import demo

    demo(options)


def _benchmark(options: Namespace) -> None:
    from skanomaly.cli._benchmark import benchmark

    benchmark(options)
