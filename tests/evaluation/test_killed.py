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
from tests.evaluation.common import Guess, Patient, n_lines, same_but_for_time, wave

ROOT = Path(skanomaly.__file__).parent.parent
WAVES = [wave(seed) for seed in range(3)]
CODE = """
import sys
from pathlib import Path
from skanomaly.evaluation import evaluate
from tests.evaluation.test_killed import WAVES, estimators
folder = Path(sys.argv[1])
evaluate(estimators(folder), WAVES, store=folder / "store")
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs process groups")


def estimators(folder):
    """Return one that is done at once, and one that goes no further than a wall."""
    waits = Patient(str(folder / "begun"), wait_while=str(folder / "wall"))
    return {"pca": make_detector("pca"), "patient": waits}


@pytest.fixture
def process(tmp_path):
    """A benchmark that stands in the middle of its fourth run."""
    (tmp_path / "wall").touch()
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], cwd=ROOT, start_new_session=True
    ) as process:
        try:
            end = monotonic() + 60
            while not n_lines(tmp_path / "begun"):
                assert process.poll() is None, "it ended before it could be killed"
                assert monotonic() < end, "it does not get anywhere"
                sleep(0.01)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_killed_and_called_again_it_ends_with_the_undisturbed_table(tmp_path, process):
    given, store = estimators(tmp_path), tmp_path / "store"
    with pytest.raises(ValueError, match="Another call uses the store"):
        evaluate({"guess": Guess()}, WAVES, store=store, fresh=True)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = {file: file.stat().st_mtime_ns for file in store.glob("*.json")}
    assert len(kept) == 3
    (tmp_path / "wall").unlink()
    resumed = evaluate(given, WAVES, store=store)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert n_lines(tmp_path / "begun") == 1 + 3
    undisturbed = evaluate(given, WAVES)
    assert len(resumed) == 6
    assert (resumed["status"] == "ok").all()
    assert_frame_equal(same_but_for_time(resumed), same_but_for_time(undisturbed))
