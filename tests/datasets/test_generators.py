import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from skanomaly.datasets import make_periodic
from skanomaly.events import find_events

sizes = st.fixed_dictionaries(
    {
        "n_samples": st.integers(3000, 6000),
        "period": st.integers(4, 120),
        "n_channels": st.integers(1, 3),
        "n_anomalies": st.integers(0, 6),
        "random_state": st.integers(0, 99),
    }
)


@settings(deadline=None)
@given(options=sizes)
def test_labels_are_the_anomalies_after_the_training_part(options):
    series = make_periodic(**options)
    assert series.X.shape == (options["n_samples"], options["n_channels"])
    assert np.isfinite(series.X).all()
    assert set(np.unique(series.y)) <= {0, 1}
    assert not series.y[: series.train_size].any()
    spans = [(start, stop) for _, start, stop, _ in series.anomalies]
    assert [(event.start, event.stop) for event in find_events(series.y)] == spans
    assert len(spans) == options["n_anomalies"]


@settings(deadline=None)
@given(options=sizes)
def test_each_anomaly_stands_out_from_the_cycles_before(options):
    series = make_periodic(**options, noise=0.0)
    period = options["period"]
    for kind, start, stop, channel in series.anomalies:
        values = series.X[:, channel]
        change = np.abs(values[start:stop] - values[start - period : stop - period])
        assert change.max() > 0.3, kind


def test_the_same_state_makes_the_same_series():
    first, again, other = (make_periodic(random_state=i) for i in (1, 1, 2))
    assert np.array_equal(first.X, again.X)
    assert first.anomalies == again.anomalies
    assert not np.array_equal(first.X, other.X)


def test_anomalies_are_of_all_kinds():
    series = make_periodic(random_state=0)
    assert len({kind for kind, *_ in series.anomalies}) == 5


def test_cycles_repeat_but_for_noise_and_drift():
    series = make_periodic(random_state=0, noise=0.0)
    change = series.X[series.period : 2000] - series.X[: 2000 - series.period]
    assert np.abs(change).max() < 0.1
    assert np.ptp(series.X[: series.period]) > 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 500}, "too few for 5 anomalies"),
        ({"period": 1}, "period=1"),
        ({"n_channels": 0}, "n_channels=0"),
        ({"noise": -1}, "noise=-1"),
        ({"n_anomalies": -1}, "n_anomalies=-1"),
        ({"train_fraction": 1.5}, "train_fraction"),
        ({"n_samples": 0, "n_anomalies": 0}, "n_samples=0"),
    ],
)
def test_bad_parameters_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_periodic(**options)
