"""Members of an ensemble."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skanomaly.detectors import Assessment, Calibration

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Member:
    """Fitted member, its weight, and the scale of its errors."""

    name: str
    estimator: Any
    weight: float
    calibration: Calibration
    usual_own_errors: Floats

    @classmethod
    def of(
        cls, name: str, estimator: Any, weight: float, assessment: Assessment
    ) -> Self:
        """Learn the scale of a member from its assessment of the training rows."""
        calibration, own = Calibration.of(assessment.apart), assessment.own_errors
        # A member on rows has own errors only for a step that is not known yet.
        usual = calibration.usual if own is None else Calibration.of(own).usual
        return cls(name, estimator, weight, calibration, usual)


def is_dropped(estimator: Any) -> bool:
    """Return whether a member is left out."""
    return isinstance(estimator, str) and estimator == "drop"


def fitted_member(name: str, estimator: Any, training: Any) -> Any:
    """Fit a clone of a member, and name it if that fails."""
    try:
        return clone(estimator).fit(training)
    except ValueError as error:
        raise ValueError(f"The member {name!r} could not be fitted: {error}") from error


def check_columns(names: list[str], assessments: list[Assessment], rows: Any) -> None:
    """Raise if members differ in the number of rows or of channels."""
    n_channels = max(one.apart.shape[1] for one in assessments)
    for name, assessment in zip(names, assessments, strict=True):
        n, found = assessment.apart.shape
        if n != rows.shape[0]:
            raise ValueError(
                f"The member {name!r} has scores for {n} of {rows.shape[0]} rows. All "
                "members must score every row of X."
            )
        if found not in (1, n_channels):
            raise ValueError(
                f"The member {name!r} has errors of {found} channels, others of "
                f"{n_channels}. Members must see the same channels, or not separate "
                "them."
            )
