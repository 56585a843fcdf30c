"""Score of the Numenta Anomaly Benchmark."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_predictions, undefined


class _Weights(NamedTuple):
    """Weights of a window found, a false sample and a window missed."""

    found: float
    false: float
    missed: float


PROFILES = {
    "standard": _Weights(1.0, 0.11, 1.0),
    "reward_low_fp": _Weights(1.0, 0.22, 1.0),
    "reward_low_fn": _Weights(1.0, 0.11, 2.0),
}
PROBATION, LONGEST_PROBATION = 0.15, 750


def nab_score(
    y_true: ArrayLike, y_pred: ArrayLike, *, profile: str = "standard"
) -> float:
    r"""Compute the score of the Numenta Anomaly Benchmark [1]_.

    It rewards the first detection in each window, more if it is early, and penalizes
    every sample predicted outside the windows. Suitable for detectors that predict one
    or a few samples per event. Each false sample is penalized, so merge or shorten long
    detections first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels, in {0, 1} with 1 anomalous or in {+1, -1} with -1 anomalous. Labels
        that are all 1 mean that no sample is anomalous. The events are the windows of
        the benchmark.
    y_pred : array-like of shape (n_samples,)
        Predicted labels, encoded as `y_true`.
    profile : {"standard", "reward_low_fp", "reward_low_fn"}, default="standard"
        Weights of a window found, a false sample and a window missed: (1, 0.11, 1) for
        "standard", (1, 0.22, 1) for "reward_low_fp", (1, 0.11, 2) for "reward_low_fn".

    Returns
    -------
    score : float
        100 if the first sample of each window, and no sample outside the windows, is
        predicted as anomalous. 0 if no sample is predicted as anomalous. False samples
        lower the score without a lower bound, also below 0. NaN (with a warning) if
        `y_true` has no anomaly after the probation period.

    Raises
    ------
    ValueError
        If the values, shapes or lengths of the arrays, or a parameter, are invalid.

    Notes
    -----
    The first 15% of the samples, at most 750, are the probation period and are
    ignored. Let :math:`\sigma(x) = 2 / (1 + e^{5 x}) - 1`. A detection at the relative
    position :math:`x` in a window, which is -1 at its start and 0 at its end, is
    rewarded with :math:`\sigma(x) / \sigma(-1)`. Only the best detection in each window
    counts. A false sample that is :math:`x` window lengths after the last window is
    penalized with the weight of a false sample times :math:`-\sigma(x)`, or with the
    full weight if it precedes all windows or :math:`x > 3`.

    References
    ----------
    .. [1] Lavin, A. and Ahmad, S. (2015). Evaluating real-time anomaly detection
       algorithms: the Numenta anomaly benchmark. ICMLA 2015.
       https://doi.org/10.1109/ICMLA.2015.141

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.metrics import nab_score
    >>> y_true = np.zeros(100, dtype=int)
    >>> y_true[50:60] = 1
    >>> y_pred = np.zeros(100, dtype=int)
    >>> y_pred[50] = 1
    >>> nab_score(y_true, y_pred)
    100.0
    >>> y_pred[[30, 31]] = 1
    >>> nab_score(y_true, y_pred)
    89.0
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {list(PROFILES)}, got {profile!r}.")
    truth, found = read_predictions(y_true, y_pred)
    probation = min(int(PROBATION * len(truth)), LONGEST_PROBATION)
    windows = Runs.of(truth)
    judged = windows.stop > probation
    if not judged.any():
        why = (
            NO_ANOMALY
            if not truth.any()
            else "all anomalies are in the probation period"
        )
        return undefined("nab_score", why)
    weights = PROFILES[profile]
    positions = np.flatnonzero(found)
    positions = positions[positions >= probation]
    within = truth[positions]
    earned = _earned(windows, positions[within])[judged]
    missed = np.isnan(earned)
    raw = weights.found * earned[~missed].sum() - weights.missed * missed.sum()
    raw -= weights.false * _cost(windows, positions[~within]).sum()
    nothing = -weights.missed * len(earned)
    everything = weights.found * len(earned)
    return float(100 * (raw - nothing) / (everything - nothing))


def _earned(windows: Runs, positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the reward of the first detection in each window, NaN without one."""
    following = np.searchsorted(positions, windows.start)
    first = np.append(positions, -1)[following]
    place = -(windows.stop - first) / windows.length
    hit = (first >= windows.start) & (first < windows.stop)
    return np.where(hit, _sigmoid(np.where(hit, place, -1)) / _sigmoid(-1.0), np.nan)


def _cost(windows: Runs, positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the penalties of false detections, between 0 and 1."""
    before = np.searchsorted(windows.start, positions) - 1
    # A window of one sample has length 0, so samples after it get the full penalty.
    length = np.maximum(windows.length - 1, 1e-9)[before]
    place = (positions - windows.stop[before] + 1) / length
    return np.where((before < 0) | (place > 3), 1.0, -_sigmoid(np.minimum(place, 3)))


def _sigmoid(place: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(2 / (1 + np.exp(5 * np.asarray(place))) - 1)
