"""Comparison of a detection with the true labels."""

from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.detection._detection import Detection
from skanomaly.events import events_to_labels, read_labels
from skanomaly.metrics import EventCounts, compute_metrics, vus_window

# Names of the values, and of the metrics that they are.
_METRICS = {
    "event_precision": "event_precision",
    "event_recall": "event_recall",
    "event_f1": "event_f1",
    "sample_precision": "precision",
    "sample_recall": "recall",
    "sample_f1": "f1",
    "vus_pr": "vus_pr",
}


def check_truth(
    labels: ArrayLike, n_samples: int, *, first: int = 0, name: str = "truth"
) -> NDArray[np.bool_]:
    """Return true labels as booleans, or raise if they cannot be used to evaluate.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        True labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or
        booleans.
    n_samples : int
        Number of samples in the series.
    first : int, default=0
        Index of the first sample that is evaluated.
    name : str, default="truth"
        Name of the labels in error messages.

    Returns
    -------
    truth : ndarray of shape (n_samples,) of bool
        True for anomalous samples.

    Raises
    ------
    ValueError
        If the labels hold other values, if their number is not `n_samples`, or if no
        sample from `first` on is anomalous.

    Examples
    --------
    >>> from skanomaly.detection import check_truth
    >>> check_truth([0, 1], 2)
    array([False,  True])
    """
    truth = read_labels(labels, name=name)
    if len(truth) != n_samples:
        raise ValueError(
            f"{name} holds {len(truth):,} labels for {n_samples:,} samples. Pass one "
            "label per sample."
        )
    if not truth[first:].any():
        where = f" from sample {first:,} on, where the search for events begins"
        raise ValueError(
            f"{name} holds no anomaly{where if first else ''} "
            f"({int(truth.sum()):,} in all), so the detection cannot be evaluated. "
            "Pass labels with at least one anomaly there."
        )
    return truth


def judge(detection: Detection) -> dict[str, float]:
    """Compute metrics of the events and scores of a detection against the truth.

    Only the part of the series that was searched for events is evaluated.

    Parameters
    ----------
    detection : Detection
        Detection with true labels.

    Returns
    -------
    metrics : dict of str to float
        Event-wise and sample-wise precision, recall and F1 of the events, the number
        of true events and the number of them that were found, and the volume under
        the precision-recall surface of the scores (``vus_pr``) with buffers of up to
        ``vus_window`` samples, a width derived from the series by
        :func:`skanomaly.metrics.vus_window`.

    Raises
    ------
    ValueError
        If the detection has no true labels, or if none of those in the evaluated part
        is anomalous.

    Examples
    --------
    >>> from skanomaly import Detection
    >>> from skanomaly.detection import TimeSeries, judge
    >>> series = TimeSeries([0, 0, 0, 0], truth=[0, 1, 0, 0])
    >>> found = Detection(series=series, scores=[-1, -5, -1, -5], offset=-2)
    >>> metrics = judge(found)
    >>> metrics["event_precision"], metrics["event_recall"]
    (0.5, 1.0)
    """
    series, first = detection.series, detection.first
    if series.truth is None:
        raise ValueError("The detection has no truth. Pass y to skanomaly.detect.")
    truth = check_truth(series.truth, series.n_samples, first=first)[first:]
    found = events_to_labels(detection.events, series.n_samples)[first:] == -1
    window = vus_window(np.nan_to_num(series.values))
    scores = detection.scores[first:]
    # Scores cannot be ranked if one is missing.
    ranked = not np.isnan(scores).any()
    names = [name for name in _METRICS.values() if ranked or name != "vus_pr"]
    values = compute_metrics(truth, scores, found, window=window, names=names)
    events = EventCounts.of(truth, found)
    return {name: values.get(metric, nan) for name, metric in _METRICS.items()} | {
        "vus_window": window,
        "n_true_events": events.found + events.missed,
        "n_true_events_found": events.found,
    }
