"""Store of finished runs: a folder with one file per run."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, TextIO

Record = dict[str, Any]


class RunStore:
    """Store of records of runs in files.

    Each record is written to a temporary file that is then moved in one step, so that a
    process that is killed never leaves an incomplete record.

    Parameters
    ----------
    folder : Path
        Folder of the files; created if it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, keys: Iterable[str]) -> dict[str, Record]:
        """Return the stored records of `keys`, by key."""
        found = {}
        for key in keys:
            try:
                found[key] = json.loads(self._file(key).read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                continue  # not run yet, or incomplete after a power failure
        return found

    def write(self, key: str, record: Record) -> None:
        """Write a record and replace a former one."""
        staged = self._file(key).with_suffix(f".{os.getpid()}.tmp")
        staged.write_text(json.dumps(record, indent=1), encoding="utf-8")
        staged.replace(self._file(key))

    def forget(self, keys: Iterable[str]) -> None:
        """Delete the records of `keys`."""
        for key in keys:
            self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"


@contextmanager
def open_store(folder: str | PathLike[str] | None) -> Iterator[RunStore | None]:
    """Yield the store of a folder, locked for this call; None without a folder."""
    if folder is None:
        yield None
        return
    store = RunStore(Path(folder))
    with (store.folder / ".lock").open("w", encoding="utf-8") as file:
        if not _lock(file):
            raise ValueError(
                f"Another call uses the store {folder}, and both would make the same "
                "runs. Wait until it has ended, or pass another folder."
            )
        yield store


def _lock(file: TextIO) -> bool:
    """Lock a file until it is closed or its process is killed.

    Return False if it is locked already. On systems and file systems without such
    locks, nothing is locked.
    """
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        pass
    return True
