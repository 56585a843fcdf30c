"""Networks whose training and outputs are traced once: loads TensorFlow."""

from collections import defaultdict
from functools import cached_property
from threading import Lock
from typing import Any

import keras

from skanomaly.engine._blueprint import Blueprint, main_output
from skanomaly.engine._draws import Draws
from skanomaly.engine._outputs import Outputs
from skanomaly.engine._passes import Act, EpochPass
from skanomaly.engine._process import names_from_the_start, tracing
from skanomaly.engine._state import State, weights_of
from skanomaly.engine._steps import FlatStep, KerasStep, NotElementwiseError, Step
from skanomaly.engine._stopping import Stopping, validation_loss

History = dict[str, list[float]]


class Template:
    """Network that serves all fits of one architecture.

    Its training, evaluation and outputs are traced once each, which takes longer than
    many a fit. A fit puts its `State` in and takes it out again. Fits that share a
    template take turns; outputs are functions of the weights.

    Parameters
    ----------
    network : keras.Model
        Network of the architecture. It belongs to the template from now on.
    blueprint : Blueprint
        Blueprint of the network.
    """

    def __init__(self, network: keras.Model, blueprint: Blueprint) -> None:
        self.network, self.blueprint = network, blueprint
        self._turns = Lock()  # of fits
        self._step: Step | None = None
        self._passes: dict[Any, EpochPass] = {}
        self._outputs: dict[Any, Outputs] = {}
        self._output_shapes: dict[tuple[int, ...], tuple[int, ...]] = {}

    @property
    def takes_any_length(self) -> bool:
        """Whether the network declares that inputs may have any number of steps."""
        shape = getattr(self.network, "input_shape", None)
        return shape is not None and shape[1] is None

    @cached_property
    def n_bytes(self) -> int:
        """Number of bytes of the weights."""
        return sum(one.nbytes for one in weights_of(self.network))

    @property
    def n_traces(self) -> int:
        """Number of traces of training, evaluation and outputs."""
        outputs = sum(one.n_traces for one in self._outputs.values())
        return len(self._passes) + outputs

    def fit(
        self,
        state: State,
        training: Draws,
        validation: Draws | None,
        *,
        epochs: int,
        stopping: Stopping | None,
    ) -> tuple[State, History]:
        """Train from a state, and return the new one with the metrics per epoch."""
        history: History = defaultdict(list)
        best = None
        with self._turns:
            step = self._loaded(state)
            train = self._pass(step.train, training).over(training)
            evaluate = None
            if validation is not None:
                evaluate = self._pass(step.evaluate, validation).over(validation)
            for _ in range(epochs):
                logs = step.train_logs(train())
                if evaluate is not None:
                    found = step.evaluate_logs(evaluate())
                    logs |= {f"val_{name}": value for name, value in found.items()}
                for name, value in logs.items():
                    history[name].append(value)
                if stopping is None or evaluate is None:
                    continue
                if stopping.improves(validation_loss(logs)):
                    best = weights_of(self.network)
                elif stopping.is_over:
                    break
            trained = step.state()
        return State(best or trained.weights, trained.optimizer), dict(history)

    def outputs(self, names: tuple[str, ...] | str = ()) -> Outputs:
        """Return the outputs of the network, of some layers, or of a layer on its own.

        Parameters
        ----------
        names : tuple of str or str
            Names of outputs or layers, whose outputs are a dictionary; none of them for
            the outputs of the network. Or the name of one layer, which is called with
            inputs of its own.
        """
        with tracing():
            if names not in self._outputs:
                self._outputs[names] = Outputs(
                    self._part(names), self.network.variables
                )
            return self._outputs[names]

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the main output for an input."""
        with tracing():
            if input_shape not in self._output_shapes:
                outputs = self.network(keras.KerasTensor(input_shape))
                shape = tuple(main_output(outputs).shape)
                self._output_shapes[input_shape] = shape
            return self._output_shapes[input_shape]

    def layer(self, name: str) -> keras.Layer:
        """Return the layer with a name."""
        try:
            return self.network.get_layer(name)
        except ValueError as error:
            known = ", ".join(layer.name for layer in self.network.layers)
            raise ValueError(
                f"The network has no layer named {name!r}; its layers are: {known}. "
                "Give the layer this name in the function that builds the network."
            ) from error

    def _part(self, names: tuple[str, ...] | str) -> Any:
        if isinstance(names, str):
            return self.layer(names)
        known = getattr(self.network, "output", None) if names else None
        if set(names) <= set(known if isinstance(known, dict) else ()):
            return self.network
        named = {name: self.layer(name).output for name in names}
        return keras.Model(self.network.inputs, named)

    def _loaded(self, state: State) -> Step:
        if self._step is None:
            self._step = self._new_step()
        self._step.load(state)
        return self._step

    def _new_step(self) -> Step:
        network = self.blueprint.compiled(self.network)
        try:
            with names_from_the_start():
                return FlatStep(network, self.blueprint.new_optimizer())
        except NotElementwiseError:
            return KerasStep(network)

    def _pass(self, act: Act, draws: Draws) -> EpochPass:
        examples = draws.examples
        targets = examples.target_steps
        key = act, examples.centers, None if targets is None else targets.ndim
        with tracing():
            if key not in self._passes:
                n_steps = self.blueprint.input_shape[0]
                self._passes[key] = EpochPass(
                    act,
                    examples,
                    n_steps=None if self.takes_any_length else n_steps,
                )
            return self._passes[key]
