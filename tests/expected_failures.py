"""The common checks that an estimator fails on purpose, each with its reason."""

SHINGLER_EXPECTED_FAILURES = {
    "check_methods_sample_order_invariance": (
        "time order is the meaning of a series: samples in another order have other "
        "windows"
    ),
    "check_methods_subset_invariance": (
        "a row holds the samples before its own, which a part of the series lacks"
    ),
}
