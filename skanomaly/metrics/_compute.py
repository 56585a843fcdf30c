"""Values of many metrics at once, by name."""

import warnings
from collections.abc import Collection
from math import nan

import numpy as np
from numpy.typing import NDArray

from skanomaly.metrics._registry import all_metrics


def compute_metrics(
    truth: NDArray[np.bool_],
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
    *,
    window: int,
    names: Collection[str] | None = None,
    records: bool = False,
) -> dict[str, float]:
    """Compute metrics from the scores and the predicted labels of the same samples.

    Parameters
    ----------
    truth : ndarray of shape (n_samples,) of bool
        Whether each sample is anomalous.
    scores : ndarray of shape (n_samples,)
        Scores as ``score_samples`` returns them; the lower, the more abnormal.
    anomalous : ndarray of shape (n_samples,) of bool
        Whether each sample is predicted as anomalous.
    window : int
        Widest buffer around events, in samples, of the metrics that take one.
    names : collection of str or None, default=None
        Names of the metrics, of :func:`all_metrics`; None computes all.
    records : bool, default=False
        Whether the samples are independent records, for which metrics of series are
        not defined.

    Returns
    -------
    values : dict of str to float
        Higher is better for each. NaN where a metric is not defined: all of them if
        `truth` has no anomaly, and those of series for records.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.metrics import compute_metrics
    >>> truth, found = np.array([False, True]), np.array([True, True])
    >>> names = ["precision", "recall"]
    >>> compute_metrics(truth, np.array([-1, -2]), found, window=0, names=names)
    {'precision': 0.5, 'recall': 1.0}
    """
    wanted = [one for one in all_metrics() if names is None or one.name in names]
    values = dict.fromkeys((metric.name for metric in wanted), nan)
    if not truth.any():
        return values
    with warnings.catch_warnings():
        # NaN marks undefined values, and the random value of point-adjusted F1 is
        # reported too.
        warnings.simplefilter("ignore")
        for metric in wanted:
            if records and metric.series_only:
                continue
            scorer = metric.scorer(window=window)
            if metric.response == "score":
                value = scorer.of_scores(truth, scores)
            else:
                value = scorer.of_labels(truth, anomalous)
            values[metric.name] = 0.0 + value  # no delay is 0, not -0
    return values
