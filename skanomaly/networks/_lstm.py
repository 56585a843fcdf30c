"""LSTM layer that is fast on a CPU. Loads Keras."""

from typing import Any

import keras

# Number of steps that one operation computes where nothing is trained: its gates at all
# steps stay in the cache of a processor.
STEPS_AT_ONCE = 50


@keras.saving.register_keras_serializable("skanomaly")
class FusedLSTM(keras.layers.LSTM):
    """LSTM layer that computes all steps in one operation where TensorFlow has one.

    Keras has such an operation for GPUs only, and computes the steps one by one
    otherwise. The layer has the weights and, up to rounding, the outputs of
    `keras.layers.LSTM`, in a third of the time or less.
    """

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> tuple[Any, Any, list[Any]]:
        """Return the last output, all outputs, and the last states."""
        if mask is not None or not self._is_plain():
            inner: tuple[Any, Any, list[Any]] = super().inner_loop(
                sequences, initial_state, mask, training=training
            )
            return inner
        import tensorflow as tf

        steps = tf.transpose(sequences, [1, 0, 2])
        if self.go_backwards:
            steps = tf.reverse(steps, [0])
        output, state = (tf.convert_to_tensor(one) for one in initial_state)
        n_steps, outputs = steps.shape[0], []
        parts = [steps]
        if n_steps is not None and not training:
            firsts = range(0, n_steps, STEPS_AT_ONCE)
            parts = [steps[first : first + STEPS_AT_ONCE] for first in firsts]
        for part in parts:
            block = self._block(part, output, state)
            output, state = block.h[-1], block.cs[-1]
            outputs.append(block.h)
        sequence = tf.transpose(tf.concat(outputs, axis=0), [1, 0, 2])
        return output, sequence, [output, state]

    def _block(self, steps: Any, output: Any, state: Any) -> Any:
        """Return the outputs and states of some steps, computed in one operation."""
        import tensorflow as tf

        cell = self.cell
        unused = tf.zeros([self.units], steps.dtype)
        # The gradient of the second version of this operation is wrong: it assumes the
        # first one's order of the gates.
        return tf.raw_ops.BlockLSTM(
            seq_len_max=tf.shape(steps, tf.int64)[0],
            x=steps,
            cs_prev=state,
            h_prev=output,
            w=_reordered(tf.concat([cell.kernel, cell.recurrent_kernel], axis=0)),
            wci=unused,
            wcf=unused,
            wco=unused,
            b=_reordered(tf.convert_to_tensor(cell.bias)),
            forget_bias=0.0,
            cell_clip=0.0,
            use_peephole=False,
        )

    def _is_plain(self) -> bool:
        """Return whether the operation does what this layer is configured to do."""
        if keras.backend.backend() != "tensorflow":
            return False
        import tensorflow as tf

        return (
            keras.activations.serialize(self.activation) == "tanh"
            and keras.activations.serialize(self.recurrent_activation) == "sigmoid"
            and self.use_bias
            and not (self.dropout or self.recurrent_dropout or self.unroll)
            and self.compute_dtype in ("float16", "float32")
            and not tf.config.list_physical_devices("GPU")
        )


def _reordered(weights: Any) -> Any:
    """Return the weights of the gates in TensorFlow's order."""
    import tensorflow as tf

    of_input, of_forget, of_cell, of_output = tf.split(weights, 4, axis=-1)
    return tf.concat([of_input, of_cell, of_forget, of_output], axis=-1)
