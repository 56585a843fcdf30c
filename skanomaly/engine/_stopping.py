"""Early stopping."""

import math

# Relative decrease of the validation loss that counts as an improvement. Recurrent
# networks improve by some thousandths per epoch without end and without effect on
# scores.
LEAST_IMPROVEMENT = 0.01


class Stopping:
    """Early stopping that requires a relative improvement, for losses of any scale.

    Parameters
    ----------
    patience : int
        Number of epochs without improvement after which training stops.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self._best = math.inf
        self._n_epochs = 0
        self._n_waited = 0

    def improves(self, loss: float) -> bool:
        """Return whether the loss of the next epoch improves on all before it."""
        # A negative loss, which a network with a loss of its own may have, has no
        # logarithm.
        log_loss = math.log(max(loss, 1e-30)) if loss == loss else math.nan
        improves = not self._n_epochs or log_loss < self._best - LEAST_IMPROVEMENT
        self._n_epochs += 1
        self._n_waited += 1
        if improves:
            self._best = math.inf if math.isnan(log_loss) else log_loss
            self._n_waited = 0
        return improves

    @property
    def is_over(self) -> bool:
        """Whether training must stop."""
        return self._n_epochs > 1 and self._n_waited >= self.patience
