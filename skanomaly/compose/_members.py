"""Members of an ensemble."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from skanomaly.compose._rows import Training
from skanomaly.detection import ask, window_of
from skanomaly.detectors import Assessment, Calibration, CurveSum, OwnErrorCurve

Floats = NDArray[np.float64]

# Number of windows, side by side, that are enough to learn a threshold from.
ENOUGH_WINDOWS = 8
# Number of rows whose medians are computed at once.
MEDIANS = 4096


@dataclass(frozen=True)
class Member:
    """Fitted member, its weight, and the scale of its errors."""

    name: str
    estimator: Any
    weight: float
    calibration: Calibration
    usual_own_errors: Floats
    window: int = 0  # 0 for members on rows
    expects: bool = False  # whether a pipeline has expected values

    @classmethod
    def of(
        cls,
        name: str,
        estimator: Any,
        weight: float,
        assessment: Assessment,
        rows: NDArray[np.intp],
    ) -> Self:
        """Learn the scale of a member from its assessment of some training rows."""
        calibration, own = Calibration.of(assessment.apart[rows]), assessment.own_errors
        # A member on rows has own errors only for a step that is not known yet.
        usual = calibration.usual if own is None else Calibration.of(own[rows]).usual
        window = window_of(estimator) or 0
        return cls(name, estimator, weight, calibration, usual, window, own is not None)


def is_dropped(estimator: Any) -> bool:
    """Return whether a member is left out."""
    return isinstance(estimator, str) and estimator == "drop"


def is_fittable(estimator: Any) -> bool:
    """Return whether a member can be fitted: a class has to be called before."""
    return hasattr(estimator, "fit") and not isinstance(estimator, type)


def check_named(estimators: Sequence[Any]) -> None:
    """Raise if a member is not a pair of a name and an estimator."""
    for one in estimators:
        match one:
            case [str(), estimator] if is_dropped(estimator) or is_fittable(estimator):
                continue
        raise ValueError(
            f"estimators has the item {one!r}, which is not a pair of a name and an "
            "estimator, such as ('pca', PCADetector()), or a name and 'drop'."
        )


def weights_of(estimators: Sequence[tuple[str, Any]], given: Any) -> Floats:
    """Return the weights of members that are not dropped, with a sum of 1.

    Raises
    ------
    ValueError
        If the given weights are not one number of at least 0 for each member, or 0 for
        all that are kept.
    """
    kept = [not is_dropped(one) for _, one in estimators]
    weights = np.asarray(np.ones(len(kept)) if given is None else given, np.float64)
    if (
        weights.shape != (len(kept),)
        or not (np.isfinite(weights) & (weights >= 0)).all()
    ):
        raise ValueError(
            f"weights must be {len(kept)} numbers of at least 0, one per member of "
            f"estimators, but is {given!r}."
        )
    if not weights[kept].any():
        raise ValueError("weights are 0 for all members. Pass a positive one.")
    scaled: Floats = weights[kept] / weights[kept].sum()
    return scaled


def learned_member(
    name: str, estimator: Any, weight: float, training: Training, given: Training
) -> tuple[Member, Floats, NDArray[np.intp]]:
    """Fit a clone of a member, and return it with its errors of all rows.

    The third value are the rows that its scale is learned from.

    Raises
    ------
    ValueError
        If the member fails, which the message names, or has no score of some rows.
    """
    try:
        fitted = training.fitted(clone(estimator))
        assessment = ask(fitted, given.judged)
    except ValueError as error:
        raise ValueError(f"The member {name!r} failed: {error}") from error
    n_rows = given.rows.shape[0]
    if len(assessment.apart) != n_rows:
        raise ValueError(
            f"The member {name!r} has scores for {len(assessment.apart)} of "
            f"{n_rows} rows. All members must score every row of X."
        )
    learned = given.learned(fitted)
    member = Member.of(name, fitted, weight, assessment, learned)
    return member, assessment.apart, learned


def without_padding(errors: Floats, before: int, after: int) -> tuple[Floats, Floats]:
    """Return the known errors of rows that hold no padding, and of those that do.

    Parameters
    ----------
    errors : ndarray of shape (n_rows,)
        Errors in temporal order, NaN where none is known.
    before, after : int
        Number of samples before and after its own that a row holds.

    Returns
    -------
    inner, padded : ndarray of shape (n_inner,) and (n_padded,)
        Padding is not normal, but all known errors are of the first kind unless more
        rows hold no padding than hold some.
    """
    is_known, is_inner = ~np.isnan(errors), np.zeros(len(errors), dtype=bool)
    is_inner[before : len(errors) - after] = True
    inner = errors[is_known & is_inner]
    if inner.size <= before + after:
        return errors[is_known], errors[:0]
    return inner, errors[is_known & ~is_inner]


class PowerSum:
    """Add the errors of members, one after the other, in the power of a power mean.

    Parameters
    ----------
    power : float
        Exponent.
    """

    def __init__(self, power: float) -> None:
        self._power = power
        self._sums: Floats | None = None

    def add(self, member: Member, apart: Floats) -> None:
        """Add the errors of a member, of shape (n_rows, n_channels).

        A member that does not separate channels has one column, and counts in equal
        parts for all channels.

        Raises
        ------
        ValueError
            If another member has another number of channels.
        """
        powers = member.calibration.levels(apart)
        powers **= self._power
        powers *= member.weight / powers.shape[1]
        if self._sums is None:
            self._sums = powers
            return
        known, found = self._sums.shape[1], powers.shape[1]
        if 1 not in (known, found) and known != found:
            raise ValueError(
                f"The member {member.name!r} has errors of {found} channels, others of "
                f"{known}. Members must see the same channels, or not separate them."
            )
        if known == found:
            self._sums += powers
        else:
            self._sums = _divided(self._sums, found) + _divided(powers, known)

    def errors(self, usual: float) -> Floats:
        """Return the contribution of each channel to the error of each row."""
        total = self._known.sum(axis=1, keepdims=True)
        parts: Floats = np.divide(
            self._known, total, out=np.zeros_like(self._known), where=total > 0
        )
        parts *= total ** (1 / self._power) / usual
        return parts

    def apart(self, usual: float) -> Floats:
        """Return the error of each channel by itself."""
        apart: Floats = self._known * self._known.shape[1]
        apart **= 1 / self._power
        apart /= usual
        return apart

    @property
    def _known(self) -> Floats:
        assert self._sums is not None, "no member was added"
        return self._sums


def _divided(column: Floats, n_channels: int) -> Floats:
    """Return one column in equal parts for channels; several are those of channels."""
    if column.shape[1] > 1:
        return column
    return np.repeat(column / n_channels, n_channels, axis=1)


class Expectations:
    """Gather the expected values of members, one after the other.

    Members with the longest windows count, as they know most of what surrounds a
    sample, and among these the ones that see the most channels.
    """

    def __init__(self) -> None:
        self._rank = (0, 0)
        self._expected: list[Floats] = []
        self._observed = self._own_errors = np.empty((0, 0))
        self._curves: CurveSum | None = None

    def add(self, member: Member, one: Assessment) -> None:
        """Add the expected values of a member, if it has some."""
        if one.expected is None or one.residuals is None or one.own_errors is None:
            return
        rank = (member.window, one.expected.shape[1])
        if rank > self._rank:
            self._rank = rank
            self._expected = []
            self._observed = one.expected + one.residuals
            self._own_errors = np.zeros_like(one.own_errors)
            self._curves = CurveSum()
        if rank == self._rank:
            # A copy: it may be a part of a larger array.
            self._expected.append(one.expected.copy())
            self._own_errors += one.own_errors / member.usual_own_errors
            # A member with a scale of its own has a curve in another unit.
            if not isinstance(one.curve, OwnErrorCurve):
                self._curves = None
            elif self._curves is not None:
                self._curves.add(one.curve, member.usual_own_errors)

    def of(
        self, n_channels: int
    ) -> tuple[Floats | None, Floats | None, Floats | None, OwnErrorCurve | None]:
        """Return expected values, residuals, own errors and their curve, or None."""
        if self._observed.shape[1] != n_channels:
            return None, None, None, None
        expected, count = _medians(self._expected), len(self._expected) * n_channels
        curve = None if self._curves is None else self._curves.curve(count)
        return expected, self._observed - expected, self._own_errors / count, curve


def combined(
    members: Iterable[Member],
    assessments: Iterable[Assessment],
    power: float,
    usual: float,
) -> Assessment:
    """Return the assessment of an ensemble from those of its members, one by one."""
    total, expectations = PowerSum(power), Expectations()
    for member, assessment in zip(members, assessments, strict=True):
        total.add(member, assessment.apart)
        expectations.add(member, assessment)
    errors, apart = total.errors(usual), total.apart(usual)
    expected = expectations.of(errors.shape[1])
    # Errors are logarithms.
    return Assessment(errors, *expected, apart, own_in_unit=False)


def _medians(arrays: list[Floats]) -> Floats:
    """Return the median of arrays at each place, with little further memory."""
    medians = np.empty_like(arrays[0])
    for first in range(0, len(medians), MEDIANS):
        some = slice(first, first + MEDIANS)
        medians[some] = np.median([one[some] for one in arrays], axis=0)
    return medians
