"""Decide from scores or labels which samples are anomalous."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skanomaly._validation import check_count


def is_below(scores: ArrayLike, offset: float) -> NDArray[np.bool_]:
    """Return a mask of the samples whose score is strictly below the offset.

    These are the anomalous samples. A NaN score is not evidence of an anomaly: its
    entry is False.

    Parameters
    ----------
    scores : array-like of shape (n_samples,)
        Scores as returned by ``score_samples``. The lower, the more abnormal.
    offset : float
        The ``offset_`` of the detector, or 0 for values of ``decision_function``.

    Returns
    -------
    anomalous : ndarray of shape (n_samples,), dtype bool
        True for the samples that score below `offset`.

    Examples
    --------
    >>> from skanomaly.events import is_below
    >>> is_below([-1.0, -4.0, -5.0, float("nan")], offset=-4.0)
    array([False, False,  True, False])
    """
    anomalous: NDArray[np.bool_] = np.asarray(scores, dtype=np.float64) < offset
    return anomalous


def read_labels(labels: ArrayLike, *, name: str = "y") -> NDArray[np.bool_]:
    """Return a mask of the samples that are labelled anomalous.

    Parameters
    ----------
    labels : array-like of shape (n_samples,) or (n_samples, 1)
        Labels in {0, 1} with 1 anomalous, in {+1, -1} with -1 anomalous, or booleans
        with True anomalous, of any dtype that can hold these values. Labels that are
        all 1 are valid in both numeric encodings and mean that no sample is anomalous.
    name : str, default="y"
        Name of the labels in the error message.

    Returns
    -------
    anomalous : ndarray of shape (n_samples,), dtype bool
        True for the anomalous samples.

    Raises
    ------
    ValueError
        If `labels` holds other values, or several values per sample.

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
    if values.dtype.kind == "O":  # pandas may store True and False as objects
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


def check_k_of_n(k_of_n: Any) -> tuple[int, int]:
    """Return k and n as integers, or raise unless ``1 <= k <= n``.

    Parameters
    ----------
    k_of_n : (int, int)
        Numbers of samples.

    Returns
    -------
    k, n : int
        The numbers.

    Raises
    ------
    ValueError
        If `k_of_n` is anything else.

    Examples
    --------
    >>> from skanomaly.events import check_k_of_n
    >>> check_k_of_n([3, 5])
    (3, 5)
    """
    if not isinstance(k_of_n, tuple | list) or len(k_of_n) != 2:
        raise ValueError(
            f"k_of_n must be a pair of integers such as (3, 5), got {k_of_n!r}."
        )
    k, n = k_of_n
    check_count("k of k_of_n", k, least=1)
    check_count("n of k_of_n", n, least=1)
    if k > n:
        raise ValueError(
            f"k_of_n={k_of_n!r} asks for {k} of {n} samples. Pass the smaller number "
            "first."
        )
    return int(k), int(n)


def recurring(anomalous: NDArray[np.bool_], k: int, n: int) -> NDArray[np.bool_]:
    """Return a mask of the samples at which k of the last n samples are anomalous.

    Parameters
    ----------
    anomalous : ndarray of shape (n_samples,), dtype bool
        Mask of the anomalous samples.
    k, n : int
        Least number of anomalous samples among the sample and the ``n - 1`` before it.
        What is before the first sample is normal.

    Returns
    -------
    recurring : ndarray of shape (n_samples,), dtype bool
        Each entry depends on the sample and on those before it alone.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import recurring
    >>> recurring(np.array([True, False, True, False, False]), 2, 3)
    array([False, False,  True, False, False])
    """
    if k == n == 1:
        return anomalous
    seen = np.cumsum(np.concatenate([np.zeros(n, np.intp), anomalous]))
    often: NDArray[np.bool_] = seen[n:] - seen[:-n] >= k
    return often


def runs(anomalous: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the start and stop of each maximal run of anomalous samples.

    Parameters
    ----------
    anomalous : ndarray of shape (n_samples,), dtype bool
        Mask of the anomalous samples, as returned by :func:`read_labels` or
        :func:`is_below`.

    Returns
    -------
    start, stop : ndarray of shape (n_runs,), dtype int
        Position of the first sample of each run and of the sample after its last.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.events import runs
    >>> runs(np.array([False, True, True, False, True]))
    (array([1, 4]), array([3, 5]))
    """
    edges = np.flatnonzero(np.diff(anomalous, prepend=False, append=False))
    return edges[::2], edges[1::2]


def merged(
    starts: NDArray[np.intp], stops: NDArray[np.intp], apart: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Return runs as (start, stop), merged with the next one where not `apart`."""
    starts = starts[np.r_[True, apart][: starts.size]]
    stops = stops[np.r_[apart, True][: stops.size]]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))
