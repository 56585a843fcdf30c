"""Truth to judge a detection by, read with care."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.events import events_to_labels, read_labels
from skanomaly.metrics import (
    EventCounts,
    event_f1_score,
    event_precision_score,
    event_recall_score,
    vus_pr_score,
    vus_window,
)

if TYPE_CHECKING:
    from skanomaly.report._collect import Detection


def read_truth(labels: ArrayLike, *, name: str = "truth") -> NDArray[np.bool_]:
    """Return which samples are anomalous, or say what came instead of labels.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Hopefully labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or
        booleans.
    name : str, default="truth"
        What to call them in the error.

    Returns
    -------
    truth : ndarray of shape (n_samples,) of bool

    Raises
    ------
    ValueError
        If there are other values.
    """
    try:
        return read_labels(labels, name=name)
    except ValueError as error:
        came = list(dict.fromkeys(map(str, np.ravel(labels).tolist())))
        listed = ", ".join(came[:6]) + (", ..." if len(came) > 6 else "")
        raise ValueError(
            f"{name} must hold 0 and 1 (1 anomalous), 1 and -1 (-1 anomalous), or "
            f"booleans; it holds {listed or 'nothing'}."
        ) from error


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
        If there are other values, not one a sample, or no anomaly to be found.
    """
    truth = read_truth(labels, name=name)
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


def truth_metrics(detection: "Detection") -> dict[str, float]:
    """Judge what was found by the truth, in the part where events were looked for.

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
        If the detection has no truth.

    Examples
    --------
    >>> from skanomaly.report import Detection, truth_metrics
    >>> found = Detection.from_scores(
    ...     [-1, -5, -1, -5], values=[[0]] * 4, offset=-2, truth=[0, 1, 0, 0]
    ... )
    >>> metrics = truth_metrics(found)
    >>> metrics["event_precision"], metrics["event_recall"]
    (0.5, 1.0)
    """
    if detection.truth is None:
        raise ValueError("the detection has no truth: pass truth= to collect.")
    truth = detection.truth[detection.first :]
    n_samples = len(detection.score)
    labels = events_to_labels(detection.events, n_samples)[detection.first :]
    found = labels == -1
    events = EventCounts.of(truth, found)
    right = int(np.count_nonzero(truth & found))
    n_true, n_found = int(np.count_nonzero(truth)), int(np.count_nonzero(found))
    window = vus_window(np.nan_to_num(detection.values))
    return {
        "event_precision": event_precision_score(truth, found),
        "event_recall": event_recall_score(truth, found),
        "event_f1": event_f1_score(truth, found),
        "sample_precision": right / max(1, n_found),
        "sample_recall": right / n_true,
        "sample_f1": 2 * right / (n_true + n_found),
        "vus_pr": vus_pr_score(
            truth, -detection.score[detection.first :], window=window
        ),
        "vus_window": window,
        "n_true_events": events.found + events.missed,
        "n_true_events_found": events.found,
    }
