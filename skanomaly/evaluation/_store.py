"""What is done so far, in a folder with one file a run."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, TextIO

Record = dict[str, Any]


class RunStore:
    """Records of runs that outlast the process.

    Each is written beside its place and moved there in one step, so a process that is
    killed leaves a record whole or not at all.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, keys: Iterable[str]) -> dict[str, Record]:
        """Return the records that there are, by key."""
        found = {}
        for key in keys:
            try:
                found[key] = json.loads(self._file(key).read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                continue  # not run yet, or cut short by a power failure: run it again
        return found

    def write(self, key: str, record: Record) -> None:
        """Keep a record, in place of a former one."""
        beside = self._file(key).with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(json.dumps(record, indent=1), encoding="utf-8")
        beside.replace(self._file(key))

    def forget(self, keys: Iterable[str]) -> None:
        """Remove records."""
        for key in keys:
            self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"


@contextmanager
def open_store(folder: str | PathLike[str] | None) -> Iterator[RunStore | None]:
    """Give the store of a folder, if there is one, to this call alone."""
    if folder is None:
        yield None
        return
    store = RunStore(Path(folder))
    with (store.folder / ".lock").open("w", encoding="utf-8") as file:
        if not _lock(file):
            raise ValueError(
                f"another call works with the store {folder}, and both would make the "
                "same runs: wait until it has ended, or give another folder."
            )
        yield store


def _lock(file: TextIO) -> bool:
    """Lock a file until it is closed, as it also is when its process is killed.

    Where a system or a file system has no such locks, nothing is locked.
    """
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        pass
    return True
