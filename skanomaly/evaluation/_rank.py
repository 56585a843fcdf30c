"""Ranks of estimators over data sets, and how far apart they must be to differ."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import friedmanchisquare, rankdata, studentized_range


class Ranking(NamedTuple):
    """Mean ranks with their critical difference; `rank_estimators` makes it.

    Parameters
    ----------
    mean_ranks : ndarray of shape (n_estimators,)
        Rank 1 is the best.
    critical_difference : float
        Mean ranks that lie less than this apart do not differ significantly.
    p_value : float
        Of the Friedman test that all estimators are equally good; NaN where there are
        fewer than three of them.
    n_datasets : int
        Data sets that could be ranked.
    """

    mean_ranks: NDArray[np.float64]
    critical_difference: float
    p_value: float
    n_datasets: int


def mean_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank estimators on each data set and take the mean: 1 is the best.

    Equally good ones share the mean of their ranks. A missing value ranks last; a data
    set on which all are missing is left out.

    Parameters
    ----------
    values : array-like of shape (n_datasets, n_estimators)
        A metric of which more is better, NaN where it is missing.

    Returns
    -------
    ranks : ndarray of shape (n_estimators,)
        NaN where no data set has a value.

    Examples
    --------
    >>> from skanomaly.evaluation import mean_ranks
    >>> mean_ranks([[0.9, 0.5, 0.5], [0.8, 0.9, 0.1]])
    array([1.5 , 1.75, 2.75])
    """
    ranked = _judged(values)
    if not len(ranked):
        return np.full(ranked.shape[1], np.nan)
    lowest = np.where(np.isnan(ranked), -np.inf, ranked)
    ranks: NDArray[np.float64] = rankdata(-lowest, axis=1).mean(axis=0)
    return ranks


def critical_difference(
    n_estimators: int, n_datasets: int, *, alpha: float = 0.05
) -> float:
    r"""Return how far apart mean ranks are of estimators that differ significantly.

    It is that of the Nemenyi test, which compares all with all.

    Parameters
    ----------
    n_estimators : int
        At least 2.
    n_datasets : int
        At least 1. Data sets that were ranked.
    alpha : float, default=0.05
        Probability to find any difference where there is none.

    Returns
    -------
    difference : float
        In ranks.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    With :math:`k` estimators and :math:`N` data sets it is :math:`q_\alpha \sqrt{k (k +
    1) / (6 N)}`, where :math:`q_\alpha` is the quantile of the studentized range for
    infinitely many degrees of freedom divided by :math:`\sqrt 2` [1]_.

    References
    ----------
    .. [1] Demšar, J. (2006). Statistical comparisons of classifiers over multiple data
       sets. Journal of Machine Learning Research, 7, 1-30.

    Examples
    --------
    >>> from skanomaly.evaluation import critical_difference
    >>> round(critical_difference(4, 14), 2)
    1.25
    """
    if n_estimators < 2 or n_datasets < 1 or not 0 < alpha < 1:
        raise ValueError(
            "a critical difference needs n_estimators >= 2, n_datasets >= 1 and "
            f"0 < alpha < 1; got {n_estimators}, {n_datasets} and {alpha}."
        )
    q = studentized_range.ppf(1 - alpha, n_estimators, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_estimators * (n_estimators + 1) / (6 * n_datasets)))


def rank_estimators(values: ArrayLike, *, alpha: float = 0.05) -> Ranking:
    """Rank estimators over data sets, and test whether they differ.

    Parameters
    ----------
    values : array-like of shape (n_datasets, n_estimators)
        A metric of which more is better, NaN where it is missing: see `mean_ranks`.
    alpha : float, default=0.05
        See `critical_difference`.

    Returns
    -------
    ranking : Ranking

    Raises
    ------
    ValueError
        If there are fewer than two estimators, or no data set has a value.

    Notes
    -----
    The test is Friedman's; the difference is meant to be looked at where it says that
    the estimators differ at all.

    Examples
    --------
    >>> from skanomaly.evaluation import rank_estimators
    >>> ranking = rank_estimators([[0.9, 0.5, 0.4], [0.8, 0.6, 0.1], [0.7, 0.3, 0.2]])
    >>> ranking.mean_ranks
    array([1., 2., 3.])
    >>> round(ranking.p_value, 3)
    0.05
    """
    judged = _judged(values)
    n_datasets, n_estimators = judged.shape
    difference = critical_difference(n_estimators, n_datasets, alpha=alpha)
    p_value = np.nan
    if n_estimators > 2:
        filled = np.where(np.isnan(judged), -np.inf, judged)
        # Ranks are what it looks at, and all it can compare with what is missing.
        p_value = float(friedmanchisquare(*rankdata(filled, axis=1).T).pvalue)
    return Ranking(mean_ranks(judged), difference, p_value, n_datasets)


def groups_of(ranks: NDArray[np.float64], difference: float) -> list[tuple[int, int]]:
    """Return the largest groups of neighbours in sorted ranks that do not differ.

    Each is ``(first, last)``, positions in `ranks`; groups of one are left out, and so
    are those within another.
    """
    groups: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = int(np.searchsorted(ranks, rank + difference, side="left")) - 1
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return groups


def _judged(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rows that have any value."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(
            f"values must have the shape (n_datasets, n_estimators), got {table.shape}."
        )
    kept: NDArray[np.float64] = table[~np.isnan(table).all(axis=1)]
    return kept
