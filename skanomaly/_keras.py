"""Import of Keras without the messages of TensorFlow about the machine."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def load_keras() -> Any:
    """Import Keras, initialise its backend without messages, and return Keras.

    The messages come from C++ code before any log level is read. They can only be
    suppressed by redirecting standard error in the meantime.
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
