"""F1 in which a single detected sample counts for a whole event."""

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import (
    NO_ANOMALY,
    Runs,
    read_predictions,
    read_truth,
    undefined,
)


def point_adjusted_f1_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the point-adjusted F1 of samples.

    If any sample of a true event is predicted as anomalous, all its samples count as
    detected [1]_. The metric is provided because many papers report it. Do not select
    detectors by it: a random score reaches high values [2]_, which increase with the
    length of the events. The warning contains this value for the given `y_true`.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1
        anomalous. Labels that are all 1 mean that no sample is anomalous.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better. 0 if no sample is predicted as anomalous, NaN
        (with a warning) if `y_true` has no anomaly.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays are invalid.

    Warns
    -----
    UserWarning
        Always, with the value that a random score reaches.

    See Also
    --------
    random_point_adjusted_f1 : Compute the value that a random score reaches.
    event_f1_score : Compute F1 of the numbers of events.

    References
    ----------
    .. [1] Xu, H. et al. (2018). Unsupervised anomaly detection via variational
       auto-encoder for seasonal KPIs in web applications. WWW 2018.
       https://doi.org/10.1145/3178876.3185996
    .. [2] Kim, S. et al. (2022). Towards a rigorous evaluation of time-series anomaly
       detection. AAAI 2022. https://doi.org/10.1609/aaai.v36i7.20680

    Examples
    --------
    >>> import warnings
    >>> from skanomaly.metrics import point_adjusted_f1_score
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     point_adjusted_f1_score([0, 1, 1, 1, 1, 0], [1, 0, 0, 1, 0, 0])
    0.8888888888888888
    """
    truth, found = read_predictions(y_true, y_pred)
    if not truth.any():
        return undefined("point_adjusted_f1_score", NO_ANOMALY)
    warnings.warn(
        "point-adjusted F1 counts all samples of an event as detected if one of them "
        f"is: for this y_true, a random score reaches {_best_of_random(truth):.3f}. "
        "Use event_f1_score or vus_pr_score to compare detectors.",
        UserWarning,
        stacklevel=2,
    )
    events = Runs.of(truth)
    before = np.concatenate([[0], np.cumsum(found)])
    hit = before[events.stop] > before[events.start]
    n_true = int(events.length[hit].sum())
    n_false = int(np.count_nonzero(found & ~truth))
    return 2 * n_true / (n_true + n_false + int(np.count_nonzero(truth)))


def random_point_adjusted_f1(y_true: ArrayLike) -> float:
    r"""Compute the point-adjusted F1 of a random score at its best threshold.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous. Labels
        that are all 1 mean that no sample is anomalous.

    Returns
    -------
    score : float
        Between 0 and 1, higher is better. NaN (with a warning) if `y_true` has no
        anomaly.

    Raises
    ------
    ValueError
        If the values or the shape of `y_true` are invalid.

    See Also
    --------
    point_adjusted_f1_score : Compute the point-adjusted F1 of predictions.

    Notes
    -----
    If each sample is predicted as anomalous with probability :math:`p`, an event of
    :math:`L` samples is detected with probability :math:`1 - (1 - p)^L`. The value is
    the maximum over :math:`p` of F1 computed from the expected numbers of true and
    false positive samples [1]_.

    References
    ----------
    .. [1] Kim, S. et al. (2022). Towards a rigorous evaluation of time-series anomaly
       detection. AAAI 2022. https://doi.org/10.1609/aaai.v36i7.20680

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.metrics import random_point_adjusted_f1
    >>> y_true = np.zeros(10_000, dtype=int)
    >>> y_true[5_000:5_500] = 1
    >>> round(random_point_adjusted_f1(y_true), 3)
    0.923
    """
    truth = read_truth(y_true)
    if not truth.any():
        return undefined("random_point_adjusted_f1", NO_ANOMALY)
    return _best_of_random(truth)


def _best_of_random(truth: NDArray[np.bool_]) -> float:
    length, count = np.unique(Runs.of(truth).length, return_counts=True)
    n_positive = int(np.count_nonzero(truth))
    # From one in a million to all samples, in steps of about 2%.
    rate = np.geomspace(1e-6, 1, 700)
    hit = -np.expm1(length[:, None] * np.log1p(-np.minimum(rate, 1 - 1e-12)))
    n_true = (count * length) @ hit
    n_false = rate * (len(truth) - n_positive)
    return float(np.max(2 * n_true / (n_true + n_false + n_positive)))
