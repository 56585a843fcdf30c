"""Networks in threads, in worker processes, and after a fork."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest
from joblib import Parallel, delayed

import skanomaly
from skanomaly import AutoencoderDetector, ConvAutoencoderDetector, LSTMDetector
from skanomaly.engine import TEMPLATES
from tests.detectors.common import quick, rows_of, wave

ROOT = Path(skanomaly.__file__).parent.parent


class Nothing(keras.callbacks.Callback):
    """A callback that does nothing, and needs Keras' loop nevertheless."""


def scores_of(detector, seed, **params):
    rows = rows_of(wave())
    fitted = quick(detector, random_state=seed, **params).fit(rows)
    return fitted.score_samples(rows)


@pytest.mark.parametrize(
    ("detector", "n_seeds", "params"),
    [
        (AutoencoderDetector, 4, {}),
        (ConvAutoencoderDetector, 4, {}),  # draws what it drops
        (LSTMDetector, 4, {}),
        # Fewer, since each of its fits is traced.
        (AutoencoderDetector, 2, {"callbacks": [Nothing()]}),
    ],
    ids=["dense", "dropout", "lstm", "keras"],
)
def test_fits_in_threads_are_those_of_one_thread(detector, n_seeds, params):
    seeds = list(range(n_seeds)) * 2
    alone = [scores_of(detector, seed, **params) for seed in range(n_seeds)]
    TEMPLATES.clear()  # so that the threads make and trace the template, too
    environment, state = dict(os.environ), random.getstate()
    with ThreadPoolExecutor(len(seeds)) as threads:
        together = [
            threads.submit(scores_of, detector, seed, **params) for seed in seeds
        ]
        together = [one.result() for one in together]
    np.testing.assert_array_equal(together, alone * 2)
    assert dict(os.environ) == environment
    assert random.getstate() == state


def test_scores_in_threads_are_those_of_one_thread():
    rows = rows_of(wave())
    fitted = [quick(AutoencoderDetector, random_state=s).fit(rows) for s in range(4)]
    alone = [one.score_samples(rows) for one in fitted]
    TEMPLATES.clear()
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda one: one.score_samples(rows), fitted * 4))
    np.testing.assert_array_equal(together, alone * 4)


def test_fits_in_worker_processes_are_those_of_this_one():
    alone = [scores_of(AutoencoderDetector, seed) for seed in (0, 1)]
    # Workers have one thread, as this process has in the tests of `make test`.
    together = Parallel(2, backend="loky")(
        delayed(scores_of)(AutoencoderDetector, seed) for seed in (0, 1)
    )
    np.testing.assert_allclose(together, alone, rtol=1e-6)


FORK = """
import multiprocessing, sys
import numpy as np
from skanomaly import AutoencoderDetector
X = np.random.default_rng(0).normal(size=(40, 6))
detector = AutoencoderDetector(epochs=1)
def child(fit):
    try:
        detector.fit(X) if fit else detector.score_samples(X)
    except RuntimeError as error:
        print(error, flush=True)
detector.fit(X)
context = multiprocessing.get_context("fork")
for fit in (True, False):
    process = context.Process(target=child, args=(fit,))
    process.start()
    process.join(60)
    if process.is_alive():
        print("hangs")
        process.kill()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")
def test_a_fork_names_the_cure_instead_of_hanging():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    for line in lines:
        assert "was forked" in line
        assert "spawn" in line
