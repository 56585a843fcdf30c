"""Options that several commands share."""

from argparse import (
    BooleanOptionalAction,
    Namespace,
    _ActionsContainer,
    _ArgumentGroup,
)
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skanomaly.cli._errors import InputError, bad_input
from skanomaly.cli._fit import DEFAULT_DETECTOR
from skanomaly.cli._reading import index_of
from skanomaly.cli._types import (
    deviation,
    k_of_n,
    natural,
    positive,
    samples_or_duration,
    separator,
    window_size,
    yes_or_no,
)

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.detection import EventRule

_LABEL_VALUES = (
    "1 or True for anomalies and 0 for normal samples, or -1 for anomalies and 1 for "
    "normal samples"
)


def add_reading(group: _ArgumentGroup) -> None:
    """Add the options for reading a file."""
    group.add_argument(
        "--time",
        metavar="COL",
        help="column of times (default: the only column that holds times, else samples "
        "are numbered)",
    )
    group.add_argument(
        "--value",
        metavar="COL",
        nargs="+",
        action="extend",
        help="columns to use, or patterns such as 'cpu*'; goes after FILE (default: "
        "the only column of numbers that neither counts rows nor holds times)",
    )
    group.add_argument(
        "--series",
        metavar="COL",
        help="column that says which of several series a row belongs to; each goes to "
        "a folder of its own (default: that of the model; '' for none)",
    )
    group.add_argument(
        "--only", metavar="NAME", help="the only one of these series to use"
    )
    _add_steps(group)
    _add_format(group)


def _add_steps(group: _ArgumentGroup) -> None:
    """Add the options for equal steps, gaps and a period of time."""
    group.add_argument(
        "--every",
        metavar="STEP",
        help="aggregate records to steps of this length, such as 1min, 1h or 1D",
    )
    group.add_argument(
        "--agg",
        choices=("sum", "mean", "count", "min", "max", "median"),
        help="aggregation of the records of a step (no default, if one has several or "
        "none)",
    )
    group.add_argument(
        "--fill",
        type=float,
        metavar="NUMBER",
        help="value of steps without a record (default: 0 for --agg sum and count)",
    )
    group.add_argument(
        "--interpolate",
        action="store_true",
        default=None,
        help="interpolate missing values and steps from their neighbours",
    )
    group.add_argument(
        "--from",
        dest="first",
        metavar="DATE",
        help="leave out samples before this time",
    )
    group.add_argument(
        "--until",
        dest="last",
        metavar="DATE",
        help="leave out samples from this time on",
    )
    group.add_argument(
        "--incomplete",
        action="store_true",
        default=None,
        help="keep the last step of --every, even if the records end before it does",
    )


def _add_format(group: _ArgumentGroup) -> None:
    """Add the options that say how a file is written; `skanomaly read` shows it."""
    group.add_argument(
        "--sep",
        type=separator,
        metavar="SIGN",
        help="separator of the fields: a sign, or tab, space (default: found)",
    )
    group.add_argument(
        "--decimal", choices=(".", ","), help="decimal mark (default: found)"
    )
    group.add_argument(
        "--thousands",
        choices=(",", "."),
        help="mark between thousands (default: found)",
    )
    group.add_argument(
        "--header",
        type=yes_or_no,
        metavar="yes|no",
        help="whether the first line holds names (default: found)",
    )
    group.add_argument(
        "--encoding",
        metavar="NAME",
        help="encoding of the file, such as latin-1 (default: found)",
    )
    group.add_argument(
        "--time-format",
        metavar="FORMAT",
        help="format of the times, such as '%%d/%%m/%%Y %%H:%%M' (default: found)",
    )
    group.add_argument(
        "--day-first",
        action=BooleanOptionalAction,
        help="whether 01/02/2024 is the first of February (default: found)",
    )
    group.add_argument(
        "--na-values",
        metavar="CELL",
        action="append",
        help="cell that stands for a missing value, such as --na-values=-9999; may be "
        "repeated",
    )


def add_labels(group: _ArgumentGroup) -> None:
    """Add the options for the true labels."""
    told = group.add_mutually_exclusive_group()
    told.add_argument(
        "--labels",
        metavar="COL",
        help=f"column of FILE with the true labels, for metrics: {_LABEL_VALUES}",
    )
    add_labels_file(told)


def add_labels_file(group: _ActionsContainer) -> None:
    """Add the option for the file of labels."""
    group.add_argument(
        "--labels-file",
        metavar="FILE",
        help="file with a single column of true labels, one per sample in order of "
        f"time: {_LABEL_VALUES}",
    )


def add_detector(group: _ArgumentGroup) -> None:
    """Add the options for the detector and its training."""
    from skanomaly.compose import detector_names

    group.add_argument(
        "--detector",
        metavar="NAME",
        help=f"{', '.join(detector_names())} (default: {DEFAULT_DETECTOR})",
    )
    group.add_argument(
        "--window",
        type=window_size,
        metavar="N",
        help="length of the window in samples (default: auto, from the period)",
    )
    group.add_argument(
        "--epochs",
        type=positive,
        metavar="N",
        help="passes over the training part, for detectors that train a network",
    )
    group.add_argument(
        "--seed",
        type=natural,
        metavar="N",
        help="random seed (default: 0, or that of a continued model)",
    )


def add_events(group: _ArgumentGroup) -> None:
    """Add the options for the threshold and for the events."""
    group.add_argument(
        "--threshold",
        metavar="RULE",
        help="threshold rule: auto, sigma:8, mad:5, iqr:2.5, quantile:0.01, max, "
        "pot:1e-4, fixed:2.0, or the false events to allow, such as rate:1/week or "
        "rate:1/10000 (samples); or fit or series, for auto learned when the detector "
        "is fitted or from the errors of the series (default: auto)",
    )
    group.add_argument(
        "--threshold-on",
        choices=("auto", "validation", "train", "scored", "series"),
        default="auto",
        help="samples whose scores the threshold is learned from: the held-out end of "
        "the training part, if there is one (validation), the whole training part "
        "(train), or all samples that are scored (scored). The widest gap among the "
        "errors of the series (series) is the default (auto) where no rule was chosen "
        "and the series holds the training part; else it is as for validation",
    )
    add_event_rule(group)
    group.add_argument(
        "--all",
        action="store_true",
        help="also report events in the training part",
    )


def add_event_rule(group: _ArgumentGroup) -> None:
    """Add the options that say what an event is."""
    group.add_argument(
        "--min-length",
        type=samples_or_duration,
        metavar="N",
        help="drop events of fewer than N samples, or shorter than a duration such as "
        "10min (default: 1)",
    )
    group.add_argument(
        "--merge-gap",
        type=samples_or_duration,
        metavar="N",
        help="merge events that are at most N samples, or a duration, apart "
        "(default: 0)",
    )
    group.add_argument(
        "--direction",
        choices=("both", "up", "down"),
        help="report only events above the expected values (up) or below (down)",
    )
    group.add_argument(
        "--min-deviation",
        type=deviation,
        metavar="D",
        help="drop events that deviate less than D, in the unit of the series, or than "
        "a percentage of the expected value, such as 5%% (default: 0)",
    )
    group.add_argument(
        "--k-of-n",
        type=k_of_n,
        metavar="K/N",
        help="report only where at least K of the last N samples are abnormal, such as "
        "3/5 (default: 1/1)",
    )
    group.add_argument(
        "--spans",
        action="store_true",
        help="report whole runs of abnormal scores, which are up to a window wider "
        "than the anomalies in them",
    )


def event_rule(
    options: Namespace,
    *,
    saved: "EventRule | None" = None,
    ignore: Sequence[tuple[int, int]] = (),
    in_training: bool = False,
) -> "EventRule":
    """Return what an event is according to the options, or else to a saved rule."""
    from skanomaly.detection import EventRule

    names = "min_length", "merge_gap", "direction", "min_deviation", "k_of_n"
    given = {name: getattr(options, name) for name in names}
    fields = {name: value for name, value in given.items() if value is not None}
    if options.spans:
        fields["localize"] = False
    with bad_input():
        return replace(
            saved or EventRule(), in_training=in_training, ignore=ignore, **fields
        )


def check_events(rule: "EventRule", estimator: Any, series: "DataFrame") -> None:
    """Raise, before training, if events of a rule cannot be found in a series."""
    from skanomaly.detection import TimeSeries, detector_name, may_expect

    with bad_input():
        rule.in_samples(TimeSeries(series.to_numpy(), index=index_of(series)))
    if rule.needs_expected and not may_expect(estimator):
        raise InputError(
            "--direction and --min-deviation compare values with expected ones, which "
            f"{detector_name(estimator)} does not have. Pass a --detector that "
            f"reconstructs or forecasts, such as {DEFAULT_DETECTOR}."
        )


def add_trust(group: _ActionsContainer) -> None:
    """Add the option to load a model that can run code."""
    group.add_argument(
        "--trust-pickle",
        action="store_true",
        help="also load a model.joblib of an earlier version, which runs code in it",
    )


def add_output(group: _ArgumentGroup, folder: str) -> None:
    """Add the options for the output."""
    group.add_argument(
        "--out",
        default=folder,
        metavar="DIR",
        help=f"folder for the results (default: {folder})",
    )
    add_loudness(group)


def add_loudness(group: _ActionsContainer) -> None:
    """Add the options for the printed text."""
    quiet = group.add_mutually_exclusive_group()
    quiet.add_argument("--json", action="store_true", help="print one JSON object")
    quiet.add_argument("--quiet", action="store_true", help="print nothing")
