"""Runs in processes of their own, of which any may die."""

import gc
import os
import signal
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import contextmanager
from importlib import import_module

from joblib.externals.loky import ProcessPoolExecutor, cpu_count

from skanomaly._keras import load_keras
from skanomaly.evaluation._run import Job, failure, run
from skanomaly.evaluation._store import Record

Records = Generator[Record, None, list[Job]]

# What libraries look at when they are loaded.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
_A_MOMENT = 0.2
_DIED = (
    "the process died twice, the second time alone: of memory that ran out or of a "
    "crash in compiled code"
)


def run_all(
    jobs: Iterable[Job], n_jobs: int, *, networks: bool
) -> Generator[Record, None, None]:
    """Yield the record of each run as it ends.

    A process that dies takes the runs of its neighbours with it, and does not tell
    whose fault it was. So each of them is run once more, alone, and has failed if it
    dies again.
    """
    waiting = deque(jobs)
    while waiting:
        lost = yield from _until_one_dies(waiting, n_jobs, networks=networks)
        for job in lost:
            alone = deque([job])
            for died in (yield from _until_one_dies(alone, 1, networks=networks)):
                yield failure(died, _DIED)


@contextmanager
def silent_replacement() -> Iterator[None]:
    """Keep joblib from warning when it replaces a process that has grown large.

    Nothing is lost by that.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A worker stopped while some jobs")
        yield


def _until_one_dies(waiting: deque[Job], n_jobs: int, *, networks: bool) -> Records:
    """Work until nothing waits or a process dies; return what was lost with that."""
    # Not the one that joblib keeps for whatever comes next: it expects another kind.
    executor = ProcessPoolExecutor(
        max_workers=n_jobs,
        env=_environment(n_jobs),
        initializer=_prepare_worker,
        initargs=(networks,),
    )
    running: dict[Future[Record], Job] = {}
    try:
        while waiting or running:
            # No more than run at once, or all that wait would be lost with one.
            while waiting and len(running) < n_jobs:
                job = waiting.popleft()
                running[executor.submit(run, job)] = job
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            ended = [(running.pop(future), future) for future in done]
            lost = []
            for job, future in ended:
                error = future.exception()
                if error is None:
                    yield future.result()
                elif isinstance(error, BrokenExecutor):
                    lost.append(job)
                else:  # what could not be sent to the process
                    yield failure(job, f"{type(error).__name__}: {error}")
            if lost:
                return [*lost, *running.values()]
    finally:
        # Who interrupts does not wait for what runs. Only, joblib stumbles over what it
        # was just given and has not passed on yet.
        wait(running, timeout=_A_MOMENT)
        executor.shutdown(kill_workers=True)
    return []


def _environment(n_jobs: int) -> dict[str, str]:
    """Share the cores among the processes, and keep TensorFlow quiet."""
    share = str(max(1, cpu_count() // n_jobs))
    variables = {name: os.environ.get(name, share) for name in _THREADS}
    return variables | {"TF_CPP_MIN_LOG_LEVEL": "3"}


def _prepare_worker(networks: bool) -> None:
    # Who interrupts the benchmark hears of it once, from the process in front.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if networks:
        # They take seconds and memory, so they come before the clock starts.
        load_keras()
        import_module("skanomaly.detectors._training")
    # Libraries stay: to look through them for garbage before each run takes longer
    # than many a run.
    gc.freeze()
