"""Passes over the examples of an epoch, each one call into a graph: TensorFlow."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from skanomaly.engine._draws import Draws
from skanomaly.windows import Examples

Act = Callable[[Any, Any], Any]


class EpochPass:
    """Call of a function with each batch of an epoch, within one call into a graph.

    The graph cuts the examples out of their series. The number and order of the
    examples and the size of the batches are its inputs, so that one trace serves series
    of any length; the last batch is as small as it is.

    Parameters
    ----------
    act : callable
        Function of inputs and targets that returns the loss of a batch.
    examples : Examples
        Examples of the kind that is passed.
    n_steps : int or None
        Number of steps of an input, None if it varies.
    """

    def __init__(self, act: Act, examples: Examples, *, n_steps: int | None) -> None:
        self._act, self._centers = act, examples.centers
        n_channels = examples.windows.values.shape[2]
        self._input_shape = (None, n_steps, n_channels)
        targets = examples.target_steps
        self._has_targets = targets is not None
        n_axes = 1 if targets is None else targets.ndim
        number = tf.TensorSpec((), tf.int64)
        traced = tf.function(self._run, autograph=False, jit_compile=False)
        # A function with one trace is called with less overhead than one with many.
        self._traced = traced.get_concrete_function(
            tf.TensorSpec((None, n_channels), tf.float32),
            tf.TensorSpec((None,), tf.int64),
            number,
            number,
            tf.TensorSpec((None,) * n_axes, tf.int64),
            number,
        )

    def over(self, draws: Draws) -> Callable[[], float]:
        """Return a function that passes over the next epoch and returns its loss."""
        examples = draws.examples
        windows, targets = examples.windows, examples.target_steps
        series = tf.constant(windows.flat)
        form = (
            tf.constant(windows.length, tf.int64),
            tf.constant(examples.n_inputs, tf.int64),
            tf.constant([] if targets is None else targets, tf.int64),
            tf.constant(draws.batch_size, tf.int64),
        )

        def next_epoch() -> float:
            starts = examples.starts(draws.next_epoch())
            return float(self._traced(series, tf.constant(starts, tf.int64), *form))

        return next_epoch

    def _run(
        self,
        series: Any,
        starts: Any,
        length: Any,
        n_inputs: Any,
        target_steps: Any,
        batch_size: Any,
    ) -> Any:
        count = tf.shape(starts, tf.int64)[0]

        def add_batch(first: Any, total: Any) -> tuple[Any, Any]:
            batch = starts[first : first + batch_size]
            steps = batch[:, tf.newaxis] + tf.range(length)
            loss = self._act(
                *self._cut(tf.gather(series, steps), n_inputs, target_steps)
            )
            n = tf.cast(tf.shape(batch)[0], tf.float32)
            return first + batch_size, total + n * tf.cast(loss, tf.float32)

        start = tf.constant(0, tf.int64), tf.constant(0.0)
        _, total = tf.while_loop(
            lambda first, _: first < count, add_batch, start, parallel_iterations=1
        )
        return total / tf.cast(count, tf.float32)

    def _cut(self, taken: Any, n_inputs: Any, target_steps: Any) -> tuple[Any, Any]:
        """Return inputs and targets, as `Examples.take` does."""
        inputs = taken[:, :n_inputs]
        inputs.set_shape(self._input_shape)
        if self._centers:
            inputs -= tf.reduce_mean(inputs, axis=1, keepdims=True)
        if not self._has_targets:
            return inputs, inputs
        return inputs, tf.gather(taken, target_steps, axis=1)
