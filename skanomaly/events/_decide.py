"""Which samples are anomalous: by their score, or by their label."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def is_below(scores: ArrayLike, offset: float) -> NDArray[np.bool_]:
    """Return which samples are anomalous: those that score strictly below the offset.

    A NaN score is no evidence of an anomaly.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores as ``score_samples`` returns them: the lower, the more abnormal.
    offset : float
        The detector's ``offset_``, or 0 for values of ``decision_function``.

    Returns
    -------
    anomalous : ndarray of shape (n_samples,) of bool

    Examples
    --------
    >>> from skanomaly.events import is_below
    >>> is_below([-1.0, -4.0, -5.0, float("nan")], offset=-4.0)
    array([False, False,  True, False])
    """
    anomalous: NDArray[np.bool_] = np.asarray(scores, dtype=np.float64) < offset
    return anomalous


def read_labels(labels: ArrayLike, *, name: str = "y") -> NDArray[np.bool_]:
    """Return which samples are anomalous according to their labels.

    Parameters
    ----------
    labels : array-like of shape (n_samples,) or (n_samples, 1)
        Labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or booleans
        with True anomalous; of any type that holds such values. Nothing but 1 belongs
        to both kinds of numbers and is a series without an anomaly.
    name : str, default="y"
        Name of the labels in the error message.

    Returns
    -------
    anomalous : ndarray of shape (n_samples,) of bool

    Raises
    ------
    ValueError
        If there are other values, or several per sample.

    Examples
    --------
    >>> from skanomaly.events import read_labels
    >>> read_labels([1, -1, 1])
    array([False,  True, False])
    >>> read_labels([0.0, 1.0, 0.0])
    array([False,  True, False])
    """
    given = np.asarray(labels)
    values = given[:, 0] if given.ndim == 2 and given.shape[1] == 1 else given
    if values.ndim != 1:
        raise ValueError(
            f"{name} must be one value per sample, got an array of shape {given.shape}."
        )
    if values.dtype.kind == "O":  # a column of a table may hold True and False as this
        values = np.asarray(values.tolist())
    if values.dtype.kind == "b":
        return values
    if values.dtype.kind in "iuf":
        for anomaly, normal in ((-1, 1), (1, 0)):
            anomalous: NDArray[np.bool_] = values == anomaly
            if (anomalous | (values == normal)).all():
                return anomalous
    found = list(dict.fromkeys(map(str, given.ravel().tolist())))
    listed = ", ".join(found[:6]) + (", ..." if len(found) > 6 else "")
    raise ValueError(
        f"{name} must hold 0 and 1 (1 anomalous), 1 and -1 (-1 anomalous), or "
        f"booleans; it holds {listed or 'nothing'}."
    )


def runs(anomalous: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the maximal runs of anomalous samples, as arrays.

    Parameters
    ----------
    anomalous : ndarray of shape (n_samples,) of bool
        What :func:`read_labels` or :func:`is_below` returns.

    Returns
    -------
    start, stop : ndarray of shape (n_runs,) of int
        First sample of each run, and the one after its last.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import runs
    >>> runs(np.array([False, True, True, False, True]))
    (array([1, 4]), array([3, 5]))
    """
    edges = np.flatnonzero(np.diff(anomalous, prepend=False, append=False))
    return edges[::2], edges[1::2]
