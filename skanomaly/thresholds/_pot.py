"""Threshold rule based on extreme value theory."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

from skanomaly._compat import Interval
from skanomaly.thresholds._base import BaseThreshold

# With fewer excesses the shape cannot be distinguished from 0, the exponential tail.
_MIN_PEAKS = 10
# Below -0.5 the likelihood is not regular, from 1 upwards the tail has no mean.
_SHAPES = (-0.5, 1.0)


class POTThreshold(BaseThreshold):
    """Peaks-over-threshold rule: the error exceeded by a normal sample at a given risk.

    The rule fits the tail of the errors and extrapolates it, so the threshold may be
    larger than every training error. Suitable for thousands of scores and rare alarms.
    With few scores the estimate is coarse, and anomalies among the training scores
    lengthen the tail.

    Parameters
    ----------
    risk : float, default=1e-4
        Probability that a normal sample is labelled anomalous, in (0, 1).
    level : float, default=0.98
        Quantile of the errors at which the tail begins, in [0, 1). The threshold is
        never below this quantile.

    Attributes
    ----------
    offset_ : float
        Score below which a sample is anomalous.

    Notes
    -----
    Let ``t`` be the `level` quantile of ``n`` errors, and ``g`` and ``s`` the shape and
    scale of the generalized Pareto distribution fitted by maximum likelihood [2]_ to
    the ``m`` excesses over ``t``. The threshold [1]_ is
    ``t + s / g * ((risk * n / m) ** -g - 1)``. The shape is limited to [-0.5, 1]. With
    fewer than 10 excesses it is 0, which is the exponential distribution; without any
    excess the threshold is ``t``.

    References
    ----------
    .. [1] Siffer, A. et al. (2017). Anomaly detection in streams with extreme value
       theory. KDD 2017. https://doi.org/10.1145/3097983.3098144
    .. [2] Grimshaw, S. D. (1993). Computing maximum likelihood estimates for the
       generalized Pareto distribution. Technometrics 35(2).
       https://doi.org/10.1080/00401706.1993.10485040

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.thresholds import POTThreshold
    >>> errors = np.random.default_rng(0).exponential(size=10_000)
    >>> round(POTThreshold(risk=1e-4).fit(-errors).offset_)
    -9
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "risk": [Interval(Real, 0, 1, closed="neither")],
        "level": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(self, risk: float = 1e-4, level: float = 0.98) -> None:
        self.risk = risk
        self.level = level

    def _threshold(self, errors: NDArray[np.float64]) -> float:
        start = float(np.quantile(errors, self.level))
        excesses = errors[errors > start] - start
        if excesses.size == 0:
            return start
        # Ratio of the probabilities of an excess and of an alarm.
        rarity = excesses.size / (errors.size * self.risk)
        if rarity <= 1:
            return start
        shape, scale = _fit_pareto(excesses)
        # The limit of the formula for shape 0; at 1e-8 they are equal up to rounding.
        reach = np.log(rarity)
        if abs(shape) > 1e-8:
            reach = np.expm1(shape * reach) / shape
        return start + float(scale * reach)


def _fit_pareto(excesses: NDArray[np.float64]) -> tuple[float, float]:
    """Return shape and scale of the generalized Pareto distribution.

    Grimshaw's reduction to one dimension: given ``x = shape / scale``, the most likely
    shape is the mean of ``log(1 + x * excess)``, which increases with ``x``. Only ``x``
    has to be searched.
    """
    mean = float(excesses.mean())
    if excesses.size < _MIN_PEAKS:
        return 0.0, mean
    # In units of the mean, the search does not depend on the unit of the data. It runs
    # over u = log(x - pole), as x may vary over many orders of magnitude.
    values = excesses / mean
    pole = -1 / float(values.max())

    def shape_and_scale(u: float) -> tuple[float, float]:
        x = pole + np.exp(u)
        shape = float(np.log1p(x * values).mean())
        return (shape, shape / x) if abs(x) > -1e-9 * pole else (0.0, 1.0)

    def beyond(u: float, shape: float) -> float:
        return shape_and_scale(u)[0] - shape

    def cost(u: float) -> float:
        shape, scale = shape_and_scale(u)
        return float(shape + np.log(scale))

    low, high = np.log(-1e-9 * pole), np.log(-pole) + 1
    if beyond(low, _SHAPES[0]) < 0:
        low = brentq(beyond, low, np.log(-pole), args=(_SHAPES[0],))
    while beyond(high, _SHAPES[1]) < 0:
        high += 1
    high = brentq(beyond, np.log(-pole), high, args=(_SHAPES[1],))
    shape, scale = shape_and_scale(
        minimize_scalar(cost, bounds=(low, high), method="bounded").x
    )
    return shape, mean * scale
