"""The part of a row that a model sees at once, and the part that it must produce."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from skanomaly.windows import Examples, Sequences

if TYPE_CHECKING:
    from skanomaly.detectors._training import Trainer


@dataclass(frozen=True)
class View(ABC):
    """Inputs and targets of a family of detectors, cut from rows.

    Parameters
    ----------
    context : int
        Steps that the model sees at once.
    n_channels : int
        Values per step.
    """

    context: int
    n_channels: int

    @property
    @abstractmethod
    def first_target(self) -> int:
        """Step of a row that is the first target of its first position."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Arguments of the function that builds a network."""

    @abstractmethod
    def adapted_to(self, network: "Trainer") -> Self:
        """Return the view that suits a network.

        Raises
        ------
        ValueError
            If the network, which may be the user's own, has a wrong output shape.
        """

    @abstractmethod
    def training(self, rows: Sequences) -> Examples:
        """Return the examples to train on."""

    @abstractmethod
    def scoring(self, rows: Sequences) -> Examples:
        """Return the examples to score, in the order of their positions."""
