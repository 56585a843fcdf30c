"""Small series, and detectors that do what a test needs."""

import os
import signal
from pathlib import Path
from time import sleep

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import check_random_state

from skanomaly.datasets import make_periodic
from skanomaly.evaluation import LabelledData
from skanomaly.evaluation._run import MEASURED


def wave(seed, name=None, n_samples=600):
    made = make_periodic(n_samples, period=20, n_anomalies=3, random_state=seed)
    return LabelledData(name or f"wave{seed}", made.X, made.y, made.train_size)


def same_but_for_time(results):
    """Drop what no two runs share."""
    return results.drop(columns=list(MEASURED))


class Guess(OutlierMixin, BaseEstimator):
    """Score at random, and keep count of the fits in a file."""

    def __init__(self, count_in=None, random_state=None, bias=0.0):
        self.count_in = count_in
        self.random_state = random_state
        self.bias = bias

    def fit(self, X, y=None):
        assert y is None, "detectors see no labels"
        if self.count_in is not None:
            with Path(self.count_in).open("a") as file:
                file.write(f"{len(X)} {self.random_state}\n")
        self.offset_ = -0.9
        self.history_ = {"loss": [3.0, 2.0, 1.0]}
        return self

    def score_samples(self, X):
        return -check_random_state(self.random_state).random(len(X)) - self.bias

    def predict(self, X):
        return np.where(self.score_samples(X) < self.offset_, -1, 1)


class Picky(Guess):
    """Refuse to learn, as long as there is a file of this name."""

    def __init__(self, refuse_while=None):
        super().__init__()
        self.refuse_while = refuse_while

    def fit(self, X, y=None):
        if Path(self.refuse_while).exists():
            raise ValueError("this series is not to my taste")
        return super().fit(X)


class Patient(Guess):
    """Learn nothing as long as there is a file of this name."""

    def __init__(self, count_in=None, wait_while=None, random_state=None):
        super().__init__(count_in, random_state=random_state)
        self.wait_while = wait_while

    def fit(self, X, y=None):
        super().fit(X)
        while Path(self.wait_while).exists():
            sleep(0.01)
        return self


class Mortal(Guess):
    """End its process, as the kernel does when memory runs out."""

    def fit(self, X, y=None):
        os.kill(os.getpid(), signal.SIGKILL)


class Hungry(Guess):
    """Take so many MiB, and give them back."""

    def __init__(self, mib=0, random_state=None):
        super().__init__(random_state=random_state)
        self.mib = mib

    def fit(self, X, y=None):
        np.ones(self.mib * 2**20, dtype=np.uint8).sum()
        return super().fit(X)


class Remembering(Guess):
    """Have a memory, as a pipeline has; it must not be asked."""

    def __init__(self, memory=None, count_in=None):
        super().__init__(count_in)
        self.memory = memory

    def fit(self, X, y=None):
        assert self.memory is None
        return super().fit(X)


def n_lines(path):
    return len(Path(path).read_text().splitlines()) if Path(path).exists() else 0
