"""Numbers as bytes, and bytes as text."""

import base64
import gzip
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Relative to the spread of the values: far below a pixel, also after much zooming.
_PRECISION = 1e-6


class Arrays:
    """Numbers for typed arrays of JavaScript, one after the other.

    Each is aligned to 8 bytes, which the widest of them need.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._n_bytes = 0

    def add(self, values: NDArray[Any]) -> dict[str, Any]:
        """Append an array of floats or booleans and return where it is to be found."""
        little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        chunk = little.tobytes()
        place = {
            "type": f"{values.dtype.kind}{values.dtype.itemsize}",
            "offset": self._n_bytes,
            "length": values.size,
        }
        padding = -len(chunk) % 8
        self._chunks += [chunk, bytes(padding)]
        self._n_bytes += len(chunk) + padding
        return place

    def to_bytes(self) -> bytes:
        """Return all of them."""
        return b"".join(self._chunks)


def compact(values: NDArray[np.float64]) -> NDArray[np.floating[Any]]:
    """Take half the room where nobody can see it."""
    finite = np.isfinite(values)
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    lost = np.abs(short[finite] - values[finite])
    seen = _PRECISION * np.ptp(values[finite]) if finite.any() else 0.0
    return short if (lost <= seen).all() else values


def pack(content: bytes) -> str:
    """Compress bytes and write them in letters that HTML leaves alone."""
    # Without the time of day, the same run makes the same page.
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")
