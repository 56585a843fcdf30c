"""Labels of a series, read with care."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly.metrics._truth import read_labels


def read_truth(labels: ArrayLike, *, name: str = "truth") -> NDArray[np.bool_]:
    """Return which samples are anomalous, or say what came instead of labels.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Hopefully labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or
        booleans.
    name : str, default="truth"
        What to call them in the error.

    Returns
    -------
    truth : ndarray of shape (n_samples,) of bool

    Raises
    ------
    ValueError
        If there are other values.
    """
    try:
        return read_labels(labels, name=name)
    except ValueError as error:
        came = list(dict.fromkeys(map(str, np.ravel(labels).tolist())))
        listed = ", ".join(came[:6]) + (", ..." if len(came) > 6 else "")
        raise ValueError(
            f"{name} must hold 0 and 1 (1 anomalous), 1 and -1 (-1 anomalous), or "
            f"booleans; it holds {listed or 'nothing'}."
        ) from error
