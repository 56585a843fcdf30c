"""The truth that a run is judged by: a column of the file, or a file of its own."""

from argparse import Namespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly.cli._errors import InputError
from skanomaly.cli._reading import Reading, read_series, read_table_of

if TYPE_CHECKING:
    from pandas import DataFrame


def read_labelled(
    options: Namespace, reading: Reading
) -> tuple["DataFrame", NDArray[np.bool_] | None]:
    """Read the series of a file, and which of its samples are anomalous if told."""
    series = read_series(
        options.file,
        reading,
        first=options.first,
        last=options.last,
        labels=options.labels,
    )
    if options.labels is not None:
        return series, series.pop(options.labels).to_numpy() > 0
    return series, read_labels_file(options)


def read_labels_file(options: Namespace) -> NDArray[np.bool_] | None:
    """Read the labels of ``--labels-file``, if that is given."""
    from skanomaly.events import read_labels

    file = options.labels_file
    if file is None:
        return None
    table = read_table_of(file)
    if table.shape[1] != 1:
        raise InputError(
            f"{file} has {table.shape[1]} columns: it must have one, with one label "
            "for each sample."
        )
    labels, heading = table.iloc[:, 0].to_numpy(), table.columns[0].lower()
    if labels.dtype == bool and heading in ("true", "false"):
        # Without a heading, words come first that a table takes for one.
        labels = np.append(heading == "true", labels)
    return read_labels(labels, name=file)


def check_labels(
    options: Namespace,
    truth: NDArray[np.bool_] | None,
    *,
    n_samples: int,
    first: int = 0,
) -> None:
    """Refuse labels by which nothing can be judged, before anything slow is done."""
    from skanomaly.detection import check_truth

    if truth is not None:
        name = options.labels_file or f"column {options.labels!r}"
        check_truth(truth, n_samples, first=first, name=name)
