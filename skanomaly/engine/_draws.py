"""Order in which training draws examples."""

import numpy as np
from numpy.typing import NDArray

from skanomaly.windows import Examples


class Draws:
    """Examples of each epoch, in a new random order.

    Parameters
    ----------
    examples : Examples
        Examples to draw from.
    batch_size : int
        Number of examples per step of the optimizer.
    seed : tuple of int
        Seed of the order.
    """

    def __init__(
        self, examples: Examples, *, batch_size: int, seed: tuple[int, ...]
    ) -> None:
        self.examples, self.batch_size = examples, batch_size
        self._random = np.random.default_rng(seed)
        self._order = np.arange(examples.count)

    def next_epoch(self) -> NDArray[np.intp]:
        """Return the examples of the next epoch, in the order of training."""
        self._random.shuffle(self._order)
        return self._order[: self.examples.n_drawn]
