"""A series written in any way is read back, or refused where it has two readings."""

from collections import Counter

import pytest

from skanomaly.reading import read_series
from tests.reading.written import is_equal, outcome, written

N_WAYS = 40
# Cells that may be missing values, or thousands, and times without a date and order.
REASONS = {"na_values", "decimal", "day_first", "header", "sep", "no date"}

pytestmark = pytest.mark.filterwarnings("ignore:.*series.csv")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    return {seed: outcome(written(seed), folder) for seed in range(N_WAYS)}


def test_nothing_is_read_as_something_else(outcomes):
    assert [said for said in outcomes.values() if said[0] == "wrong"] == []
    assert Counter(kind for kind, _ in outcomes.values())["read"] > N_WAYS / 3


def test_what_is_refused_has_two_readings_and_is_read_with_a_setting(
    outcomes, tmp_path
):
    refused = {seed: said for seed, said in outcomes.items() if said[0] == "refused"}
    assert {reason for _, reason in refused.values()} <= REASONS
    for seed in refused:
        one = written(seed)
        if one.way["times"] == "clock" and one.way["order"] == "shuffled":
            continue  # No setting says on which days these were.
        file = tmp_path / "series.csv"
        file.write_bytes(one.data)
        series, _ = read_series(file, interpolate=True, **one.settings)
        assert is_equal(one, series), one.way
