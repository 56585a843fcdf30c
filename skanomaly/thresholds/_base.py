"""Base class of the threshold rules: validation, sign and labels."""

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import fit_context
from skanomaly.events import is_below


class BaseThreshold(BaseEstimator):
    """Base class of the threshold rules.

    A custom rule implements ``_threshold(errors)``, which returns the largest error
    that is normal, as a float, for errors of shape (n_samples,).
    """

    _parameter_constraints: dict[str, list[Any]] = {}  # noqa: RUF012

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, scores: ArrayLike, y: Any = None) -> Self:
        """Learn the offset from scores of data that is mostly normal.

        Parameters
        ----------
        scores : array-like of shape (n_samples,)
            Scores as returned by ``score_samples``. The lower, the more abnormal.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted rule.

        Raises
        ------
        ValueError
            If `scores` is empty or not 1-D, or a score is NaN or infinite.
        """
        # 0.0 - x instead of -x avoids an offset of -0.0.
        self.offset_ = 0.0 - float(self._threshold(0.0 - _check_scores(scores)))
        return self

    def predict(self, scores: ArrayLike) -> NDArray[np.int64]:
        """Predict the label of each score: -1 if below ``offset_``, +1 otherwise.

        Parameters
        ----------
        scores : array-like of shape (n_samples,)
            Scores as returned by ``score_samples``. NaN is not evidence of an anomaly
            and gets the label +1.

        Returns
        -------
        labels : ndarray of shape (n_samples,), values in {+1, -1}
            +1 for normal and -1 for anomalous samples.
        """
        check_is_fitted(self)
        values = _check_scores(scores, allow_nan=True)
        return np.where(is_below(values, self.offset_), -1, 1)

    @abstractmethod
    def _threshold(self, errors: NDArray[np.float64]) -> float:
        """Return the largest error that is normal."""


def _check_scores(scores: ArrayLike, *, allow_nan: bool = False) -> NDArray[np.float64]:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(
            f"scores must be one number per sample, got an array of shape "
            f"{values.shape}. Pass the result of score_samples(X)."
        )
    if values.size == 0:
        raise ValueError(
            "scores is empty. Pass the score of at least one sample to the threshold."
        )
    bad = np.isinf(values) if allow_nan else ~np.isfinite(values)
    if bad.any():
        refused = "infinity" if allow_nan else "NaN or infinity"
        raise ValueError(
            f"scores contains {refused}: {np.count_nonzero(bad)} of "
            f"{values.size} values, the first at row {np.argmax(bad)}. A network that "
            "diverged returns such scores. Scale its input or lower its learning_rate."
        )
    return values
