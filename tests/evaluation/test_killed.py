"""A benchmark that is killed goes on where it was, and ends with the same table."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from pandas.testing import assert_frame_equal

import skanomaly
from skanomaly import make_detector
from skanomaly.evaluation import evaluate
from tests.evaluation.common import same_but_for_time, wave

ROOT = Path(skanomaly.__file__).parent.parent
# The slower one first: when a few runs are done, most are not.
ESTIMATORS = {
    "forest": make_detector("isolation_forest"),
    "pca": make_detector("pca"),
}
WAVES = [wave(seed) for seed in range(6)]
CODE = """
import sys
from skanomaly.evaluation import evaluate
from tests.evaluation.test_killed import ESTIMATORS, WAVES
evaluate(ESTIMATORS, WAVES, n_jobs=2, store=sys.argv[1])
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs process groups")


def start(store):
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(store)], cwd=ROOT, start_new_session=True
    )


def wait_for_records(store, n_records, process):
    end = monotonic() + 60
    while len(list(store.glob("*.json"))) < n_records:
        assert process.poll() is None, "it ended before it could be killed"
        assert monotonic() < end, "it does not get anywhere"
        sleep(0.005)


def test_killed_and_called_again_it_ends_with_the_undisturbed_table(tmp_path):
    store = tmp_path / "store"
    process = start(store)
    wait_for_records(store, 3, process)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = {file: file.stat().st_mtime_ns for file in store.glob("*.json")}
    assert 3 <= len(kept) < 12
    resumed = evaluate(ESTIMATORS, WAVES, store=store)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    undisturbed = evaluate(ESTIMATORS, WAVES)
    assert len(resumed) == 12
    assert (resumed["status"] == "ok").all()
    assert_frame_equal(same_but_for_time(resumed), same_but_for_time(undisturbed))
