"""The F1 score that calls a whole event found by one sample of it."""

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
    """F1 of samples after all samples of each event that is hit are taken as found.

    Many papers report it, which is what it is here for. Do not choose a detector by it:
    a random score reaches high values, the higher the longer the events. The warning
    says how high on this truth.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        Truth and what was predicted, in {0, 1} with 1 anomalous, or in {+1, -1} with -1
        anomalous. Nothing but 1 is a series without an anomaly.

    Returns
    -------
    score : float
        From 0 to 1; 0 where nothing is predicted, NaN (with a warning) where nothing is
        true.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    Warns
    -----
    UserWarning
        Always: with the value that a random score reaches.

    See Also
    --------
    random_point_adjusted_f1 : That value.
    event_f1_score : Counts each event once.

    References
    ----------
    Xu, H. et al. (2018). Unsupervised anomaly detection via variational auto-encoder
    for seasonal KPIs in web applications. WWW 2018. doi:10.1145/3178876.3185996

    Kim, S. et al. (2022). Towards a rigorous evaluation of time-series anomaly
    detection. AAAI 2022. doi:10.1609/aaai.v36i7.20680

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
        "point-adjusted F1 takes an event as found by one sample of it: on this truth "
        f"a random score reaches {_best_of_random(truth):.3f}.",
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
    r"""Point-adjusted F1 that a random score reaches at its best threshold.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Nothing but
        1 is a series without an anomaly.

    Returns
    -------
    score : float
        From 0 to 1; NaN (with a warning) where nothing is true.

    Raises
    ------
    ValueError
        If values or shapes do not fit what is described above.

    See Also
    --------
    point_adjusted_f1_score : What it is to be held against.

    Notes
    -----
    If each sample is predicted with probability :math:`p`, an event of :math:`L`
    samples is hit with probability :math:`1 - (1 - p)^L`. With the expected numbers of
    true and false samples in place of the numbers, F1 is largest over :math:`p`.

    References
    ----------
    Kim, S. et al. (2022). Towards a rigorous evaluation of time-series anomaly
    detection. AAAI 2022. doi:10.1609/aaai.v36i7.20680

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
    # From one sample in a million to all, in steps of about a fiftieth.
    rate = np.geomspace(1e-6, 1, 700)
    hit = -np.expm1(length[:, None] * np.log1p(-np.minimum(rate, 1 - 1e-12)))
    n_true = (count * length) @ hit
    n_false = rate * (len(truth) - n_positive)
    return float(np.max(2 * n_true / (n_true + n_false + n_positive)))
