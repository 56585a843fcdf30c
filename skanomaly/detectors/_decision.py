"""Decisions and labels from scores and an offset."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OutlierMixin

from skanomaly.events import is_below
from skanomaly.thresholds import ErrorTail, refuse_nested_params

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator as _Base
else:
    _Base = object


class OffsetMixin(OutlierMixin, _Base):
    """Add decisions and labels to an estimator with ``score_samples`` and ``offset_``.

    An estimator counts as fitted if it has an offset, which is therefore the last
    attribute that `fit` should set.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> from skanomaly.detectors import OffsetMixin
    >>> class Distance(OffsetMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         self.offset_ = -3.0
    ...         return self
    ...     def score_samples(self, X):
    ...         return -np.abs(np.ravel(X))
    >>> Distance().fit([[0.0]]).predict([[1.0], [5.0]])
    array([ 1, -1])
    """

    offset_: float
    tail_: ErrorTail
    score_samples: Callable[..., Any]

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute the scores relative to the offset; negative values are anomalous.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        decision : ndarray of shape (n_rows,)
            ``score_samples(X) - offset_``.
        """
        scores: NDArray[np.float64] = self.score_samples(X)
        return np.subtract(scores, self.offset_)

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Label rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        labels : ndarray of shape (n_rows,), values in {+1, -1}
            -1 for anomalous rows, whose score is below ``offset_``; +1 for all others,
            including those without a score (NaN).
        """
        return np.where(is_below(self.score_samples(X), self.offset_), -1, 1)

    def _learn_offset(self, rule: Any, scores: NDArray[np.float64]) -> None:
        """Learn the offset from scores in order, and what they say of normal ones."""
        offset = rule.fit(scores).offset_
        self.tail_ = ErrorTail.of(0.0 - scores)
        self.offset_ = offset

    def set_params(self, **params: Any) -> Self:
        """Set parameters; those of a threshold rule are named ``threshold__name``.

        Parameters
        ----------
        **params : dict
            Parameter names and values.

        Returns
        -------
        self : object
            The estimator.

        Raises
        ------
        ValueError
            If a name is unknown, or refers to a parameter of a threshold that is given
            as a string or a number and so has no parameters.
        """
        if hasattr(self, "threshold"):
            refuse_nested_params(params, self.threshold)
        super().set_params(**params)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "offset_")
