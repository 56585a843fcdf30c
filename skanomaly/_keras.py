"""Load Keras without what TensorFlow has to say about this machine."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def load_keras() -> Any:
    """Import Keras, wake its backend in silence, and return it.

    The messages come from C++ before any log level is looked at, so the only way to
    keep them off the terminal is to close standard error for that while.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    with _no_standard_error():
        keras = import_module("keras")
        keras.ops.zeros(1)
    return keras


@contextmanager
def _no_standard_error() -> Iterator[None]:
    sys.stderr.flush()
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
