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
        improves = not self._n_epochs or (
            loss < self._best - LEAST_IMPROVEMENT * abs(self._best)
            if math.isfinite(self._best)
            else math.isfinite(loss)
        )
        self._n_epochs += 1
        self._n_waited += 1
        if improves:
            self._best, self._n_waited = loss, 0
        return improves

    @property
    def is_over(self) -> bool:
        """Whether training must stop."""
        return self._n_epochs > 1 and self._n_waited >= self.patience


def validation_loss(logs: dict[str, float] | None) -> float:
    """Return the loss of the validation part in the metrics of an epoch.

    Raises
    ------
    ValueError
        If there is none, because the network has a `test_step` of its own.
    """
    if not logs or "val_loss" not in logs:
        raise ValueError(
            "The network has no loss of the validation part for early stopping: its "
            f"test_step returns {', '.join(logs or ()) or 'nothing'}. Return a "
            "dictionary with 'loss', or pass patience=None."
        )
    return logs["val_loss"]
