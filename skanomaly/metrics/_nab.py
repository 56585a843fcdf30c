"""The score of the Numenta Anomaly Benchmark."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import NO_ANOMALY, Runs, read_predictions, undefined


class _Weights(NamedTuple):
    """Of a window found, a false alarm and a window missed."""

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
    r"""Score early detection within windows, and charge every sample outside of them.

    It works where a detector fires rarely, a sample or few an event, and early. It
    fails where detections last: each false sample costs, so merge or thin them first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous. Its events
        are the benchmark's windows. Nothing but 1 is a series without an anomaly.
    y_pred : array-like of shape (n_samples,)
        What was predicted, as `y_true`.
    profile : {"standard", "reward_low_fp", "reward_low_fn"}, default="standard"
        Weights of a window found, a false sample and a window missed: 1, 0.11, 1; 1,
        0.22, 1; or 1, 0.11, 2.

    Returns
    -------
    score : float
        100 for finding each window at its start and nothing else, 0 for predicting
        nothing, and below for false alarms, without end. NaN (with a warning) where
        nothing is true after the probation.

    Raises
    ------
    ValueError
        If values, shapes or lengths do not fit what is described above.

    Notes
    -----
    The first 15 % of the samples, 750 at most, are a probation and count for nothing.
    With :math:`\sigma(x) = 2 / (1 + e^{5 x}) - 1`, a detection at position :math:`x`
    from -1, the start of a window, to 0, its end, earns :math:`\sigma(x) /
    \sigma(-1)`, and the best detection counts for the window. A false sample
    :math:`x` window lengths after the last window costs the false weight times
    :math:`\sigma(x)`, all of it beyond 3 and before any window.

    References
    ----------
    Lavin, A. and Ahmad, S. (2015). Evaluating real-time anomaly detection algorithms:
    the Numenta anomaly benchmark. ICMLA 2015. doi:10.1109/ICMLA.2015.141

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
        why = NO_ANOMALY if not truth.any() else "where all anomalies are in probation"
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
    """Return what the first detection in each window earns; NaN where there is none."""
    following = np.searchsorted(positions, windows.start)
    first = np.append(positions, -1)[following]
    place = -(windows.stop - first) / windows.length
    hit = (first >= windows.start) & (first < windows.stop)
    return np.where(hit, _sigmoid(np.where(hit, place, -1)) / _sigmoid(-1.0), np.nan)


def _cost(windows: Runs, positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return what false detections cost, from 0 to 1."""
    before = np.searchsorted(windows.start, positions) - 1
    # A window of one sample has no length past its end; beyond it all is far.
    length = np.maximum(windows.length - 1, 1e-9)[before]
    place = (positions - windows.stop[before] + 1) / length
    return np.where((before < 0) | (place > 3), 1.0, -_sigmoid(np.minimum(place, 3)))


def _sigmoid(place: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(2 / (1 + np.exp(5 * np.asarray(place))) - 1)
