import gc
import inspect
import json
import os
from pathlib import Path

import pytest

import skanomaly
from skanomaly.engine import TEMPLATES

# `make quick` tests one detector of each kind in full: a network that reconstructs, one
# that forecasts, and one that is fitted at once.
IN_FULL = {"AutoencoderDetector", "DenseForecastDetector", "PCADetector"}
# Of the others it runs these, which show that they fit, score and are declared well.
OUTLINE = {
    "test_constructor_constraints_and_parameters_are_the_same_names",
    "test_docstring_says_what_the_signature_does",
    "test_public_name_resolves_and_is_documented",
    "test_signs",
}


# Recorded by `benchmarks/slowest.py`.
RESULTS = Path(__file__).parent.parent / "benchmarks" / "results" / "tests.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow the tests of other detectors, and those that took over a second."""
    slow = set(json.loads(RESULTS.read_text(encoding="utf-8"))["slow"])
    for item in items:
        if _recorded_name(item) in slow or _tests_another_detector(item):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Keep what has taken seconds: traces of networks, and all that was imported."""
    # Files of tests use the same architectures, and more of them than a program does.
    # Each takes some 17 MB.
    TEMPLATES.size = 32
    gc.freeze()  # otherwise searched many times


def _recorded_name(item: pytest.Item) -> str:
    """Return the name of a test in a JUnit report."""
    path, *rest = item.nodeid.split("::")
    return "::".join(
        [".".join([*Path(path).with_suffix("").parts, *rest[:-1]]), item.name]
    )


def _tests_another_detector(item: pytest.Item) -> bool:
    """Return whether a test is parametrized by a detector that is not `IN_FULL`."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or getattr(item, "originalname", "") in OUTLINE:
        return False
    others = set(skanomaly._PUBLIC["detectors"]) - IN_FULL
    return bool(others & {_class_name(value) for value in callspec.params.values()})


def _class_name(value: object) -> str:
    return (value if inspect.isclass(value) else type(value)).__name__


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real series, which are not part of the repository."""
    folder = os.environ.get("SKANOMALY_DATA")
    if not folder:
        pytest.skip("SKANOMALY_DATA names no folder of real series")
    return Path(folder)
