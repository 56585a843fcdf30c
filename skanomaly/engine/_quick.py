"""Outputs of a trained network for few inputs at once, without delay."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from skanomaly.engine._blueprint import main_output
from skanomaly.engine._plain import PlainNetwork
from skanomaly.windows import Examples

if TYPE_CHECKING:
    from skanomaly.engine._trained import TrainedNetwork


class QuickNetwork:
    """Outputs of a trained network, which stays as it is, for few inputs at once.

    Inputs are not padded, so that the last bits of an output may depend on those that
    it is computed with.

    Parameters
    ----------
    trained : TrainedNetwork
        Network.
    plain : bool, default=True
        Whether NumPy computes the outputs of networks of few kinds of layers.
    """

    def __init__(self, trained: "TrainedNetwork", *, plain: bool = True) -> None:
        self._trained = trained
        self._plain: PlainNetwork | None = None
        if plain:
            shape = trained.blueprint.input_shape
            self._plain = PlainNetwork.like(trained.bare_network(), shape)
        self._traced: dict[Any, Callable[[NDArray[Any]], Any]] = {}

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, block by block."""
        for inputs, targets in examples.blocks():
            if self._plain is not None and not names:
                yield inputs, targets, self._plain(inputs)
                continue
            outputs = self._computed(names, inputs)
            chosen = [outputs[name] for name in names] or [main_output(outputs)]
            yield inputs, targets, *chosen

    def _computed(self, names: tuple[str, ...], inputs: NDArray[Any]) -> Any:
        shape: list[int | None] = list(inputs.shape[1:])
        if self._trained.takes_any_length:
            shape[0] = None
        key = names, tuple(shape)
        if key not in self._traced:
            self._traced[key] = self._trained.traced(*key)
        return self._traced[key](inputs)
