"""Reader for the tables of ODDS, in the file formats of MATLAB."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly.datasets._source import read_head

_NAMES = ("X", "y")
_HDF5 = b"\x89HDF\r\n\x1a\n"
# MATLAB writes a block of this size before HDF5; files of other programs have none.
_USERBLOCK = 512
# Version and byte order, the last four bytes of the header in version 5.
_V5 = (b"\x00\x01IM", b"\x01\x00MI")
_KINDS = {
    "O": "cells, a struct or a sparse matrix",
    "U": "text",
    "V": "a struct or complex numbers",
    "c": "complex numbers",
}


def read_odds(
    path: str | PathLike[str],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read a table of labelled records, such as those of ODDS [1]_, from a MATLAB file.

    Both file formats are supported and detected from the content of the file: version 5
    (saved with ``-v6`` or ``-v7``, by Octave or by SciPy) and version 7.3, which is
    HDF5 and requires h5py. The rows are independent records, not samples of a series:
    pass them to a detector directly, without ``Shingler``.

    Parameters
    ----------
    path : str or path-like
        Path of the file, with the records in the variable ``X`` and their labels in
        ``y``. In HDF5 ``X`` is stored transposed, as MATLAB does.

    Returns
    -------
    X : ndarray of shape (n_records, n_features), dtype float64
        The records. Missing values are NaN.
    y : ndarray of shape (n_records,), values in {0, 1}, dtype int64
        True labels: 1 for anomalies, 0 for normal records.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If the file is in version 7.3 and h5py is not installed.
    ValueError
        If the path is a folder, the file is damaged or in another format, ``X`` or
        ``y`` is missing or not a full matrix of real numbers, their lengths differ, or
        a label is neither 0 nor 1.

    References
    ----------
    .. [1] Rayana, S. (2016). ODDS Library. Stony Brook University.
       http://odds.cs.stonybrook.edu

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from scipy.io import savemat
    >>> from skanomaly.datasets import read_odds
    >>> records = np.random.RandomState(0).normal(size=(5, 2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "small.mat")
    ...     savemat(file, {"X": records, "y": [[0], [0], [1], [0], [0]]})
    ...     X, y = read_odds(file)
    >>> X.shape, y.tolist()
    ((5, 2), [0, 0, 1, 0, 0])
    """
    path = Path(path)
    variables = _read_variables(path)
    X = _as_records(path, variables["X"])
    return X, _as_labels(path, variables["y"], X)


def _read_variables(path: Path) -> dict[str, Any]:
    head = read_head(path, _USERBLOCK + len(_HDF5))
    is_hdf5 = _HDF5 in (head[: len(_HDF5)], head[_USERBLOCK:])
    if not is_hdf5 and head[124:128] not in _V5:
        raise ValueError(
            f"{path} is not a MATLAB file of version 5 or 7.3, as it begins with "
            f"{head[:16]!r}. Save it from MATLAB with -v7 or -v7.3, or use read_table "
            "for CSV and Parquet."
        )
    h5py = import_extra("h5py", extra="mat") if is_hdf5 else None
    try:
        names, found = _read_hdf5(h5py, path) if h5py else _read_v5(path)
    except MemoryError:
        raise
    except Exception as error:  # Parsers raise errors of any type on damaged bytes.
        raise ValueError(
            f"{path} is a damaged MATLAB file ({error}). Download or save it again."
        ) from error
    missing = [name for name in _NAMES if name not in found]
    if missing:
        raise ValueError(
            f"{path} has no variable {' and no '.join(missing)}, its variables are "
            f"{names}. Save the records as X and their labels as y."
        )
    return found


def _read_v5(path: Path) -> tuple[list[str], dict[str, Any]]:
    # Loads forty modules, which readers of other files do not need.
    from scipy.io import loadmat, whosmat

    names = [name for name, *_ in whosmat(path, appendmat=False)]
    found = loadmat(path, appendmat=False, variable_names=list(_NAMES))
    return names, {name: found[name] for name in _NAMES if name in found}


def _read_hdf5(h5py: Any, path: Path) -> tuple[list[str], dict[str, Any]]:
    with h5py.File(path, "r") as file:
        # Names that begin with # are internal to MATLAB.
        names = [name for name in file if not name.startswith("#")]
        return names, {name: _from_hdf5(file[name]) for name in _NAMES if name in file}


def _from_hdf5(node: Any) -> Any:
    if not hasattr(node, "dtype"):
        return None  # A group, in which a struct or a sparse matrix is stored.
    values = np.asarray(node[()]).T
    if "MATLAB_empty" in node.attrs:
        return np.empty(values.astype(int))  # Its shape is stored instead of values.
    # Text is stored as character codes.
    is_text = node.attrs.get("MATLAB_class") == b"char"
    return values.astype(str) if is_text else values


def _as_records(path: Path, values: Any) -> NDArray[np.float64]:
    X = _as_numbers(path, "X", values)
    if X.ndim != 2 or not X.size:
        raise ValueError(
            f"X in {path} has shape {X.shape}. It must be a matrix with one row per "
            "record and one column per feature, and at least one of each."
        )
    return X


def _as_labels(path: Path, values: Any, X: NDArray[np.float64]) -> NDArray[np.int64]:
    y = _as_numbers(path, "y", values)
    if y.size != max(y.shape, default=1):
        raise ValueError(
            f"y in {path} has shape {y.shape}. It must be one column of labels."
        )
    if y.size != len(X):
        remedy = (
            "Save X transposed" if y.size == X.shape[1] else "Save one label per record"
        )
        raise ValueError(
            f"X in {path} has {len(X)} records of {X.shape[1]} features, and y has "
            f"{y.size} labels. {remedy}."
        )
    others = np.setdiff1d(y, (0, 1))
    if others.size:
        shown = ", ".join(map(str, others[:5].tolist()))
        raise ValueError(
            f"y in {path} holds {shown}{' and more' if others.size > 5 else ''}. Its "
            "labels must be 0 for normal records and 1 for anomalies."
        )
    return y.ravel().astype(np.int64)


def _as_numbers(path: Path, name: str, values: Any) -> NDArray[np.float64]:
    # A sparse matrix of SciPy or a group of HDF5 is not an array.
    kind = values.dtype.kind if isinstance(values, np.ndarray) else "O"
    if kind not in "biuf":
        raise ValueError(
            f"{name} in {path} is not a full matrix of real numbers, it holds "
            f"{_KINDS.get(kind, kind)}. Save it as a full matrix of doubles."
        )
    # MATLAB stores matrices by columns.
    return np.ascontiguousarray(values, dtype=np.float64)
