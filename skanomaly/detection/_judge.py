"""Compare a detection with the truth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.detection._detection import Detection
from skanomaly.events import events_to_labels, read_labels
from skanomaly.metrics import (
    EventCounts,
    event_f1_score,
    event_precision_score,
    event_recall_score,
    vus_pr_score,
    vus_window,
)


def check_truth(
    labels: ArrayLike, n_samples: int, *, first: int = 0, name: str = "truth"
) -> NDArray[np.bool_]:
    """Return which samples are anomalous, if a detection can be judged by that.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Labels in {0, 1} or {+1, -1}, or booleans.
    n_samples : int
        Number of samples of the series.
    first : int, default=0
        First sample that is judged.
    name : str, default="truth"
        What to call the labels in the error.

    Returns
    -------
    truth : ndarray of shape (n_samples,) of bool

    Raises
    ------
    ValueError
        If there are other values, not one per sample, or no anomaly to be found.

    Examples
    --------
    >>> from skanomaly.detection import check_truth
    >>> check_truth([0, 1], 2)
    array([False,  True])
    """
    truth = read_labels(labels, name=name)
    if len(truth) != n_samples:
        raise ValueError(
            f"{name} holds {len(truth):,} labels for {n_samples:,} samples: give one "
            "label for each sample."
        )
    if not truth[first:].any():
        where = f" from sample {first:,} on, where events are looked for"
        raise ValueError(
            f"{name} holds no anomaly{where if first else ''} "
            f"({int(truth.sum()):,} in all): nothing can be judged by it."
        )
    return truth


def judge(detection: Detection) -> dict[str, float]:
    """Compare the events with the truth, where events were looked for.

    Parameters
    ----------
    detection : Detection
        One that has a truth.

    Returns
    -------
    metrics : dict of str to float
        Event-wise and sample-wise precision, recall and F1 of the events, how many
        events there are in truth and how many of them were found, and the volume
        under the surface of precision and recall of the scores (``vus_pr``) with
        buffers up to ``vus_window`` samples, which the series decides
        (:func:`skanomaly.metrics.vus_window`).

    Raises
    ------
    ValueError
        If the detection has no truth, or a truth with no anomaly to be found.

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
        raise ValueError("the detection has no truth: pass y to detect.")
    truth = check_truth(series.truth, series.n_samples, first=first)[first:]
    found = events_to_labels(detection.events, series.n_samples)[first:] == -1
    events = EventCounts.of(truth, found)
    right = int(np.count_nonzero(truth & found))
    n_true, n_found = int(np.count_nonzero(truth)), int(np.count_nonzero(found))
    window = vus_window(np.nan_to_num(series.values))
    return {
        "event_precision": event_precision_score(truth, found),
        "event_recall": event_recall_score(truth, found),
        "event_f1": event_f1_score(truth, found),
        "sample_precision": right / max(1, n_found),
        "sample_recall": right / n_true,
        "sample_f1": 2 * right / (n_true + n_found),
        "vus_pr": vus_pr_score(truth, -detection.scores[first:], window=window),
        "vus_window": window,
        "n_true_events": events.found + events.missed,
        "n_true_events_found": events.found,
    }
