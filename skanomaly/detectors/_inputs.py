"""Interface of a model, and its inputs and targets as parts of rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.detectors._assessment import Float32s
from skanomaly.windows import Examples, Sequences

if TYPE_CHECKING:
    from skanomaly.engine import TrainedNetwork


def steps_of(context: float | None, window: int) -> int:
    """Return a number of steps that is given as one, as a part of a row or as None."""
    if context is None:
        return window
    if isinstance(context, float):
        # Centering leaves nothing of a single step. Half of an odd row is rounded up.
        return max(min(2, window), int(context * window + 0.5))
    return int(context)


def flat(X: Any, n_channels: int, *, or_any: bool) -> tuple[Any, int]:
    """Return rows with their steps side by side, and the number of channels.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_values) or (n_rows, window, n_channels)
        Rows.
    n_channels : int
        Number of channels that is expected.
    or_any : bool
        Whether rows with an axis of channels may have another number of them.

    Returns
    -------
    X : array-like of shape (n_rows, n_values)
    n_channels : int

    Raises
    ------
    ValueError
        If rows have another number of channels.
    """
    if isinstance(X, list | tuple):
        X = np.asarray(X)
    if getattr(X, "ndim", 2) != 3:
        return X, n_channels
    if X.shape[2] != n_channels and not or_any:
        raise ValueError(
            f"X has {X.shape[2]} channels (its last axis), but {n_channels} were "
            "expected. Pass rows of shape (n_rows, window, n_channels)."
        )
    return X.reshape(len(X), X.shape[1] * X.shape[2]), X.shape[2]


class WithoutPadding:
    """Mark outputs that are not of padding at the end of a sequence, batch by batch.

    Parameters
    ----------
    n_made, n_kept : int
        Number of outputs for each sequence, and of the first ones that are kept.
    """

    def __init__(self, n_made: int, n_kept: int) -> None:
        self._n_made, self._n_kept = n_made, n_kept
        self._n_seen = 0

    def next(self, n: int) -> NDArray[np.bool_]:
        """Return whether to keep each of the next `n` outputs."""
        place = np.arange(self._n_seen, self._n_seen + n) % self._n_made
        self._n_seen += n
        kept: NDArray[np.bool_] = place < self._n_kept
        return kept


@dataclass(frozen=True)
class View(ABC):
    """Inputs and targets of a family of detectors, cut from rows.

    Parameters
    ----------
    context : int
        Number of steps that the model sees at once.
    n_channels : int
        Number of values per step.
    """

    context: int
    n_channels: int

    @property
    def n_steps(self) -> int:
        """Number of steps that the error of a position depends on."""
        return self.context

    @property
    @abstractmethod
    def first_target(self) -> int:
        """Step of a row that is the first target of its first position."""

    def unpadded(self) -> Self:
        """Return the view for few rows: chunks of a series are no longer than these."""
        return self

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""

    @abstractmethod
    def adapted_to(self, network: "TrainedNetwork") -> Self:
        """Return the view adapted to the output shape of a network.

        Raises
        ------
        ValueError
            If the network, which may be the user's own, has an invalid output shape.
        """

    @abstractmethod
    def training(self, rows: Sequences) -> Examples:
        """Return the examples to train on."""

    @abstractmethod
    def scoring(self, rows: Sequences) -> Examples:
        """Return the examples to score, in the order of their positions."""


class Model(Protocol):
    """Interface of a model that learns from examples."""

    @property
    def n_codes(self) -> int:
        """Number of values in a code."""

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, batch by batch.

        The outputs are the main output of the model, or those given by `names`.
        """

    def decode(self, codes: NDArray[Any]) -> Float32s:
        """Return the output of the decoder for codes."""

    def quick(self, *, plain: bool = True) -> Any:
        """Return a model whose `outputs` for few inputs take little time.

        They differ by rounding. With `plain`, NumPy may compute those of a network.
        """
