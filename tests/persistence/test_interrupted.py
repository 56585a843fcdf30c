"""A file is whole at every moment, whatever becomes of who writes it."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import skanomaly
from skanomaly import PCADetector, load_model, make_detector, save_model
from tests.persistence.common import series

ROOT = Path(skanomaly.__file__).parent.parent

WRITER = """
import sys
import numpy as np
from skanomaly import PCADetector, save_model
model = PCADetector().fit(np.random.default_rng(0).normal(size=(50, 6)))
model.weight = np.ones(2**22)  # of 32 MiB, so that writing takes a while
print("ready", flush=True)
while True:
    save_model(model, sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_kill_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.skanomaly"
    model = make_detector("pca", window=8).fit(series())
    before = save_model(model, path).read_bytes()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert writer.stdout.readline() == "ready\n"
        # Until it is in the middle of the first file, which is a hidden one.
        while not any(one.stat().st_size > 2**20 for one in tmp_path.glob(".*/*")):
            assert writer.poll() is None
            time.sleep(0.001)
    finally:
        writer.kill()
        writer.communicate()
    if path.stat().st_size < 2**20:  # the first file was not complete yet
        assert path.read_bytes() == before
    load_model(path)


def test_a_disk_without_room_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")  # not on Windows
    path = tmp_path / "model.skanomaly"
    model = make_detector("pca", window=8).fit(series())
    before = save_model(model, path).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As with a full disk, no file can become larger.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            save_model(model, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_told(tmp_path):
    model = PCADetector().fit(series())
    with pytest.raises(FileNotFoundError):
        save_model(model, tmp_path / "none" / "model.skanomaly")


def test_of_two_writers_one_wins(tmp_path):
    path = tmp_path / "model.skanomaly"
    X = series()
    models = [make_detector("pca", window=window).fit(X) for window in (8, 30)]
    expected = [model.score_samples(X) for model in models]
    save_model(models[0], path)

    def write(model):
        for _ in range(20):
            save_model(model, path)

    writers = [threading.Thread(target=write, args=(model,)) for model in models]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        found = load_model(path).score_samples(X)
        assert any(np.array_equal(found, scores) for scores in expected)
    for writer in writers:
        writer.join()
    assert list(tmp_path.iterdir()) == [path]
