"""Atomic writing of the files of a report."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from skanomaly.detection import Detection
from skanomaly.report._model import SavedModel
from skanomaly.report._stored import dump_run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = ("report.png", "report.html")
_MODEL = "model.skanomaly"
_NAMES = ("scores.csv", "events.csv", "run.json", *_DRAWN, _MODEL)


def check_folder(folder: str | Path) -> Path:
    """Raise if a report cannot be written to `folder`; return it as a path.

    Nothing is left in the folder, and a folder that does not exist is not created.

    Parameters
    ----------
    folder : str or Path
        Folder that exists or can be created.

    Returns
    -------
    folder : Path
        The folder.

    Raises
    ------
    ValueError
        If `folder` is a file, lies below a file, is not writable, or contains a folder
        with the name of a file of the report.
    """
    folder = Path(folder)
    parent = folder.absolute()
    while not os.path.lexists(parent):
        parent = parent.parent
    if not parent.is_dir():
        raise ValueError(
            f"Cannot write to the folder {folder}: {parent} is not a folder. Pass "
            "another folder."
        )
    try:
        # Only an attempt is reliable: some file systems refuse despite permissions.
        with TemporaryDirectory(dir=parent):
            pass
    except OSError as error:
        raise ValueError(
            f"Cannot write to the folder {folder}: {parent} is not writable "
            f"({error.strerror}). Pass another folder."
        ) from error
    for name in _NAMES:
        if (folder / name).is_dir():
            raise ValueError(
                f"Cannot write to the folder {folder}: its {name} is a folder. Pass "
                f"another folder, or move {name} away."
            )
    return folder


def write_report(
    detection: Detection,
    folder: str | Path,
    *,
    figure: "Figure | None" = None,
    page: str | None = None,
    model: Any = None,
) -> list[Path]:
    """Write the tables, figure, page and model of a detection to a folder.

    All files are first written to a hidden folder within `folder`. If this fails or is
    interrupted, for instance because the disk is full, no new file is left and the
    files of an earlier run are unchanged. Then each file is moved to its place
    atomically: no file is ever incomplete, but a process that is killed between two
    moves leaves files of both runs. If no figure or page is passed, that of an earlier
    run is removed; a model is only replaced, never removed.

    Parameters
    ----------
    detection : Detection
        Detection returned by :func:`skanomaly.detect`.
    folder : str or Path
        Folder to write to; created if it does not exist.
    figure : matplotlib Figure, default=None
        Figure returned by :func:`skanomaly.report.draw_report`. If None, no picture is
        written.
    page : str, default=None
        Page returned by :func:`skanomaly.report.draw_page`. If None, no page is
        written.
    model : SavedModel or estimator, default=None
        Fitted pipeline. If None, no model is written.

    Returns
    -------
    paths : list of Path
        Files that were written: ``scores.csv``, ``events.csv`` and ``run.json``, from
        which :func:`skanomaly.report.read_run` restores the detection; and
        ``report.png``, ``report.html`` and ``model.skanomaly`` if they were passed.

    Raises
    ------
    ValueError
        If the files cannot be written to `folder`.
    """
    with staged(folder) as hidden:
        detection.to_frame().to_csv(hidden / "scores.csv", index=False)
        detection.events_to_frame().to_csv(hidden / "events.csv", index=False)
        run = dump_run(detection, hidden / "scores.csv")
        (hidden / "run.json").write_text(run, encoding="utf-8")
        if figure is not None:
            figure.savefig(hidden / "report.png", dpi=110)
        if page is not None:
            (hidden / "report.html").write_text(page, encoding="utf-8")
        if model is not None:
            saved = model if isinstance(model, SavedModel) else SavedModel(model)
            saved.save(hidden / _MODEL)
        names = sorted(path.name for path in hidden.iterdir())
    return [Path(folder, name) for name in names]


@contextmanager
def staged(folder: str | Path) -> Iterator[Path]:
    """Yield a hidden folder whose files are moved to `folder` at the end.

    If that fails or is interrupted, no new file is left and the files of an earlier run
    are unchanged. What an earlier run wrote and this one does not is removed, except
    for a model.

    Parameters
    ----------
    folder : str or Path
        Folder to write to; created if it does not exist.

    Yields
    ------
    hidden : Path
        Folder for files with the names of a report.

    Raises
    ------
    ValueError
        If the files cannot be written to `folder`.
    """
    folder = check_folder(folder)
    made = _make(folder)
    try:
        with TemporaryDirectory(prefix=".skanomaly-", dir=folder) as name:
            hidden = Path(name)
            yield hidden
            written = sorted(path.name for path in hidden.iterdir())
            for name in set(_NAMES[:-1]).difference(written):
                (folder / name).unlink(missing_ok=True)
            for name in written:
                os.replace(hidden / name, folder / name)
    except BaseException:
        # Only remove folders that this call created and that are still empty.
        with suppress(OSError):
            for path in made:
                path.rmdir()
        raise


def withdraw_report(folder: str | Path, *, with_model: bool) -> None:
    """Rename the files of an earlier run, which are not the answer of the last one.

    ``scores.csv`` becomes ``earlier-scores.csv``, and so on. Files of these names, of a
    run before that, are replaced.

    Parameters
    ----------
    folder : str or Path
        Folder, which need not exist.
    with_model : bool
        Whether the last run should have written a model, so that one that is there is
        not of that run either.
    """
    for name in _NAMES if with_model else _NAMES[:-1]:
        with suppress(FileNotFoundError):
            os.replace(Path(folder, name), Path(folder, f"earlier-{name}"))


def write_page(page: str, path: str | Path) -> Path:
    """Write a page to a file atomically.

    Parameters
    ----------
    page : str
        Page returned by :func:`skanomaly.report.draw_page`.
    path : str or Path
        File to write; its folder is created if it does not exist.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    ValueError
        If `path` is a folder, or its folder is not writable.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"Cannot write to {path}: it is a folder. Pass a file name.")
    _make(check_folder(path.parent))
    with TemporaryDirectory(prefix=".skanomaly-", dir=path.parent) as hidden:
        staged = Path(hidden, "page.html")
        staged.write_text(page, encoding="utf-8")
        os.replace(staged, path)
    return path


def _make(folder: Path) -> list[Path]:
    """Create `folder` with its parents; return the new folders, deepest first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing
