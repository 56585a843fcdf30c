"""Conversion of arrays to bytes, and of bytes to text."""

import base64
import gzip
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Relative to the range of the values: far below a pixel, even at high zoom.
_PRECISION = 1e-6


class Arrays:
    """Concatenated buffers of arrays for JavaScript.

    Each buffer is aligned to 8 bytes, as a Float64Array requires.
    """

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._n_bytes = 0

    def add(self, values: NDArray[Any]) -> dict[str, Any]:
        """Append an array of floats or booleans and return its place in the bytes."""
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
        """Return the bytes of all arrays."""
        return b"".join(self._chunks)


def compact(values: NDArray[np.float64]) -> NDArray[np.floating[Any]]:
    """Convert to 32-bit floats if the loss of precision is not visible."""
    finite = np.isfinite(values)
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    lost = np.abs(short[finite] - values[finite])
    seen = _PRECISION * np.ptp(values[finite]) if finite.any() else 0.0
    return short if (lost <= seen).all() else values


def coarse(widths: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round to 10 bits, which suffice for the width of a band and compress well."""
    parts, exponents = np.frexp(widths)
    with np.errstate(over="ignore"):
        rounded = np.ldexp(np.round(parts * 2**10) / 2**10, exponents)
        return rounded.astype(np.float32)


def pack(content: bytes) -> str:
    """Compress bytes and encode them as text that needs no escaping in HTML."""
    # Without a time stamp, so that the same detection gives the same page.
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")
