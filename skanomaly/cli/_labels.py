"""Truth to evaluate a run: a column of the file or a file of its own."""

from argparse import Namespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly.cli._errors import InputError
from skanomaly.cli._reading import Reading, read_reported, read_table_of
from skanomaly.exceptions import TwoReadingsError

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.reading import ReadingReport


def read_labelled(
    options: Namespace, reading: Reading
) -> tuple[
    "DataFrame", NDArray[np.bool_] | None, NDArray[np.bool_] | None, "ReadingReport"
]:
    """Return the series of a file, what is anomalous and ignored, and the report."""
    series, report = read_reported(
        options.file,
        reading,
        first=options.first,
        last=options.last,
        labels=options.labels,
        ignore=options.ignore_column,
    )
    ignored = None
    if options.ignore_column is not None:
        ignored = series.pop(options.ignore_column).to_numpy() > 0
    if options.labels is not None:
        return series, series.pop(options.labels).to_numpy() > 0, ignored, report
    return series, read_labels_file(options), ignored, report


def read_labels_file(options: Namespace) -> NDArray[np.bool_] | None:
    """Return the labels of ``--labels-file``, or None if it is not given."""
    from skanomaly.events import read_labels

    file = options.labels_file
    if file is None:
        return None
    try:
        table = read_table_of(file)
    except TwoReadingsError:
        # Labels of 0 and 1 have no header of numbers.
        table = read_table_of(file, header=False)
    if table.shape[1] != 1:
        raise InputError(
            f"{file} has {table.shape[1]} columns. Pass a file with a single column of "
            "one label per sample."
        )
    labels, heading = table.iloc[:, 0].to_numpy(), table.columns[0].lower()
    if labels.dtype == bool and heading in ("true", "false"):
        # In a file without a heading, the first label is read as one.
        labels = np.append(heading == "true", labels)
    return read_labels(labels, name=file)


def check_labels(
    options: Namespace,
    truth: NDArray[np.bool_] | None,
    *,
    n_samples: int,
    first: int = 0,
) -> None:
    """Raise if the labels cannot be used for metrics, before any slow step."""
    from skanomaly.detection import check_truth

    if truth is not None:
        name = options.labels_file or f"column {options.labels!r}"
        check_truth(truth, n_samples, first=first, name=name)
