"""Recurrent decoder that feeds back its own outputs. Loads Keras."""

from typing import Any

import keras

CELLS = {
    "lstm": keras.layers.LSTMCell,
    "gru": keras.layers.GRUCell,
    "rnn": keras.layers.SimpleRNNCell,
}


@keras.saving.register_keras_serializable("skanomaly")
class FeedbackCell(keras.layers.Layer):
    """Recurrent cell whose input is its own previous output.

    In training the input is sometimes the true previous step instead (teacher forcing).

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}
        Type of the recurrent cell.
    units : int
        Size of the state.
    n_outputs : int
        Number of output values per step.
    teacher_forcing : float
        Probability of a true input in training, for each step of each example.
    **kwargs : dict
        Arguments of `keras.layers.Layer`, such as its name.
    """

    def __init__(
        self,
        cell: str,
        units: int,
        n_outputs: int,
        teacher_forcing: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.own_config = {
            "cell": cell,
            "units": units,
            "n_outputs": n_outputs,
            "teacher_forcing": teacher_forcing,
        }
        self.teacher_forcing = teacher_forcing
        self.cell = CELLS[cell](units)
        self.dense = keras.layers.Dense(n_outputs)
        self.seeds = keras.random.SeedGenerator()
        self.n_hidden = 2 if cell == "lstm" else 1
        self.state_size = [units] * self.n_hidden + [n_outputs]
        self.output_size = n_outputs

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights of the cell and the output layer."""
        self.cell.build((*input_shape[:-1], self.output_size))
        self.dense.build((*input_shape[:-1], self.state_size[0]))
        super().build(input_shape)

    def call(self, truth: Any, states: Any, training: bool = False) -> Any:
        """Return the next step and the new states."""
        *hidden, last = states
        if training:
            shape = (keras.ops.shape(truth)[0], 1)
            forced = keras.random.uniform(shape, seed=self.seeds) < self.teacher_forcing
            last = keras.ops.where(forced, truth, last)
        # A cell with one state accepts and returns it bare or in a list.
        output, hidden = self.cell(last, hidden)
        output = self.dense(output)
        return output, [*hidden, output]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), **self.own_config}


@keras.saving.register_keras_serializable("skanomaly")
class FeedbackDecoder(keras.layers.Layer):
    """Unroll a code to a sequence, each step computed from the one before it.

    Parameters
    ----------
    n_steps : int
        Number of steps in a sequence.
    cell, units, n_outputs, teacher_forcing
        See `FeedbackCell`.
    **kwargs : dict
        Arguments of `keras.layers.Layer`, such as its name.
    """

    def __init__(
        self,
        n_steps: int,
        cell: str,
        units: int,
        n_outputs: int,
        teacher_forcing: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.n_steps = n_steps
        self.cell = FeedbackCell(cell, units, n_outputs, teacher_forcing)
        self.rnn = keras.layers.RNN(self.cell, return_sequences=True)

    def build(self, code_shape: tuple[int | None, ...], **_: Any) -> None:
        """Create the weights of the cell."""
        self.rnn.build((code_shape[0], self.n_steps, self.cell.output_size))
        super().build(code_shape)

    def call(self, code: Any, truth: Any = None, training: bool = False) -> Any:
        """Return sequences of shape (batch, n_steps, n_outputs).

        The code is the initial value of each state. `truth` holds, for each step, the
        true previous step, which only training uses.
        """
        batch = keras.ops.shape(code)[0]
        if truth is None:
            truth = keras.ops.zeros((batch, self.n_steps, self.cell.output_size))
        first = keras.ops.zeros((batch, self.cell.output_size))
        states = [code] * self.cell.n_hidden + [first]
        return self.rnn(truth, initial_state=states, training=training)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        config = {**super().get_config(), "n_steps": self.n_steps}
        return {**config, **self.cell.own_config}
