"""Labelled data from files and folders."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from skanomaly._text import closest
from skanomaly.datasets import read_table
from skanomaly.evaluation._data import LabelledData
from skanomaly.preprocessing import expand_patterns

if TYPE_CHECKING:
    from pandas import DataFrame

_INDEX = "index.csv"
# Columns of an index that may name the files.
_NAMES = ("file", "series", "name")
_SUFFIXES = (".npz", ".csv", ".csv.gz", ".parquet")


def load_datasets(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    label: str = "label",
    values: Sequence[str] | None = None,
    train_fraction: float = 0.5,
) -> list[LabelledData]:
    r"""Read labelled series from files and folders.

    A file is a table (CSV, also gzipped, or Parquet) with a column of labels, or an
    ``.npz`` of NumPy with ``X``, ``y`` and, if you like, ``train_size``. A folder
    counts for all such files in it or, where it holds an ``index.csv``, for those that
    this names in its column ``file``, ``series`` or ``name``, with or without suffix;
    its column ``train_size``, if there is one, goes before the file's own wherever it
    is not empty.

    Parameters
    ----------
    paths : str, path-like or iterable of these
        Files and folders.
    label : str, default="label"
        Column of the labels in tables: 0 and 1 with 1 anomalous, or +1 and -1 with -1
        anomalous.
    values : sequence of str, default=None
        Columns to take as channels from tables, also as patterns such as ``"cpu*"``;
        None for all that hold numbers.
    train_fraction : float, default=0.5
        Share of the samples, at the beginning, that detectors learn from, where nothing
        else is said.

    Returns
    -------
    datasets : list of LabelledData
        Named as the files are, without suffix.

    Raises
    ------
    ValueError
        If a file or folder is missing, or holds no labelled data.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skanomaly.evaluation import load_datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "cpu.csv")
    ...     _ = file.write_text("load,label\n1.5,0\n1.2,0\n9.0,1\n1.3,0\n")
    ...     load_datasets(folder)[0].train_size
    2
    """
    if not 0 < train_fraction <= 1:
        raise ValueError(
            f"train_fraction must be above 0 and at most 1, got {train_fraction}."
        )
    if isinstance(paths, str | PathLike):
        paths = [paths]
    files = [one for path in map(Path, paths) for one in _files_of(path)]
    return [
        _read(file, size, label=label, values=values, train_fraction=train_fraction)
        for file, size in files
    ]


def _files_of(path: Path) -> list[tuple[Path, Any]]:
    """Return a file, or those of a folder; with train_size where an index has it."""
    return _from_folder(path) if path.is_dir() else [(path, None)]


def _from_folder(folder: Path) -> list[tuple[Path, Any]]:
    if (folder / _INDEX).is_file():
        return _from_index(folder)
    files = sorted(file for file in folder.iterdir() if file.name.endswith(_SUFFIXES))
    if not files:
        raise ValueError(
            f"the folder {folder} holds no data: none of its files ends with "
            f"{', '.join(_SUFFIXES)}."
        )
    return [(file, None) for file in files]


def _from_index(folder: Path) -> list[tuple[Path, Any]]:
    index = read_table(folder / _INDEX)
    names = [name for name in _NAMES if name in index.columns]
    if not names:
        raise ValueError(
            f"{folder / _INDEX} does not name the files: it needs a column 'file', "
            f"and has {_listed(index)}."
        )
    files = [_existing(folder, str(name)) for name in index[names[0]]]
    if "train_size" not in index.columns:
        return [(file, None) for file in files]
    said = index["train_size"].notna()
    return [
        (file, size if known else None)
        for file, size, known in zip(files, index["train_size"], said, strict=True)
    ]


def _existing(folder: Path, name: str) -> Path:
    for suffix in ("", *_SUFFIXES):
        if (folder / f"{name}{suffix}").is_file():
            return folder / f"{name}{suffix}"
    raise ValueError(
        f"{folder / _INDEX} names {name!r}, and there is no such file beside it, with "
        f"or without {', '.join(_SUFFIXES)}."
    )


def _read(
    file: Path,
    train_size: Any,
    *,
    label: str,
    values: Sequence[str] | None,
    train_fraction: float,
) -> LabelledData:
    if not file.exists():
        raise ValueError(f"there is no file {file}: check the path.")
    if file.suffix == ".npz":
        X, y, own_size = _from_npz(file)
        train_size = own_size if train_size is None else train_size
    else:
        X, y = _from_table(file, read_table(file), label, values)
    if train_size is None:
        train_size = round(train_fraction * len(X))
    return LabelledData(_stem(file), X, y, train_size)


def _from_npz(file: Path) -> tuple[Any, Any, Any]:
    try:
        with np.load(file) as held:
            arrays = dict(held)
    except (OSError, ValueError, BadZipFile) as error:
        raise ValueError(f"{file} is no .npz of plain arrays ({error}).") from error
    missing = [name for name in ("X", "y") if name not in arrays]
    if missing:
        raise ValueError(
            f"{file} has no array {missing[0]!r}: it must hold X and y, and has "
            f"{', '.join(arrays) or 'none'}."
        )
    return arrays["X"], arrays["y"], arrays.get("train_size")


def _from_table(
    file: Path, table: "DataFrame", label: str, values: Sequence[str] | None
) -> tuple[Any, Any]:
    _check_column(file, table, label, "column of labels")
    others = table.drop(columns=label)
    numeric = [str(name) for name in others.select_dtypes("number")]
    chosen = expand_patterns(values, others.columns, numeric) if values else numeric
    for name in chosen:
        _check_column(file, others, name, f"column beside {label!r} that is called")
    if not chosen:
        raise ValueError(
            f"{file} has no column of numbers beside {label!r}; its columns are: "
            f"{_listed(table)}."
        )
    return others[chosen].to_numpy(), table[label].to_numpy()


def _check_column(file: Path, table: "DataFrame", name: str, what: str) -> None:
    if name in table.columns:
        return
    raise ValueError(
        f"{file} has no {what} {name!r}.{closest(name, table.columns)} Its columns "
        f"are: {_listed(table)}."
    )


def _stem(file: Path) -> str:
    suffix = next((end for end in _SUFFIXES if file.name.endswith(end)), "")
    return file.name.removesuffix(suffix)


def _listed(table: "DataFrame") -> str:
    names = [str(name) for name in table.columns]
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
