"""Execution of runs in separate processes, any of which may die."""

import gc
import os
import signal
import threading
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

# Read by libraries when they are loaded.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
_GRACE = 0.2  # seconds
_FEEDER = "QueueFeederThread"  # named so by multiprocessing and joblib
_DIED = (
    "the process died twice, the second time without parallel runs: memory ran out or "
    "compiled code crashed"
)


def run_all(
    jobs: Iterable[Job], n_jobs: int, *, networks: bool
) -> Generator[Record, None, None]:
    """Yield the record of each run as it ends.

    If a process dies, all parallel runs are lost and the cause is unknown. Each of them
    is therefore repeated alone, and has failed if its process dies again.
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
    """Suppress the warning of joblib when it replaces a process that has grown large.

    No run is lost in this case.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A worker stopped while some jobs")
        yield


def _until_one_dies(waiting: deque[Job], n_jobs: int, *, networks: bool) -> Records:
    """Run the jobs until all are done or a process dies; return the lost jobs."""
    # Not the executor that joblib shares between calls, whose workers differ.
    executor = ProcessPoolExecutor(
        max_workers=n_jobs,
        env=_environment(n_jobs),
        initializer=_prepare_worker,
        initargs=(networks,),
    )
    running: dict[Future[Record], Job] = {}
    try:
        while waiting or running:
            # Not all at once, or the waiting jobs would be lost with a process.
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
                else:  # the job could not be sent to the process
                    yield failure(job, f"{type(error).__name__}: {error}")
            if lost:
                return [*lost, *running.values()]
    finally:
        # Do not wait for running jobs on an interrupt, except for a moment: joblib
        # fails on jobs that were submitted but not passed on yet.
        wait(running, timeout=_GRACE)
        executor.shutdown(kill_workers=True)
        _await_feeders()
    return []


def _await_feeders() -> None:
    """Wait for the threads that send jobs to processes.

    joblib does not. Such a thread may be the last to hold a semaphore: if Python ends
    while it deletes one, the user reads a warning of a leak.
    """
    for thread in threading.enumerate():
        if thread.name == _FEEDER:
            thread.join(_GRACE)


def _environment(n_jobs: int) -> dict[str, str]:
    """Return variables that share the cores among processes and silence TensorFlow."""
    share = str(max(1, cpu_count() // n_jobs))
    variables = {name: os.environ.get(name, share) for name in _THREADS}
    return variables | {"TF_CPP_MIN_LOG_LEVEL": "3"}


def _prepare_worker(networks: bool) -> None:
    # Only the main process reports an interrupt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if networks:
        # Slow and large imports, which must not count as cost of a run.
        load_keras()
        import_module("skanomaly.engine._template")
    # Libraries are never garbage, and searching them before each run takes longer than
    # many runs.
    gc.freeze()
