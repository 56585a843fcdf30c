"""Network of one fitted detector: arrays, and a blueprint to build it from."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from skanomaly.engine._blueprint import (
    Blueprint,
    code_of_layers,
    defines,
    main_output,
    signature,
)
from skanomaly.engine._cache import TEMPLATES
from skanomaly.engine._configured import ConfiguredNetwork
from skanomaly.engine._draws import Draws
from skanomaly.engine._process import RANDOM_STATES, check_process
from skanomaly.engine._quick import QuickNetwork
from skanomaly.engine._state import State
from skanomaly.engine._stopping import Stopping
from skanomaly.windows import Examples, block_size

if TYPE_CHECKING:
    import keras

    from skanomaly.engine._template import Template

# Methods by which a network defines how it is trained.
OWN_LOOPS = ("fit", "evaluate", "make_train_function", "make_test_function")


@dataclass(frozen=True)
class Schedule:
    """Length of a training, and what takes part in it.

    Parameters
    ----------
    epochs : int
        Number of epochs.
    patience : int or None
        Number of epochs without improvement after which training stops. None trains all
        epochs.
    callbacks : sequence of keras.callbacks.Callback
        Callbacks.
    verbose : int
        Verbosity of Keras.
    """

    epochs: int
    patience: int | None = None
    callbacks: Sequence[Any] = ()
    verbose: int = 0


class TrainedNetwork:
    """Network of one fitted detector.

    It owns arrays: weights and the state of the optimizer. What computes with them is a
    `Template`, which all networks of one architecture share.

    Parameters
    ----------
    blueprint : Blueprint
        What the network is.
    seed : int
        Seed of the initial weights.

    Attributes
    ----------
    state : State
        Weights and state of the optimizer.
    history : dict of str to list of float
        Metrics of each epoch so far.
    loop : {"graph", "keras"} or None
        What has trained last: the template, or Keras' own loop.
    """

    def __init__(self, blueprint: Blueprint, *, seed: int) -> None:
        import keras

        self.blueprint, self._seed = blueprint, seed
        self.history: dict[str, list[float]] = {}
        self.loop: str | None = None
        network = blueprint.network(seed)
        self.state = State.of(network)
        self._fits_by_itself = network.compiled or defines(network, *OWN_LOOPS)
        self._signature = signature(network)
        self._keras_version = keras.__version__
        self._key: str | None = None
        self._own: Template | None = None
        self._copy: keras.Model | None = None
        self._attach(network)

    @property
    def current_epoch(self) -> int:
        """Number of epochs of training so far."""
        return len(self.history.get("loss", ()))

    @property
    def network(self) -> "keras.Model":
        """Compiled network with the weights and the state of the optimizer: a copy."""
        with RANDOM_STATES:
            if self._copy is not None:
                return self._copy
            state = self.state
            copy = self._new_copy()
            if self.state is state:  # no other thread has trained meanwhile
                self._copy = copy
            return copy

    # Training.

    def train(
        self,
        training: Draws,
        validation: Draws | None,
        schedule: Schedule,
        *,
        seed: int,
    ) -> None:
        """Train from the current weights and state of the optimizer.

        Keras' own loop serves callbacks, `verbose`, an optimizer that was given as an
        object, and networks that their function has compiled or that define `fit`. All
        other networks are trained by their template.
        """
        stopping = None if schedule.patience is None else Stopping(schedule.patience)
        if self._needs_keras(schedule):
            self.loop = "keras"
            self.state, history = self._fit_with_keras(
                training, validation, schedule, stopping, seed
            )
        else:
            self.loop = "graph"
            self.state, history = self._template.fit(
                self.state,
                training,
                validation,
                epochs=schedule.epochs,
                stopping=stopping,
            )
        self._copy = None
        for name, values in history.items():
            self.history[name] = [*self.history.get(name, ()), *values]

    def _needs_keras(self, schedule: Schedule) -> bool:
        named = isinstance(self.blueprint.optimizer, str)
        asked = bool(schedule.callbacks) or schedule.verbose > 0
        return asked or not named or self._fits_by_itself

    def _fit_with_keras(
        self,
        training: Draws,
        validation: Draws | None,
        schedule: Schedule,
        stopping: Stopping | None,
        seed: int,
    ) -> tuple[State, dict[str, list[float]]]:
        from skanomaly.engine._keras_loop import fit_with_keras

        network = self._new_copy()
        history = fit_with_keras(
            network,
            training,
            validation,
            epochs=schedule.epochs,
            first_epoch=self.current_epoch,
            stopping=stopping,
            callbacks=schedule.callbacks,
            verbose=schedule.verbose,
            seed=seed,
        )
        return State.of(network), history

    def set_layer(self, name: str, *weights: NDArray[Any]) -> None:
        """Replace the weights of the layer with a name, in any shape of their size."""
        own, new = self._template.layer(name).variables, iter(weights)
        replaced = [
            next(new).reshape(old.shape).astype(old.dtype)
            if any(variable is one for one in own)
            else old
            for variable, old in zip(
                self._template.network.variables, self.state.weights, strict=True
            )
        ]
        self.state, self._copy = State(replaced, self.state.optimizer), None

    # Outputs.

    def outputs(
        self, examples: Examples, *, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield inputs, targets and outputs of all examples, block by block.

        The outputs are the main output of the network, or the outputs and layers given
        by `names`.
        """
        compute, weights = self._template.outputs(names), self.state.tensors()
        for inputs, targets in examples.blocks():
            outputs = compute(weights, inputs, examples.block_size)
            chosen = [outputs[name] for name in names] or [main_output(outputs)]
            yield inputs, targets, *chosen

    def quick(self, *, plain: bool = True) -> QuickNetwork:
        """Return what computes the same outputs for few inputs without delay.

        Parameters
        ----------
        plain : bool, default=True
            Whether NumPy computes them, if the network has only layers that it knows.
        """
        return QuickNetwork(self, plain=plain)

    def traced(
        self, names: tuple[str, ...], shape: tuple[int | None, ...]
    ) -> Callable[[NDArray[Any]], Any]:
        """Return outputs as a function of inputs of a shape, with the weights in it."""
        return self._template.outputs(names).fixed(self.state.tensors(), shape)

    def bare_network(self) -> "keras.Model":
        """Return a network with these weights that is not compiled."""
        network = self._rebuilt()
        State(self.state.weights, []).load_into(network)
        return network

    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Return the output of the layer named ``"decoder"`` for codes."""
        compute, weights = self._template.outputs("decoder"), self.state.tensors()
        codes = np.asarray(codes, np.float32)
        # An output of the decoder is as large as an input of the network.
        block = block_size(math.prod(self.blueprint.input_shape))
        decoded = [
            compute(weights, codes[start : start + block], block)
            for start in range(0, len(codes), block)
        ]
        return np.concatenate(decoded)

    # Shapes.

    def check_layers(self, *names: str) -> None:
        """Raise if the network lacks a layer with one of these names."""
        for name in names:
            self._template.layer(name)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the main output for an input."""
        return self._template.output_shape(input_shape)

    @property
    def code_shape(self) -> tuple[int | None, ...] | None:
        """Output shape of the layer named ``"code"``, None if there is none."""
        try:
            return tuple(self._template.network.get_layer("code").output.shape)
        except (AttributeError, ValueError):  # the layer may have no symbolic output
            return None

    @property
    def takes_any_length(self) -> bool:
        """Whether the network declares that inputs may have any number of steps."""
        return self._template.takes_any_length

    @property
    def n_codes(self) -> int:
        """Number of values in a code, from the output of the layer ``"code"``."""
        return math.prod(self._template.layer("code").output.shape[1:])

    # Template and copies.

    @property
    def _template(self) -> "Template":
        check_process()
        template = self._own if self._key is None else TEMPLATES.get(self._key)
        if template is None:
            template = self._attach(self._rebuilt())
        return template

    def _attach(self, network: "keras.Model") -> "Template":
        """Return the template of the architecture, made of a network if there is none.

        An architecture without a key has no equal: its template belongs to this object.
        """
        from skanomaly.engine._template import Template

        template = Template(network, self.blueprint)
        key, code = self.blueprint.key, code_of_layers(network)
        if key is None or code is None:
            self._own = template
            return template
        self._key = f"{key} {code} {self._signature}"
        return TEMPLATES.add(self._key, template)

    def _rebuilt(self) -> "keras.Model":
        """Build the network again.

        Raises
        ------
        ValueError
            If the function builds another network than the one that was trained.
        """
        import keras

        network = self.blueprint.network(self._seed)
        shapes = [tuple(variable.shape) for variable in network.variables]
        # The settings of a layer may have other names in another version of Keras.
        is_same = (
            keras.__version__ != self._keras_version
            or signature(network) == self._signature
        )
        if not is_same or shapes != [one.shape for one in self.state.weights]:
            raise ValueError(
                "The function that builds the network has changed since this detector "
                "was fitted: its layers or their settings differ. Fit the detector "
                "again, or use the function that it was fitted with."
            )
        return network

    def _new_copy(self) -> "keras.Model":
        network = self.blueprint.compiled(self._rebuilt())
        self.state.load_into(network)
        return network

    def without_function(self, check: Callable[[dict[str, Any]], Any]) -> Self:
        """Return an equal network that is built from its Keras configuration.

        Parameters
        ----------
        check : callable
            Function that raises if a configuration is not to be used.

        Raises
        ------
        ValueError
            If the network has no configuration, or if another one is built from it.
        """
        builder = ConfiguredNetwork.of(self._rebuilt())
        check(builder.config)
        made = copy.copy(self)
        made.__dict__.update(self.__getstate__())
        made.blueprint = replace(self.blueprint, builder=builder)
        try:
            network = made.blueprint.network(self._seed)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"The network cannot be built from its configuration: {error} Register "
                "its classes and functions by keras.saving.register_keras_serializable."
            ) from error
        made._signature = signature(network)
        shapes = [tuple(variable.shape) for variable in network.variables]
        if shapes != [one.shape for one in self.state.weights]:
            raise ValueError(
                "From the configuration of the network, another one is built: its "
                "weights have other shapes. Correct get_config() of its layers."
            )
        return made

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_key": None, "_own": None, "_copy": None}
