"""Seeds from random states."""

from typing import Any

import numpy as np


def draw_seed(random_state: Any) -> int:
    """Return a seed from a random state; None leaves NumPy's global state unchanged."""
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if random_state is None:
        return int(np.random.default_rng().integers(2**31 - 1))
    return int(random_state)
