"""Reading of labelled data from files and folders."""

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
# Columns of an index that may hold the names of the files.
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
    ``.npz`` file of NumPy with ``X``, ``y`` and optionally ``train_size``. Of a folder,
    all such files are read or, if it holds an ``index.csv``, those that are listed in
    its column ``file``, ``series`` or ``name``, with or without suffix. Values in its
    optional column ``train_size`` take precedence over those in the files.

    Parameters
    ----------
    paths : str, path-like or iterable of these
        Files and folders.
    label : str, default="label"
        Column of the labels in tables: 0 and 1 with 1 anomalous, or +1 and -1 with -1
        anomalous.
    values : sequence of str, default=None
        Columns of tables to use as channels, or patterns such as ``"cpu*"``. If None,
        all numeric columns.
    train_fraction : float, default=0.5
        Fraction of the samples to train on, from the first on, for data sets without
        a ``train_size``, in (0, 1].

    Returns
    -------
    datasets : list of LabelledData
        One per file, named as the file without its suffix.

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
    """Return a file or the files of a folder, with the train_size of an index."""
    return _from_folder(path) if path.is_dir() else [(path, None)]


def _from_folder(folder: Path) -> list[tuple[Path, Any]]:
    if (folder / _INDEX).is_file():
        return _from_index(folder)
    files = sorted(file for file in folder.iterdir() if file.name.endswith(_SUFFIXES))
    if not files:
        raise ValueError(
            f"The folder {folder} holds no data: none of its files ends with "
            f"{', '.join(_SUFFIXES)}. Check the path."
        )
    return [(file, None) for file in files]


def _from_index(folder: Path) -> list[tuple[Path, Any]]:
    index = read_table(folder / _INDEX)
    names = [name for name in _NAMES if name in index.columns]
    if not names:
        raise ValueError(
            f"{folder / _INDEX} does not name the files. It needs a column 'file', but "
            f"has {_listed(index)}."
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
        f"{folder / _INDEX} names {name!r}, but there is no such file in the folder, "
        f"with or without {', '.join(_SUFFIXES)}."
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
        raise ValueError(f"There is no file {file}. Check the path.")
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
        raise ValueError(
            f"{file} is not an .npz file of plain arrays ({error})."
        ) from error
    missing = [name for name in ("X", "y") if name not in arrays]
    if missing:
        raise ValueError(
            f"{file} has no array {missing[0]!r}. It must hold X and y, but has "
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
        _check_column(file, others, name, f"column other than {label!r} named")
    if not chosen:
        raise ValueError(
            f"{file} has no numeric column other than {label!r}. Its columns are: "
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
