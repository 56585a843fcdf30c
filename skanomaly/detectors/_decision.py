"""From scores and an offset to decisions and labels."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OutlierMixin

from skanomaly.thresholds import refuse_nested_params

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator as _Base
else:
    _Base = object


class OffsetMixin(OutlierMixin, _Base):
    """What follows from ``score_samples`` and ``offset_``.

    The offset comes last in a fit: what has one is fitted.
    """

    offset_: float

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score rows relative to the threshold: negative is anomalous.

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
            +1 for normal, -1 for anomalous.
        """
        # What has no score, as its values are beyond the network, is not normal.
        return np.where(self.decision_function(X) >= 0, 1, -1)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "offset_")


class RuleMixin(OffsetMixin):
    """The same, where the offset comes from a parameter ``threshold``."""

    threshold: Any

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of a threshold rule as ``threshold__name``.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : object
            The detector.

        Raises
        ------
        ValueError
            If a name is unknown, or names a parameter of a threshold that is given
            as a text or a number and so has none.
        """
        refuse_nested_params(params, self.threshold)
        super().set_params(**params)
        return self
