"""State of the process that networks share: random generators, and TensorFlow."""

import logging
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock

import numpy as np

# Held while the random states of the process are replaced, so that threads that build
# or train networks do not draw from each other's.
RANDOM_STATES = RLock()

# Held while a network is called to trace it, which Keras does not do in threads.
_TRACING = RLock()

_forked = False


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Seed what builders of networks draw from, and restore the states afterwards.

    Keras draws the seeds of layers and initial weights from the generator of Python.
    The seed of TensorFlow is left as it is: no layer of Keras uses it, and setting it
    makes TensorFlow forget all compiled functions.
    """
    with RANDOM_STATES:
        states = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


@contextmanager
def precision_of(floatx: str, policy: str) -> Iterator[None]:
    """Set Keras' type of floats and its policy for layers, and restore both."""
    from keras import config

    known = config.floatx(), config.dtype_policy()
    config.set_floatx(floatx)
    config.set_dtype_policy(policy)
    try:
        yield
    finally:
        config.set_floatx(known[0])
        config.set_dtype_policy(known[1])


@contextmanager
def names_from_the_start() -> Iterator[None]:
    """Count the names of layers and optimizers from 1, and go on counting afterwards.

    Keras numbers them in each thread, and TensorFlow keeps some 30 KB for every name
    that a variable ever had.
    """
    try:
        from keras.src.backend.common import global_state
    except ImportError:  # private, and no more than a saving
        yield
        return
    name = "object_name_uids"
    counts = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, None)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, counts)


@contextmanager
def tracing() -> Iterator[None]:
    """Trace in one thread at a time, without TensorFlow's advice on tracing.

    TensorFlow counts traces by the name of the function, and so warns of repeated
    tracing when each network of a grid search is traced for the first time.
    """
    logger = logging.getLogger("tensorflow")
    with _TRACING:
        level = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def check_process() -> None:
    """Raise if this process is a fork of one that has used a network.

    Raises
    ------
    RuntimeError
        If the process was forked after the first call of this function. TensorFlow
        would wait for threads that a fork does not have.
    """
    if _forked:
        raise RuntimeError(
            "This process was forked from one that has used a network, and TensorFlow "
            "does not work in such a process. Start processes with "
            "multiprocessing.get_context('spawn') or 'forkserver', or use joblib, "
            "which does so by default."
        )
    _watch_forks()


@cache  # once per process
def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
        os.register_at_fork(after_in_child=_note_fork)


def _note_fork() -> None:
    global _forked
    _forked = True
