"""Options that several verbs share."""

from argparse import _ActionsContainer, _ArgumentGroup

from skanomaly.cli._fit import DEFAULT_DETECTOR
from skanomaly.cli._types import natural, positive, window_size


def add_reading(group: _ArgumentGroup) -> None:
    """Add how a file is read."""
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


def add_labels(group: _ArgumentGroup) -> None:
    """Add where the truth comes from."""
    told = group.add_mutually_exclusive_group()
    told.add_argument(
        "--labels",
        metavar="COL",
        help="column of FILE that tells the truth, to judge the events by: 1 or True "
        "anomalous and 0 normal, or -1 anomalous and 1 normal",
    )
    add_labels_file(told)


def add_labels_file(group: _ActionsContainer) -> None:
    """Add the file of labels."""
    group.add_argument(
        "--labels-file",
        metavar="FILE",
        help="file of one column with such a label for each sample, in the order of "
        "time",
    )


def add_detector(group: _ArgumentGroup) -> None:
    """Add which detector, and how it is trained."""
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
        help="samples that a detector sees at once (default: auto, from the period)",
    )
    group.add_argument(
        "--epochs",
        type=positive,
        metavar="N",
        help="passes over the training part, of detectors that train a network",
    )
    group.add_argument(
        "--seed",
        type=natural,
        metavar="N",
        help="seed of what is random (default: 0, or that of a continued model)",
    )


def add_events(group: _ArgumentGroup) -> None:
    """Add the threshold, and what an event is."""
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
    add_event_size(group)
    group.add_argument(
        "--all",
        action="store_true",
        help="report events of the part that was trained on, too",
    )


def add_event_size(group: _ArgumentGroup) -> None:
    """Add how long events are, and how far apart."""
    group.add_argument(
        "--min-length",
        type=positive,
        default=1,
        metavar="N",
        help="drop events of fewer samples",
    )
    group.add_argument(
        "--merge-gap",
        type=natural,
        default=0,
        metavar="N",
        help="join events that are at most this many samples apart",
    )


def add_output(group: _ArgumentGroup, folder: str) -> None:
    """Add where results go."""
    group.add_argument(
        "--out",
        default=folder,
        metavar="DIR",
        help=f"folder to write (default: {folder})",
    )
    add_loudness(group)


def add_loudness(group: _ActionsContainer) -> None:
    """Add what is printed."""
    quiet = group.add_mutually_exclusive_group()
    quiet.add_argument("--json", action="store_true", help="print one JSON object")
    quiet.add_argument("--quiet", action="store_true", help="print nothing")
