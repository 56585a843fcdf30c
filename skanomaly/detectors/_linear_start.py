"""Linear forecast that a network begins with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from skanomaly.detectors._assessment import Float32s
from skanomaly.detectors._parameters import parameter, parameters
from skanomaly.engine import TrainedNetwork
from skanomaly.windows import Examples, Sequences

# Name of the layer of a network that holds the linear forecast.
LINEAR = "linear"
# Most contexts, and values of them, that it is fitted to: neighbours are nearly equal.
N_FITTED = 2**13
N_VALUES = 2**24
# Penalty per context, as a fraction of the variance of its values. One that is much
# larger forecasts smooth series less exactly than they can be.
PENALTY = 1e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinearForecast:
    """Ridge regression from contexts to the steps after them.

    Parameters
    ----------
    weights : ndarray of shape (n_inputs, n_outputs)
        Weights of the values of a context.
    intercepts : ndarray of shape (n_outputs,)
        What is added to them.
    """

    weights: Floats
    intercepts: Floats

    @classmethod
    def of(cls, contexts: Examples, *, seed: int) -> Self:
        """Fit to contexts, or to some of many."""
        drawn = np.arange(contexts.count)
        size = contexts.n_inputs * contexts.windows.values.shape[2]
        most = min(N_FITTED, max(2, N_VALUES // size))
        if contexts.count > most:
            # Evenly spaced ones might all have the same phase of a wave.
            drawn = np.random.default_rng(seed).choice(contexts.count, most, False)
        taken: Any = contexts.take(np.sort(drawn))
        inputs, targets = (
            one.reshape(len(one), -1).astype(np.float64) for one in taken
        )
        penalty = PENALTY * max(inputs.var(axis=0).mean(), np.finfo(np.float32).tiny)
        ridge = Ridge(penalty * len(inputs), solver="cholesky").fit(inputs, targets)
        return cls(ridge.coef_.T, ridge.intercept_)

    def outputs(
        self, contexts: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Float32s, Float32s, Float32s]]:
        """Yield contexts, targets and forecasts, as a network does."""
        for inputs, targets in contexts.blocks():
            forecasts = inputs.reshape(len(inputs), -1) @ self.weights + self.intercepts
            yield inputs, targets, forecasts.astype(np.float32).reshape(targets.shape)


@parameters
class LinearStart:
    """Parameter of forecasters whose network is added to a linear forecast."""

    linear: bool = parameter(True, "boolean")

    def _begin(
        self: Any, model: TrainedNetwork, training: Sequences, *, partial: bool
    ) -> None:
        if not self.linear or self.network is not None:
            return
        contexts, seed = self._view.contexts(training), self._fit_seed
        if self._left_out and not partial:
            linear = LinearForecast.of(self._moderate(contexts), seed=seed)
            contexts = self._trimmed(linear, contexts)
        linear = LinearForecast.of(contexts, seed=seed)
        model.set_layer(LINEAR, linear.weights, linear.intercepts)
