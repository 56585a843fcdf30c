"""A recurrent decoder that goes on from what it said itself. Loads Keras."""

from typing import Any

import keras

CELLS = {
    "lstm": keras.layers.LSTMCell,
    "gru": keras.layers.GRUCell,
    "rnn": keras.layers.SimpleRNNCell,
}


@keras.saving.register_keras_serializable("skanomaly")
class FeedbackCell(keras.layers.Layer):
    """A recurrent cell whose input is its own last output.

    In training it is at times told the true last step instead, which is teacher
    forcing.

    Parameters
    ----------
    cell : {"lstm", "gru", "rnn"}
        Kind of cell.
    units : int
        Size of its state.
    n_outputs : int
        Values that are put out at each step.
    teacher_forcing : float
        Probability that training tells it the truth, for each step of each example.
    **kwargs : dict
        What every Keras layer takes.
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
        """Make the weights of cell and output."""
        self.cell.build((*input_shape[:-1], self.output_size))
        self.dense.build((*input_shape[:-1], self.state_size[0]))
        super().build(input_shape)

    def call(self, truth: Any, states: Any, training: bool = False) -> Any:
        """Return the next step, and the states with it."""
        *hidden, last = states
        if training:
            shape = (keras.ops.shape(truth)[0], 1)
            told = keras.random.uniform(shape, seed=self.seeds) < self.teacher_forcing
            last = keras.ops.where(told, truth, last)
        # Cells of one state return it bare or in a list, as they were given it.
        output, hidden = self.cell(last, hidden)
        output = self.dense(output)
        return output, [*hidden, output]

    def get_config(self) -> dict[str, Any]:
        """Return what `__init__` takes."""
        return {**super().get_config(), **self.own_config}


@keras.saving.register_keras_serializable("skanomaly")
class FeedbackDecoder(keras.layers.Layer):
    """Unroll a code to a sequence, each step from the one before it.

    Parameters
    ----------
    n_steps : int
        Length of the sequence.
    cell, units, n_outputs, teacher_forcing
        Those of `FeedbackCell`.
    **kwargs : dict
        What every Keras layer takes.
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
        """Make the weights of the cell."""
        self.rnn.build((code_shape[0], self.n_steps, self.cell.output_size))
        super().build(code_shape)

    def call(self, code: Any, truth: Any = None, training: bool = False) -> Any:
        """Return sequences of shape (batch, n_steps, n_outputs).

        Each state begins as the code; `truth` is what training tells of the step
        before each.
        """
        batch = keras.ops.shape(code)[0]
        if truth is None:
            truth = keras.ops.zeros((batch, self.n_steps, self.cell.output_size))
        first = keras.ops.zeros((batch, self.cell.output_size))
        states = [code] * self.cell.n_hidden + [first]
        return self.rnn(truth, initial_state=states, training=training)

    def get_config(self) -> dict[str, Any]:
        """Return what `__init__` takes."""
        config = {**super().get_config(), "n_steps": self.n_steps}
        return {**config, **self.cell.own_config}
