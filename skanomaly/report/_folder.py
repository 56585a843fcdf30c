"""Write what was computed and drawn, each file complete or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import joblib

from skanomaly.detection import Detection
from skanomaly.report._stored import dump_run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = ("report.png", "report.html")
_NAMES = ("scores.csv", "events.csv", "run.json", *_DRAWN, "model.joblib")


def check_folder(folder: str | Path) -> Path:
    """Return `folder` as a path if a report can be written there; leave nothing.

    Parameters
    ----------
    folder : str or Path
        Folder that exists or can be made.

    Returns
    -------
    folder : Path

    Raises
    ------
    ValueError
        If it is a file, lies below one, may not be written, or holds a folder in the
        place of a file of the report.
    """
    folder = Path(folder)
    parent = folder.absolute()
    while not os.path.lexists(parent):
        parent = parent.parent
    if not parent.is_dir():
        raise ValueError(
            f"cannot write to the folder {folder}: {parent} is no folder; give another."
        )
    try:
        # Permissions tell less than trying: some file systems refuse whoever asks.
        with TemporaryDirectory(dir=parent):
            pass
    except OSError as error:
        raise ValueError(
            f"cannot write to the folder {folder}: {parent} refuses it "
            f"({error.strerror}); give another."
        ) from error
    for name in _NAMES:
        if (folder / name).is_dir():
            raise ValueError(
                f"cannot write to the folder {folder}: its {name} is a folder; give "
                "another, or move that one away."
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
    """Write the tables of a run, its picture, its page and its model.

    All files are written to a hidden folder within `folder` first. A run that fails or
    is stopped until then, for instance because the disk is full, leaves nothing of its
    own, and the files of an earlier run as they were. Then they are moved to their
    places, each in one step: no file is ever half written, but a run that is killed
    between two moves leaves files of both runs. A picture or a page of an earlier run
    that this one has none for is removed; a model is only ever replaced by another.

    Parameters
    ----------
    detection : Detection
        As :func:`skanomaly.detect` returns it.
    folder : str or Path
        Where to write; made where it is missing.
    figure : Figure, default=None
        What :func:`skanomaly.report.draw_report` returned.
    page : str, default=None
        What :func:`skanomaly.report.draw_page` returned.
    model : SavedModel or estimator, default=None
        The fitted pipeline.

    Returns
    -------
    paths : list of Path
        What was written: ``scores.csv``, ``events.csv`` and ``run.json``, from which
        :func:`skanomaly.report.read_run` reads it all again; and ``report.png``,
        ``report.html`` and ``model.joblib`` where they were given.
    """
    folder = check_folder(folder)
    made = _make(folder)
    try:
        with TemporaryDirectory(prefix=".skanomaly-", dir=folder) as hidden:
            beside = Path(hidden)
            detection.to_frame().to_csv(beside / "scores.csv", index=False)
            detection.events_to_frame().to_csv(beside / "events.csv", index=False)
            run = dump_run(detection, beside / "scores.csv")
            (beside / "run.json").write_text(run, encoding="utf-8")
            if figure is not None:
                figure.savefig(beside / "report.png", dpi=110)
            if page is not None:
                (beside / "report.html").write_text(page, encoding="utf-8")
            if model is not None:
                joblib.dump(model, beside / "model.joblib")
            names = sorted(path.name for path in beside.iterdir())
            for name in set(_DRAWN).difference(names):
                (folder / name).unlink(missing_ok=True)
            for name in names:
                os.replace(beside / name, folder / name)
    except BaseException:
        # What this run did not make, it does not remove, nor what is not empty.
        with suppress(OSError):
            for path in made:
                path.rmdir()
        raise
    return [folder / name for name in names]


def write_page(page: str, path: str | Path) -> Path:
    """Write a page alone, complete or not at all.

    Parameters
    ----------
    page : str
        What :func:`skanomaly.report.draw_page` returned.
    path : str or Path
        The file to write; its folder is made where it is missing.

    Returns
    -------
    path : Path

    Raises
    ------
    ValueError
        If it cannot be written there.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"cannot write to {path}: it is a folder; name a file.")
    _make(check_folder(path.parent))
    with TemporaryDirectory(prefix=".skanomaly-", dir=path.parent) as hidden:
        beside = Path(hidden, "page.html")
        beside.write_text(page, encoding="utf-8")
        os.replace(beside, path)
    return path


def _make(folder: Path) -> list[Path]:
    """Make `folder` with its parents; return those that were missing, deepest first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing
