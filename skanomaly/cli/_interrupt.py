"""Ctrl-C, wherever it comes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Where TensorFlow's compiled code calls Python to build a graph. An exception that
# leaves it there may end the process on the spot.
_GRAPHS = "tensorflow.python.framework.func_graph"
_A_MOMENT = 0.1  # seconds


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt at an interrupt, even from within TensorFlow.

    While a graph is built it waits, and elsewhere it may be turned into another error.
    """
    interrupted = threading.Event()

    def interrupt(_: int, frame: FrameType | None) -> None:
        interrupted.set()
        if _builds_graph(frame):
            again = threading.Timer(_A_MOMENT, signal.raise_signal, [signal.SIGINT])
            again.daemon = True
            again.start()
            return
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
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


def _builds_graph(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_globals.get("__name__") == _GRAPHS:
            return True
        frame = frame.f_back
    return False
