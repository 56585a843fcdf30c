"""Keras is imported while a file is read, and nobody notices unless it fails."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import skanomaly

ROOT = Path(skanomaly.__file__).parent.parent
REFUSED = "skanomaly: error: series.csv is empty. It must hold at least one number.\n"
INTERRUPTED = "skanomaly: interrupted, nothing was written\n"
LONGEST = 60  # seconds

# In place of Keras: a library that is noisy, as TensorFlow is, and never loaded.
ENDLESS = """
import os, pathlib, time
os.write(2, b"a message about the machine")
pathlib.Path("begun").touch()
time.sleep(3600)
"""
NETWORK = ("--detector", "autoencoder")
BROKEN = "raise ImportError('a shared library is missing')"


def begin(folder, *arguments, keras=None):
    """Start the command line in a folder, with a module in place of Keras if given."""
    path = [str(ROOT)]
    if keras is not None:
        (folder / "instead").mkdir()
        (folder / "instead" / "keras.py").write_text(keras)
        path.insert(0, "instead")
    return subprocess.Popen(
        [sys.executable, "-m", "skanomaly", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": os.pathsep.join(path)},
    )


def begin_to_read(folder, keras):
    """Start to read a file that never comes; return when the import has begun."""
    os.mkfifo(folder / "series.csv")
    process = begin(folder, "detect", "series.csv", *NETWORK, keras=keras)
    end = time.monotonic() + LONGEST
    while not (folder / "begun").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def refuse(folder, process):
    os.close(os.open(folder / "series.csv", os.O_WRONLY))


def interrupt(folder, process):
    process.send_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("act", "code", "said"), [(refuse, 2, REFUSED), (interrupt, 130, INTERRUPTED)]
)
def test_an_end_while_the_file_is_read_does_not_wait_for_the_import(
    tmp_path, act, code, said
):
    process = begin_to_read(tmp_path, ENDLESS)
    act(tmp_path, process)
    assert process.communicate(timeout=LONGEST) == ("", said)
    assert process.returncode == code


def test_a_process_ends_well_in_the_middle_of_the_import(tmp_path):
    (tmp_path / "nan.csv").write_text("cpu\n1\nnan\n3\n")
    process = begin(tmp_path, "detect", "nan.csv", *NETWORK)
    out, error = process.communicate(timeout=LONGEST)
    assert process.returncode == 2
    assert out == ""
    (line,) = error.splitlines()
    assert "at row 1, is missing" in line


def test_a_caller_in_the_same_process_gets_no_import_under_way(tmp_path):
    (tmp_path / "nan.csv").write_text("cpu\n1\nnan\n3\n")
    code = """
import sys, threading
from skanomaly.cli import main
former = sys.stderr
code = main(["detect", "nan.csv", "--detector", "autoencoder"])
print(code, threading.active_count(), sys.stderr is former, "keras" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == "2 1 True True\n"


@pytest.mark.parametrize("arguments", [("detect", "good.csv"), ("demo",)])
def test_a_failed_import_is_reported(tmp_path, arguments):
    (tmp_path / "good.csv").write_text("cpu\n" + "1\n2\n" * 20)
    process = begin(tmp_path, *arguments, *NETWORK, keras=BROKEN)
    out, error = process.communicate(timeout=LONGEST)
    assert process.returncode == 1
    assert out == ""
    said = "unexpected error: ImportError: a shared library is missing (--debug shows"
    assert said in error.splitlines()[-1]
    assert not (tmp_path / "skanomaly-out").exists()
