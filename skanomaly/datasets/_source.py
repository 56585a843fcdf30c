"""Bytes of a file, also compressed or from standard input, and their text."""

import bz2
import codecs
import gzip
import lzma
import sys
import zlib
from pathlib import Path
from typing import Any

from skanomaly._compat import import_extra

STANDARD_INPUT = "-"
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
_LONGEST = 4  # bytes of a character
# Letters and signs of Western Europe, beyond ASCII, that names and units are made of.
_WESTERN = frozenset("ÄÖÜäöüßàâçèéêëîïôùûÀÂÇÈÉÊÔáíóúñÁÍÓÚÑ¿¡åÅøØæÆãõìò°µ²³§·±«»\u00a0")


def read_head(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a file, which identify its format."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}. Check the path.")
    if path.is_dir():
        raise ValueError(f"{path} is a folder. Pass the path of a file.")
    with path.open("rb") as file:
        head = file.read(size)
    if not head:
        raise ValueError(f"{path} is empty. It must hold at least one number.")
    return head


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, decompressed; those of standard input for ``-``."""
    if str(path) == STANDARD_INPUT:
        data = sys.stdin.buffer.read()
    else:
        read_head(path, 1)
        data = path.read_bytes()
    name = compression_of(data)
    if name is None:
        return data
    try:
        return _decompress(name, data)
    except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(
            f"{path} is a damaged {name} file ({error}). Download or save it again."
        ) from error


def compression_of(data: bytes) -> str | None:
    """Return how data that begins like this is compressed, or None if it is not."""
    names = (name for magic, name in _MAGIC.items() if data.startswith(magic))
    return next(names, None)


def _decompress(name: str, data: bytes) -> bytes:
    if name == "gzip":
        return gzip.decompress(data)
    if name == "bzip2":
        return bz2.decompress(data)
    if name == "xz":
        return lzma.decompress(data)
    pyarrow: Any = import_extra("pyarrow", extra="cli")
    with pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd") as stream:
        return bytes(stream.read())


def decode(
    path: Path, data: bytes, encoding: str | None, *, is_cut: bool = False
) -> tuple[str, str]:
    """Return the text of a file with line feeds, and its encoding.

    The last character may be incomplete where the data is cut.
    """
    try:
        text, encoding = _decode(data, encoding, not is_cut)
    except LookupError as error:
        raise ValueError(
            f"encoding={encoding!r} is unknown. Pass one such as 'utf-8', 'latin-1' or "
            "'cp1251'."
        ) from error
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(
            f"{path} is neither a text file in UTF-8 nor a Parquet file. Save the "
            "table as CSV in UTF-8, or pass its encoding (--encoding)."
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text or text.isspace():
        raise ValueError(f"{path} is empty. It must hold at least one number.")
    return text, str(encoding)


def _decode(data: bytes, encoding: str | None, is_whole: bool) -> tuple[str, str]:
    if encoding is not None:
        return _text_of(data, encoding, is_whole).removeprefix("\ufeff"), encoding
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text_of(data, "utf-16", is_whole), "utf-16"
    for guess, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        # Every other byte of digits and separators is 0.
        sample = data[place:2000:2]
        if len(sample) > 1 and not any(sample) and any(data[1 - place : 2000 : 2]):
            return _text_of(data, guess, is_whole), guess
    try:
        # The codec that drops a mark takes longer.
        marked = data.startswith(codecs.BOM_UTF8)
        return _text_of(data, "utf-8-sig" if marked else "utf-8", is_whole), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    foreign = [sign for sign in text if ord(sign) > 127]
    letters = sum(map(str.isalpha, text[:100_000]))
    # Most bytes of Cyrillic or Greek texts are beyond ASCII.
    if set(foreign) <= _WESTERN and 2 * len(foreign[:100_000]) < max(letters, 2):
        return text, "latin-1"
    raise UnicodeError("the encoding is not known")


def _text_of(data: bytes, encoding: str, is_whole: bool) -> str:
    """Return data as text, without a last character that is cut."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if is_whole or error.start < len(data) - _LONGEST:
            raise
        return data[: error.start].decode(encoding)
