"""Handling of Ctrl-C at any time."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# TensorFlow's compiled code calls the first of these modules to build a graph, where an
# exception may end the process at once. Callbacks of weak references swallow it.
_NOT_HERE = {"tensorflow.python.framework.func_graph", "_weakrefset", "weakref"}
_RETRY_AFTER = 0.1  # seconds


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt on an interrupt, even from within TensorFlow.

    While TensorFlow builds a graph, and in callbacks of weak references, the interrupt
    is delayed. Elsewhere TensorFlow may raise another error instead, which is replaced
    by KeyboardInterrupt.
    """
    interrupted = threading.Event()

    def interrupt(_: int, frame: FrameType | None) -> None:
        interrupted.set()
        if _must_wait(frame):
            again = threading.Timer(_RETRY_AFTER, signal.raise_signal, [signal.SIGINT])
            again.daemon = True
            again.start()
            return
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    former = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception:
        if interrupted.is_set():
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, former)


def _must_wait(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") in _NOT_HERE:
            return True
        frame = frame.f_back
    return False
