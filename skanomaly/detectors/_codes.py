"""Codes of the detectors that reconstruct a row from a code."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array, check_is_fitted

if TYPE_CHECKING:
    from skanomaly.detectors._reconstruction import BaseReconstructionDetector as _Base
else:
    _Base = object


class CodeMixin(_Base):
    """Add the codes of rows to a detector whose model has some.

    In a network, the output of the layer named ``"code"`` is the code (`encode`), and
    the layer named ``"decoder"``, a network itself, maps codes to rows (`decode`).
    Models of single channels have codes side by side.
    """

    def encode(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the code of each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        codes : ndarray of shape (n_rows, n_codes)
            Codes. If `context` is shorter than the row, the mean over the codes of
            its sub-windows.

        Raises
        ------
        ValueError
            If the network is the user's own and has no layer named ``"code"``.
        """
        rows = self._check_rows(X)
        codes = [
            code
            for part, model in zip(self._layout.parts(rows), self._models, strict=True)
            for *_, code in model.outputs(self._view.scoring(part), names=("code",))
        ]
        means = self._layout.arranged(rows).row_means(np.concatenate(codes))
        by_model = means.reshape(-1, rows.n_rows, means.shape[1])
        return np.concatenate(list(by_model), axis=1)

    def decode(self, codes: ArrayLike) -> NDArray[np.float64]:
        """Reconstruct windows of `context` steps from their codes.

        Parameters
        ----------
        codes : array-like of shape (n_rows, n_codes)
            Codes as returned by `encode` for rows of `context` steps.

        Returns
        -------
        decoded : ndarray of shape (n_rows, context * n_channels)
            Reconstructions, without the level that `center` removes.

        Raises
        ------
        ValueError
            If the number of columns is not that of codes, or if the network is the
            user's own and has no layer named ``"code"`` or ``"decoder"``.
        """
        check_is_fitted(self)
        values = check_array(codes)
        if values.shape[1] != self._n_codes:
            raise ValueError(
                f"codes has {values.shape[1]} columns, but {self._n_codes} were "
                "expected. Pass codes as returned by `encode`."
            )
        models = self._coders()
        decoded = [
            np.asarray(model.decode(part), np.float64)
            for model, part in zip(
                models, np.split(values, len(models), axis=1), strict=True
            )
        ]
        steps = [one.reshape(len(values), self._view.context, -1) for one in decoded]
        return np.concatenate(steps, axis=2).reshape(len(values), -1)

    def _coders(self) -> list[Any]:
        """Return the model of each part of a code: of each channel, or of all."""
        return [*self._models] * (self._layout.n_groups // len(self._models))

    @property
    def _n_codes(self) -> int:
        """Number of values in a code."""
        return sum(model.n_codes for model in self._coders())
