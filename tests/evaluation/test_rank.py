"""Ranks and their critical difference, as Demšar (2006) has them."""

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from skanomaly.evaluation import critical_difference, mean_ranks, rank_estimators
from skanomaly.evaluation._rank import groups_of

# AUC of four classifiers on 14 data sets: table 6 of Demšar (2006), JMLR 7, 1-30.
PUBLISHED = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def test_the_published_example():
    ranking = rank_estimators(PUBLISHED)
    np.testing.assert_allclose(
        ranking.mean_ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4
    )
    assert ranking.n_datasets == 14
    assert round(ranking.critical_difference, 2) == 1.25
    assert round(critical_difference(4, 14, alpha=0.10), 2) == 1.12
    # Its chi-square is not corrected for the ties.
    k, n = 4, 14
    chi = (
        12 * n / (k * (k + 1)) * (np.sum(ranking.mean_ranks**2) - k * (k + 1) ** 2 / 4)
    )
    assert round(chi, 2) == 9.28
    assert 0.01 < ranking.p_value < 0.03


def test_published_quantiles():
    # Table 5 (a) there: q of 2, 5 and 10 classifiers.
    for n_estimators, q in ((2, 1.960), (5, 2.728), (10, 3.164)):
        found = critical_difference(n_estimators, 1)
        expected = q * np.sqrt(n_estimators * (n_estimators + 1) / 6)
        assert found == pytest.approx(expected, rel=5e-4)


def test_the_test_is_friedmans():
    values = np.random.default_rng(0).normal(size=(9, 5))
    values[:, 4] += 1
    assert rank_estimators(values).p_value == pytest.approx(
        friedmanchisquare(*values.T).pvalue
    )


def test_what_is_missing_ranks_last_and_what_none_has_does_not_count():
    nan = np.nan
    values = [[0.1, nan, 0.2], [nan, nan, nan], [nan, 0.1, nan]]
    np.testing.assert_allclose(mean_ranks(values), [2.25, 2.0, 1.75])
    assert rank_estimators(values).n_datasets == 2
    assert np.isnan(mean_ranks([[nan, nan]])).all()


def test_of_two_there_is_no_friedman_test():
    ranking = rank_estimators([[0.2, 0.1], [0.3, 0.1]])
    assert ranking.mean_ranks.tolist() == [1.0, 2.0]
    assert np.isnan(ranking.p_value)


@pytest.mark.parametrize(
    ("difference", "groups"),
    [(0.4, []), (0.5, []), (0.6, [(0, 1)]), (1.6, [(0, 2), (1, 3)]), (9, [(0, 3)])],
)
def test_groups_are_those_closer_than_the_difference(difference, groups):
    ranks = np.array([1.0, 1.5, 2.5, 3.0 + 1e-9])
    found = groups_of(ranks, difference)
    if difference == 0.6:
        groups = [(0, 1), (2, 3)]
    assert found == groups


@pytest.mark.parametrize("numbers", [(1, 3), (3, 0)])
def test_too_few_are_refused(numbers):
    with pytest.raises(ValueError, match="needs n_estimators >= 2, n_datasets >= 1"):
        critical_difference(*numbers)
    with pytest.raises(ValueError, match="must have the shape"):
        mean_ranks([1.0, 2.0])
