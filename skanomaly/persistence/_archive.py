"""Archive of a model: a manifest, the JSON of its objects, and their arrays.

All is stored as it is, without compression: the arrays hardly become smaller, and what
a file can fill of the memory is no more than its own size.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from skanomaly.persistence._encode import KINDS
from skanomaly.persistence._manifest import Manifest
from skanomaly.persistence._refused import RefusedError

MANIFEST, OBJECTS = "manifest.json", "model.json"
_ARRAY = "arrays/{}.npy"
_NAMES = re.compile(r"manifest\.json|model\.json|arrays/(0|[1-9][0-9]*)\.npy")
_ENCRYPTED = 0x1
# What other files begin with.
_FOREIGN = {
    b"\x80": "a pickle, which can run code when it is loaded",
    b"\x89HDF": "an HDF5 file",
    b"x": "a compressed pickle, which can run code when it is loaded",
    b"\x1f\x8b": "a compressed file",
}


def write_archive(
    path: Path, manifest: Manifest, objects: str, arrays: Sequence[NDArray[Any]]
) -> None:
    """Write a model to a new file."""
    parts = {OBJECTS: objects.encode()}
    for number, array in enumerate(arrays):
        stream = BytesIO()
        np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
        parts[_ARRAY.format(number)] = stream.getvalue()
    text = manifest.to_json(_hash(parts))
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name, content in ({MANIFEST: text.encode()} | parts).items():
            # With the same time for all, so that equal models are equal files.
            archive.writestr(ZipInfo(name), content)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Raise ValueError with the name of the file for all that is wrong with it."""
    try:
        yield
    except RefusedError as error:
        raise ValueError(f"{path} is refused: {error}.") from error
    except (OSError, ImportError, MemoryError):
        raise
    except BadZipFile as error:
        raise ValueError(f"{path} is damaged or incomplete ({error}).") from error
    except Exception as error:  # the content may be anything
        raise ValueError(
            f"{path} is damaged or was not written by save_model "
            f"({type(error).__name__}: {error})."
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Open an archive whose parts have the right names and sizes."""
    with path.open("rb") as file:
        first = file.read(8)
        if not first.startswith(b"PK"):
            kinds = [what for mark, what in _FOREIGN.items() if first.startswith(mark)]
            what = kinds[0] if kinds else "no model that save_model has written"
            raise RefusedError(f"it is {what}")
        size = file.seek(0, 2)
        with ZipFile(file) as archive:
            _check_parts(archive.infolist(), size)
            yield archive


def check_no_folder(path: Path) -> None:
    """Raise if a path is that of a folder."""
    if path.is_dir():
        raise ValueError(
            f"{path} is a folder. Pass the path of a file, such as "
            f"{path / 'model.skanomaly'}."
        )


def _check_parts(parts: list[ZipInfo], size: int) -> None:
    names = [part.filename for part in parts]
    if MANIFEST not in names:
        raise RefusedError("it is an archive without a manifest, not a model")
    for part in parts:
        if not _NAMES.fullmatch(part.orig_filename):
            raise RefusedError(f"it holds {part.orig_filename!r}, no part of a model")
        if part.compress_type != ZIP_STORED or part.file_size != part.compress_size:
            raise RefusedError(f"its part {part.filename} is compressed")
        if part.flag_bits & _ENCRYPTED:
            raise RefusedError(f"its part {part.filename} is encrypted")
    if len(set(names)) < len(names):
        raise RefusedError("it holds a part twice")
    total = sum(part.file_size for part in parts)
    if total > size:
        raise RefusedError(f"it promises {total} bytes, but has {size}")


def read_manifest_of(archive: ZipFile) -> tuple[Manifest, str]:
    """Return the manifest of an archive, and the hash of its other parts."""
    return Manifest.from_json(archive.read(MANIFEST))


def read_parts(archive: ZipFile, expected: str) -> tuple[bytes, list[NDArray[Any]]]:
    """Return the JSON and the arrays of an archive.

    Raises
    ------
    RefusedError
        If they have another hash than the expected one.
    """
    names = [part.filename for part in archive.infolist() if part.filename != MANIFEST]
    n_arrays = len(names) - 1
    order = [OBJECTS, *map(_ARRAY.format, range(n_arrays))]
    if set(names) != set(order):
        raise RefusedError("it lacks a part")
    parts = {name: archive.read(name) for name in order}
    if _hash(parts) != expected:
        raise RefusedError("it was changed after it was written: its hash differs")
    objects = parts.pop(OBJECTS)
    return objects, [_array(name, content) for name, content in parts.items()]


def _hash(parts: dict[str, bytes]) -> str:
    found = sha256()
    for name, content in parts.items():
        found.update(f"{name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def _array(name: str, content: bytes) -> NDArray[Any]:
    """Return an array, for which no more memory is taken than its content has."""
    stream = BytesIO(content)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("another version of the format")
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except ValueError as error:
        raise RefusedError(f"its part {name} is no array ({error})") from error
    if dtype.hasobject or dtype.kind not in KINDS:
        raise RefusedError(f"its part {name} holds {dtype}, which may be a pickle")
    start = stream.tell()
    if prod(shape) * dtype.itemsize != len(content) - start:
        raise RefusedError(f"its part {name} has another size than it promises")
    values = np.frombuffer(content, dtype, offset=start) if dtype.itemsize else None
    if values is None:
        raise RefusedError(f"its part {name} holds values without a size")
    # A copy, which can be written to and is aligned in memory.
    return values.copy().reshape(shape, order="F" if is_fortran else "C")
