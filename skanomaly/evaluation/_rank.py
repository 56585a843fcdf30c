"""Ranks of estimators over data sets and their critical difference."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import friedmanchisquare, rankdata, studentized_range


class Ranking(NamedTuple):
    """Mean ranks and critical difference, as returned by `rank_estimators`.

    Parameters
    ----------
    mean_ranks : ndarray of shape (n_estimators,)
        Mean rank of each estimator; 1 is the best.
    critical_difference : float
        Estimators whose mean ranks differ by less do not differ significantly.
    p_value : float
        p-value of the Friedman test that all estimators are equally good; NaN for fewer
        than three estimators.
    n_datasets : int
        Number of data sets that were ranked.
    """

    mean_ranks: NDArray[np.float64]
    critical_difference: float
    p_value: float
    n_datasets: int


def mean_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over data sets of the ranks of estimators; rank 1 is the best.

    Equally good estimators get the mean of their ranks. A missing value ranks last; a
    data set without any value is left out.

    Parameters
    ----------
    values : array-like of shape (n_datasets, n_estimators)
        Values of a metric for which higher is better; NaN if missing.

    Returns
    -------
    ranks : ndarray of shape (n_estimators,)
        Mean ranks, at least 1; NaN if no data set has a value.

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
    r"""Return the difference of mean ranks from which estimators differ significantly.

    It is the critical difference of the Nemenyi test, which compares all pairs.

    Parameters
    ----------
    n_estimators : int
        Number of estimators, at least 2.
    n_datasets : int
        Number of data sets that were ranked, at least 1.
    alpha : float, default=0.05
        Significance level: probability of finding any difference if there is none.

    Returns
    -------
    difference : float
        Critical difference in ranks.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    With :math:`k` estimators and :math:`N` data sets, it is :math:`q_\alpha \sqrt{k (k
    + 1) / (6 N)}`, where :math:`q_\alpha` is the quantile of the studentized range for
    infinitely many degrees of freedom, divided by :math:`\sqrt 2` [1]_.

    References
    ----------
    .. [1] Demšar, J. (2006). Statistical comparisons of classifiers over multiple data
       sets. Journal of Machine Learning Research 7, 1-30.

    Examples
    --------
    >>> from skanomaly.evaluation import critical_difference
    >>> round(critical_difference(4, 14), 2)
    1.25
    """
    if n_estimators < 2 or n_datasets < 1 or not 0 < alpha < 1:
        raise ValueError(
            "A critical difference needs n_estimators >= 2, n_datasets >= 1 and "
            f"0 < alpha < 1, got {n_estimators}, {n_datasets} and {alpha}."
        )
    q = studentized_range.ppf(1 - alpha, n_estimators, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_estimators * (n_estimators + 1) / (6 * n_datasets)))


def rank_estimators(values: ArrayLike, *, alpha: float = 0.05) -> Ranking:
    """Rank estimators over data sets and test whether they differ.

    Parameters
    ----------
    values : array-like of shape (n_datasets, n_estimators)
        Values of a metric for which higher is better; NaN if missing, see `mean_ranks`.
    alpha : float, default=0.05
        Significance level, see `critical_difference`.

    Returns
    -------
    ranking : Ranking
        Mean ranks, critical difference, p-value and number of data sets.

    Raises
    ------
    ValueError
        If there are fewer than two estimators or no data set has a value.

    Notes
    -----
    The test is that of Friedman. The critical difference should only be used if this
    test rejects that all estimators are equally good.

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
        # The test depends on ranks alone, and ranks are defined for missing values.
        p_value = float(friedmanchisquare(*rankdata(filled, axis=1).T).pvalue)
    return Ranking(mean_ranks(judged), difference, p_value, n_datasets)


def groups_of(ranks: NDArray[np.float64], difference: float) -> list[tuple[int, int]]:
    """Return the largest groups of adjacent sorted ranks that do not differ.

    Each group is given by its positions ``(first, last)`` in `ranks`. Groups of one and
    groups within another one are left out.
    """
    groups: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = int(np.searchsorted(ranks, rank + difference, side="left")) - 1
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return groups


def _judged(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rows of a table that have any value."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(
            f"values must have the shape (n_datasets, n_estimators), got {table.shape}."
        )
    kept: NDArray[np.float64] = table[~np.isnan(table).all(axis=1)]
    return kept
