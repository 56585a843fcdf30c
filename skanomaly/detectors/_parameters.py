"""Constructor parameters of estimators as fields, each written once."""

import dataclasses
from inspect import Parameter, Signature, signature
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, dataclass_transform

from skanomaly._compat import HasMethods, Interval, StrOptions
from skanomaly.detectors._docs import fill_docstring


class LayerSizes(HasMethods):
    """Constraint on the sizes of layers: integers of at least 1."""

    def __init__(self) -> None:
        super().__init__(["__iter__"])

    def is_satisfied_by(self, val: Any) -> bool:
        """Return whether all sizes are integers of at least 1."""
        return super().is_satisfied_by(val) and all(
            isinstance(size, Integral) and not isinstance(size, bool) and int(size) >= 1
            for size in val
        )

    def __str__(self) -> str:
        return "a sequence of integers of at least 1, one for each layer"


# Constraints that several parameters have.
COUNT = Interval(Integral, 1, None, closed="left")
FRACTION = Interval(Real, 0, 1, closed="left")
PROBABILITY = Interval(Real, 0, 1, closed="both")
NON_NEGATIVE = Interval(Real, 0, None, closed="left")
CELL = StrOptions({"lstm", "gru", "rnn"})
LAYER_SIZES = LayerSizes()

Estimator = TypeVar("Estimator")


def parameter(default: Any, *allowed: Any) -> Any:
    """Declare a parameter with its default and what scikit-learn lets it be.

    Parameters
    ----------
    default : object
        An immutable value.
    *allowed : object
        Constraints as scikit-learn has them in ``_parameter_constraints``.

    Returns
    -------
    field : dataclasses.Field
    """
    return dataclasses.field(default=default, metadata={"allowed": list(allowed)})


def fitted(*, init: Literal[False] = False) -> Any:
    """Declare an attribute that `fit` sets and the constructor does not take."""
    return dataclasses.field(init=init)


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(parameter, fitted)
)
def parameters(cls: type[Estimator]) -> type[Estimator]:
    """Make the fields of an estimator the parameters of its constructor.

    The constructor, the constraints that scikit-learn validates and the shared parts of
    the docstring all come from the fields of the class and its bases. A field that is
    declared again, for another default, keeps its place and its constraints.

    Parameters
    ----------
    cls : type
        An estimator with annotated fields, made by `parameter` and `fitted`.

    Returns
    -------
    cls : type
        The same class.
    """
    made: Any = dataclasses.dataclass(kw_only=True, eq=False, repr=False)(cls)
    fields = {field.name: field for field in dataclasses.fields(made) if field.init}
    introduced = {name: _introduced(made, name) for name in fields}
    # A class's own parameters come first, then those of its bases, the nearest first.
    order = sorted(fields, key=lambda name: made.__mro__.index(introduced[name]))
    made._parameter_constraints = {
        name: introduced[name].__dataclass_fields__[name].metadata["allowed"]
        for name in order
    }
    known = signature(made.__init__).parameters
    places: list[Parameter] = [known["self"], *(known[name] for name in order)]
    made.__init__.__signature__ = Signature(places, return_annotation=None)
    fill_docstring(made)
    result: type[Estimator] = made
    return result


def _introduced(cls: Any, name: str) -> Any:
    """Return the class that a field was first declared in."""
    return next(
        base
        for base in reversed(cls.__mro__)
        if name in getattr(base, "__dataclass_fields__", {})
    )
