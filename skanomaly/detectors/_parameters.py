"""Constructor parameters of estimators, declared as dataclass fields."""

import dataclasses
from inspect import Parameter, Signature, signature
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, dataclass_transform

from skanomaly._compat import HasMethods, Interval, StrOptions
from skanomaly.detectors._docs import fill_docstring


class LayerSizes(HasMethods):
    """Constraint on layer sizes: a sequence of integers of at least 1."""

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


# Constraints shared by several parameters.
COUNT = Interval(Integral, 1, None, closed="left")
FRACTION = Interval(Real, 0, 1, closed="left")
PROBABILITY = Interval(Real, 0, 1, closed="both")
NON_NEGATIVE = Interval(Real, 0, None, closed="left")
CELL = StrOptions({"lstm", "gru", "rnn"})
LAYER_SIZES = LayerSizes()

Estimator = TypeVar("Estimator")


def parameter(default: Any, *allowed: Any) -> Any:
    """Declare a parameter with its default and its constraints.

    Parameters
    ----------
    default : object
        Default, an immutable value.
    *allowed : object
        Constraints, as in scikit-learn's ``_parameter_constraints``.

    Returns
    -------
    field : dataclasses.Field
    """
    return dataclasses.field(default=default, metadata={"allowed": list(allowed)})


def fitted(*, init: Literal[False] = False) -> Any:
    """Declare an attribute that `fit` sets and the constructor does not accept."""
    return dataclasses.field(init=init)


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(parameter, fitted)
)
def parameters(cls: type[Estimator]) -> type[Estimator]:
    """Make the fields of an estimator the parameters of its constructor.

    The constructor, the constraints that scikit-learn validates and the shared sections
    of the docstring are derived from the fields of the class and its bases. A field
    that a subclass redeclares with another default keeps its place and constraints.

    Parameters
    ----------
    cls : type
        Estimator with annotated fields, declared by `parameter` and `fitted`.

    Returns
    -------
    cls : type
        The same class.
    """
    made: Any = dataclasses.dataclass(kw_only=True, eq=False, repr=False)(cls)
    fields = {field.name: field for field in dataclasses.fields(made) if field.init}
    introduced = {name: _introduced(made, name) for name in fields}
    for name, base in introduced.items():
        if "allowed" not in base.__dataclass_fields__[name].metadata:
            raise TypeError(
                f"{made.__name__}.{name} is a plain field, so its allowed values are "
                f"not known. Declare it with parameter(), such as {name} = "
                "parameter(3, int)."
            )
    # The parameters of the class come first, then those of its bases in MRO order.
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
    """Return the base class that first declares a field."""
    return next(
        base
        for base in reversed(cls.__mro__)
        if name in getattr(base, "__dataclass_fields__", {})
    )
