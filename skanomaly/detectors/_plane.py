"""Network for records, together with the plane that is closest to them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from skanomaly.detectors._assessment import Float32s, error_size, example_errors
from skanomaly.detectors._network import WithNetwork
from skanomaly.detectors._pca import LinearModel
from skanomaly.windows import Examples

if TYPE_CHECKING:
    from skanomaly.engine import TrainedNetwork

# Most windows of records that components are fitted to.
N_WINDOWS = 2**14


class Plane:
    """Principal components of records, whose errors are on the scale of a network's.

    Parameters
    ----------
    components : LinearModel
        Principal components.
    scale : float
        Median training error of the network, relative to that of the components.
    """

    def __init__(self, components: LinearModel, scale: float) -> None:
        self.components, self.scale = components, scale

    @classmethod
    def of(
        cls,
        examples: Examples,
        network: "TrainedNetwork",
        *,
        n_codes: int,
        seed: int,
        rounding: float,
    ) -> Self | None:
        """Find the plane with as many dimensions as a code has.

        Parameters
        ----------
        examples : Examples
            Training records.
        network : TrainedNetwork
            Network, trained by the records.
        n_codes : int
            Number of dimensions. There are fewer if the records have fewer, or if there
            are less than two of them for each.
        seed : int
            Seed of the solver.
        rounding : float
            Mean squared error that rounding can cause, the least one that counts.

        Returns
        -------
        plane : Plane or None
            None if there are not enough records or dimensions.
        """
        inputs, _ = examples.take(np.arange(examples.count))
        rows = inputs.reshape(len(inputs), -1).astype(np.float64)
        n_components = min(n_codes, rows.shape[1] - 1, (len(rows) - 1) // 2)
        if n_components < 1:
            return None
        # The explained fraction of the variance is 0 / 0 if all rows are equal.
        with np.errstate(invalid="ignore"):
            model = LinearModel(PCA(n_components, random_state=seed).fit(rows))
        usual, of_network = (
            float(np.median(example_errors(one, examples))) for one in (model, network)
        )
        return cls(model, of_network / max(usual, rounding))

    def errors(self, examples: Examples) -> Iterator[Float32s]:
        """Yield the error of each step and channel, block by block."""
        for inputs, _, outputs in self.components.outputs(examples):
            residuals = (inputs - outputs).astype(np.float32)
            yield self.scale * error_size(residuals)


class NetworkWithPlane(WithNetwork):
    """Trained network, with a plane if it was trained by records."""

    def __init__(self, trained: "TrainedNetwork", plane: Plane | None) -> None:
        self._trained, self.plane = trained, plane

    @property
    def trained(self) -> "TrainedNetwork":
        """Trained network with its history."""
        return self._trained

    @property
    def n_codes(self) -> int:
        """Number of values in a code."""
        return self._trained.n_codes

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of the network."""
        return self._trained.outputs(examples, names=names)

    def decode(self, codes: NDArray[Any]) -> Float32s:
        """Return the output of the layer named ``"decoder"`` for codes."""
        return self._trained.decode(codes)

    def quick(self, *, plain: bool = True) -> Self:
        """Return a model whose outputs for few inputs take little time."""
        quick: Any = self._trained.quick(plain=plain)
        return type(self)(quick, self.plane)
