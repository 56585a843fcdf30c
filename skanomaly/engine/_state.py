"""Weights of a network and state of its optimizer, as arrays."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class State:
    """Weights of a network and state of its optimizer.

    Parameters
    ----------
    weights : list of ndarray
        All variables of the network in its order: weights, trained or not, and the
        states of its random generators.
    optimizer : list of ndarray
        Variables of the optimizer in its order. Empty before the first step.
    """

    weights: list[NDArray[Any]]
    optimizer: list[NDArray[Any]]

    @classmethod
    def of(cls, network: "keras.Model") -> Self:
        """Return the state of a network and of its optimizer, if that is built."""
        optimizer: Any = getattr(network, "optimizer", None)
        is_built = optimizer is not None and optimizer.built
        return cls(
            weights_of(network), _arrays(optimizer.variables if is_built else ())
        )

    def tensors(self) -> list[Any]:
        """Return the weights as tensors."""
        import tensorflow as tf

        return [tf.constant(one) for one in self.weights]

    def load_into(self, network: "keras.Model") -> None:
        """Set the variables of a network, and those of its optimizer if it is built."""
        _assign(network.variables, self.weights)
        if self.optimizer:
            _assign(network.optimizer.variables, self.optimizer)


def weights_of(network: "keras.Model") -> list[NDArray[Any]]:
    """Return the weights of a network as `State` has them."""
    return _arrays(network.variables)


def _arrays(variables: Any) -> list[NDArray[Any]]:
    return [np.array(variable) for variable in variables]


def _assign(variables: Any, arrays: list[NDArray[Any]]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
