"""Linear forecast that a network begins with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from skanomaly.detectors._parameters import parameter, parameters
from skanomaly.engine import TrainedNetwork
from skanomaly.windows import Examples, Sequences

# Name of the layer of a network that holds the linear forecast.
LINEAR = "linear"
# Number of contexts that it is fitted to: neighbours are nearly equal anyway.
N_FITTED = 2**13
# Penalty per context, as a fraction of the variance of its values. One that is much
# larger forecasts smooth series less exactly than they can be.
PENALTY = 1e-4

Floats = NDArray[np.float64]


@parameters
class LinearStart:
    """Parameter of forecasters whose network is added to a linear forecast."""

    linear: bool = parameter(True, "boolean")

    def _begin(self: Any, model: TrainedNetwork, training: Sequences) -> None:
        if self.linear and self.network is None:
            contexts = self._moderate(self._view.contexts(training))
            model.set_layer(LINEAR, *_ridge(contexts, seed=self._fit_seed))


def _ridge(contexts: Examples, *, seed: int) -> tuple[Floats, Floats]:
    """Return weights of shape (n_inputs, n_outputs), and the intercepts."""
    drawn = np.arange(contexts.count)
    if contexts.count > N_FITTED:
        # Evenly spaced ones might all have the same phase of a wave.
        drawn = np.random.default_rng(seed).choice(contexts.count, N_FITTED, False)
    taken: Any = contexts.take(np.sort(drawn))
    inputs, targets = (one.reshape(len(one), -1).astype(np.float64) for one in taken)
    penalty = PENALTY * max(inputs.var(axis=0).mean(), np.finfo(np.float32).tiny)
    ridge = Ridge(penalty * len(inputs), solver="cholesky").fit(inputs, targets)
    return ridge.coef_.T, ridge.intercept_
