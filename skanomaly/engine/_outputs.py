"""Outputs of a network, in blocks of few sizes: loads TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from skanomaly.engine._process import tracing
from skanomaly.windows import padded

# Numbers of rows that inputs are padded to. The first one serves single rows.
SIZES = (32, 128, 512)


class Outputs:
    """Outputs of a network as a function of its weights, traced once.

    The outputs for a row do not depend on the rows around it, bit for bit: a block is
    padded to one of few sizes, and a size is used only if a measurement gives the bits
    of the smallest size.

    Parameters
    ----------
    part : callable
        Network or layer.
    variables : list of keras.Variable
        Variables of the network, in the order of the weights.
    """

    def __init__(self, part: Callable[..., Any], variables: list[Any]) -> None:
        def compute(weights: list[Any], inputs: Any) -> Any:
            with keras.StatelessScope(list(zip(variables, weights, strict=True))):
                return part(inputs, training=False)

        self._compute = compute
        self._function = tf.function(compute, autograph=False, jit_compile=False)
        self._traces: dict[tuple[int, ...], Any] = {}
        self._is_exact: dict[tuple[int, ...], bool] = {}

    def __call__(self, weights: list[Any], inputs: NDArray[Any], block: int) -> Any:
        """Return the outputs for at most `block` rows as arrays."""
        size = self._size(weights, inputs, block)
        parts = [
            self._computed(weights, inputs[first : first + size], size)
            for first in range(0, len(inputs), size)
        ]
        return keras.tree.map_structure(lambda *some: np.concatenate(some), *parts)

    @property
    def n_traces(self) -> int:
        """Number of traces."""
        return len(self._traces)

    def fixed(
        self, weights: list[Any], shape: tuple[int | None, ...]
    ) -> Callable[[NDArray[Any]], Any]:
        """Return the outputs as a function of inputs of a shape alone.

        The weights are part of it, which takes a third of the time of passing them.
        """
        with tracing():
            function = tf.function(
                lambda some: self._compute(weights, some), autograph=False
            ).get_concrete_function(tf.TensorSpec((None, *shape), tf.float32))

        def compute(some: NDArray[Any]) -> Any:
            return keras.tree.map_structure(np.asarray, function(tf.constant(some)))

        return compute

    def _computed(self, weights: list[Any], inputs: NDArray[Any], size: int) -> Any:
        outputs = self._trace(weights, inputs)(
            weights, tf.constant(padded(inputs, size))
        )
        return keras.tree.map_structure(
            lambda output: np.asarray(output)[: len(inputs)], outputs
        )

    def _trace(self, weights: list[Any], inputs: NDArray[Any]) -> Any:
        """Return the trace for inputs of a shape, with any number of rows."""
        shape = inputs.shape[1:]
        if shape not in self._traces:
            with tracing():
                self._traces[shape] = self._function.get_concrete_function(
                    list(map(tf.TensorSpec.from_tensor, weights)),
                    tf.TensorSpec((None, *shape), inputs.dtype),
                )
        return self._traces[shape]

    def _size(self, weights: list[Any], inputs: NDArray[Any], block: int) -> int:
        smallest = min(SIZES[0], block)
        for size in sorted({min(size, block) for size in SIZES} | {block}):
            if size < len(inputs):
                continue
            shape = (size, *inputs.shape[1:])
            if size > smallest and shape not in self._is_exact:
                self._is_exact[shape] = self._measured(weights, shape, smallest)
            if size == smallest or self._is_exact[shape]:
                return size
        return smallest

    def _measured(
        self, weights: list[Any], shape: tuple[int, ...], smallest: int
    ) -> bool:
        """Return whether outputs have the bits that they have in the smallest size."""
        inputs = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
        whole = self._computed(weights, inputs, len(inputs))
        for rows in (slice(None, smallest), slice(-smallest, None)):
            part = self._computed(weights, inputs[rows], smallest)
            same = keras.tree.map_structure(
                lambda one, other, rows=rows: np.array_equal(
                    one, other[rows], equal_nan=True
                ),
                part,
                whole,
            )
            if not all(keras.tree.flatten(same)):
                return False
        return True
