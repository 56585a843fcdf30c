"""Import of Keras in another thread, without the messages of TensorFlow."""

import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr
from importlib import import_module
from threading import Thread
from typing import Any

# Not yet running, running or done, as the import of this process is.
_loading: Future[Any] = Future()


def begin_to_load_keras() -> None:
    """Begin to import Keras in another thread; `load_keras` waits for it.

    In the meantime, this thread should import nothing that Keras imports too: if two
    threads import packages that import each other, one may see them incomplete.
    """
    if _loading.running() or _loading.done():
        return
    if "keras" in sys.modules:
        _loading.set_result(sys.modules["keras"])
        return
    _loading.set_running_or_notify_cancel()
    # The interpreter waits for this thread at its end, since it must not stop a thread
    # within compiled code.
    Thread(target=_load, name="import of Keras").start()


def load_keras() -> Any:
    """Import Keras, initialise its backend without messages, and return Keras."""
    begin_to_load_keras()
    return _loading.result()


def keras_is_loading() -> bool:
    """Return whether the import of Keras has begun and is not done."""
    return _loading.running()


def wait_for_keras() -> None:
    """Wait until no import of Keras is under way; ignore whether it fails."""
    if _loading.running():
        _loading.exception()


def _load() -> None:
    try:
        with _silent_libraries(), lasting_imports():
            keras = import_module("keras")
            keras.ops.zeros(1)
    except BaseException as error:
        _loading.set_exception(error)
    else:
        _loading.set_result(keras)


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Keep the garbage collector from what is imported, which is never garbage.

    Otherwise the objects of large libraries are searched many times during their
    import, again during a training, and once more at the end of the process.
    """
    n_modules, enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > n_modules:
            gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Discard what compiled code writes to standard error, but not what Python writes.

    The messages of TensorFlow about the machine come from C++ code before any log level
    is read. They can only be suppressed by redirecting the file in the meantime.
    """
    terminal, stream = os.dup(2), sys.stderr
    stream.flush()
    if sys.stderr is sys.__stderr__:
        # Never closed, as another thread may be writing to it at the end.
        stream = open(  # noqa: SIM115
            terminal,
            "w",
            buffering=1,
            encoding=stream.encoding,
            errors=stream.errors,
            closefd=False,
        )
    with redirect_stderr(stream):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
