import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from skanomaly import thresholds
from skanomaly.thresholds import (
    AutoThreshold,
    BaseThreshold,
    FixedThreshold,
    IQRThreshold,
    MADThreshold,
    MaxThreshold,
    POTThreshold,
    QuantileThreshold,
    RateThreshold,
    SigmaThreshold,
    resolve_threshold,
)


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ("sigma:8", SigmaThreshold(k=8)),
        ("quantile:0.01", QuantileThreshold(contamination=0.01)),
        ("mad:5", MADThreshold(k=5)),
        ("iqr:2.5", IQRThreshold(k=2.5)),
        ("max", MaxThreshold()),
        ("max:0.1", MaxThreshold(margin=0.1)),
        ("pot:1e-3", POTThreshold(risk=1e-3)),
        ("pot:1e-4,0.98", POTThreshold(risk=1e-4, level=0.98)),
        ("rate:1/10000", RateThreshold(rate=1e-4)),
        ("rate:2e-3", RateThreshold(rate=2e-3)),
        ("fixed:2.0", FixedThreshold(2.0)),
        (" Sigma:8 ", SigmaThreshold(k=8)),
        (2, FixedThreshold(2)),
        (np.float32(0.5), FixedThreshold(0.5)),
        ("auto", AutoThreshold()),
    ],
)
def test_texts_and_numbers(spec, rule):
    found = resolve_threshold(spec)
    assert type(found) is type(rule)
    assert found.get_params() == rule.get_params()


def test_a_rule_comes_back_cloned():
    rule = SigmaThreshold(k=4).fit([-1.0])
    found = resolve_threshold(rule)
    assert found is not rule
    assert found.k == 4
    assert not hasattr(found, "offset_")


@pytest.mark.parametrize(
    "spec",
    [
        *("sigmoid", "", "sigma:8,9", "sigma:x", "sigma:1/", "fixed", "auto:3"),
        *("rate:1/0", "rate:1/week", None, True, [3]),
    ],
)
def test_unknown_says_what_is_known(spec):
    with pytest.raises(ValueError, match=r"sigma.*'sigma:8'"):
        resolve_threshold(spec)


@pytest.mark.parametrize(
    ("spec", "meant"),
    [("sgima:8", "sigma"), ("quantil", "quantile"), ("Auto2", "auto"), ("maxi", "max")],
)
def test_the_closest_rule_is_named(spec, meant):
    with pytest.raises(ValueError, match=f"is unknown. Did you mean '{meant}'?"):
        resolve_threshold(spec)


def test_each_rule_has_a_text():
    rules = {
        value
        for value in vars(thresholds).values()
        if isinstance(value, type) and issubclass(value, BaseThreshold)
    } - {BaseThreshold, AutoThreshold}
    for rule in rules:
        text = rule.__name__.removesuffix("Threshold").lower()
        number = "9" if text == "gap" else "0.1"
        assert type(resolve_threshold(f"{text}:{number}")) is rule
    assert len(rules) == 10


@pytest.mark.parametrize(
    "spec", ["sigma:-1", "quantile:0.9", "fixed:nan", "pot:2", "rate:2/1"]
)
def test_values_out_of_range_are_refused_at_once(spec):
    with pytest.raises(ValueError, match="must be"):
        resolve_threshold(spec)


def test_a_class_in_place_of_a_rule_is_refused():
    with pytest.raises(ValueError, match="is not a threshold rule"):
        resolve_threshold(SigmaThreshold)


def test_rules_serve_other_detectors():
    X = np.random.default_rng(0).normal(size=(200, 2))
    scores = IsolationForest(random_state=0).fit(X).score_samples(X)
    assert (
        np.sum(resolve_threshold("quantile:0.1").fit(scores).predict(scores) < 0) == 20
    )


def test_a_number_may_be_a_text():
    assert resolve_threshold("0.25").value == 0.25
    with pytest.raises(ValueError, match="unknown"):
        resolve_threshold("nan")


def test_a_rate_per_time_needs_a_series():
    with pytest.raises(ValueError, match=r"'rate:1/week', are for detect\(threshold="):
        resolve_threshold("rate:1/week")
